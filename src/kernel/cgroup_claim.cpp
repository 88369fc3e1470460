#include "kernel/cgroup_claim.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "kernel/membership.hpp"

namespace cstop::kernel {

namespace {

constexpr std::string_view scope_suffix = ".scope";

bool bears_id(std::string_view component, std::string_view id) {
    if (component.ends_with(scope_suffix)) {
        component.remove_suffix(scope_suffix.size());
    }
    if (component == id) {
        return true;
    }
    return component.size() > id.size() && component.ends_with(id) &&
           component[component.size() - id.size() - 1] == '-';
}

bool is_inside(const std::string* process, std::string_view cgroup) {
    return process != nullptr && is_at_or_below(*process, cgroup);
}

/// Init is in a cgroup below that bears the id, and this one does not: it is the parent of containers.
bool is_parent_of_own(const CgroupClaim& claim) {
    if (is_named_after(claim.path, claim.container_id)) {
        return false;
    }
    const std::vector<std::string_view> below =
        split_text(std::string_view(*claim.init).substr(claim.path.size()), '/');
    return std::ranges::any_of(below, [&](std::string_view part) { return bears_id(part, claim.container_id); });
}

}  // namespace

bool is_named_after(std::string_view path, std::string_view container_id) {
    if (container_id.empty()) {
        return false;
    }
    const std::vector<std::string_view> parts = split_text(path, '/');
    if (bears_id(parts.back(), container_id)) {
        return true;
    }
    return parts.size() > 1 && parts[parts.size() - 2].ends_with(scope_suffix) &&
           bears_id(parts[parts.size() - 2], container_id);
}

std::string explain_refusal(const CgroupClaim& claim) {
    if (claim.path.empty()) {
        return "its place in the hierarchy cannot be known";
    }
    if (claim.path == "/") {
        return "it is the root of the hierarchy";
    }
    if (is_inside(claim.own, claim.path)) {
        return "cstop itself is inside";
    }
    if (!claim.init_is_alive) {
        return is_named_after(claim.path, claim.container_id)
                   ? ""
                   : "init is gone and the cgroup does not bear the container's id";
    }
    if (is_inside(claim.init, claim.path)) {
        return is_parent_of_own(claim) ? "it is a parent of the container's cgroup" : "";
    }
    // Init was moved out (faults.md F23): only the id can tell whose the cgroup is.
    return is_named_after(claim.path, claim.container_id) ? "" : "init is not a member";
}

}  // namespace cstop::kernel
