#include "kernel/cgroup_claim.hpp"

#include <algorithm>

#include "kernel/membership.hpp"

namespace cstop::kernel {

namespace {

constexpr std::string_view scope_suffix = ".scope";

std::string_view without_scope(std::string_view component) {
    if (component.ends_with(scope_suffix)) {
        component.remove_suffix(scope_suffix.size());
    }
    return component;
}

/// The two components of a path that may bear an id.
struct Ends {
    std::string_view last;
    std::string_view holder;  ///< of `last`, where that is a scope; else empty
};

Ends split_ends(std::string_view path) {
    const auto take_last = [&path] {
        const std::size_t slash = path.rfind('/');
        const std::string_view last = path.substr(slash == std::string_view::npos ? 0 : slash + 1);
        path = path.substr(0, slash == std::string_view::npos ? 0 : slash);
        return last;
    };
    const std::string_view last = take_last();
    const std::string_view holder = take_last();
    return {.last = last, .holder = holder.ends_with(scope_suffix) ? holder : ""};
}

bool bears_id(std::string_view component, std::string_view id) {
    component = without_scope(component);
    if (component == id) {
        return true;
    }
    return component.size() > id.size() && component.ends_with(id) &&
           component[component.size() - id.size() - 1] == '-';
}

bool is_inside(const std::string* process, std::string_view cgroup) {
    return process != nullptr && is_at_or_below(*process, cgroup);
}

/// cgroup_namespaces(7): then a path that both of us know means two places.
bool is_outside_our_namespace(const std::string* process) {
    return process != nullptr && (*process == "/.." || process->starts_with("/../"));
}

/// A cgroup that bears no id may be anybody's: only the process in it can make it the container's.
std::string explain_anonymous(const CgroupClaim& claim) {
    if (*claim.init != claim.path) {
        return "init is in a cgroup below it, and it does not bear the container's id";
    }
    // Then its other members cannot be told from a neighbour's.
    return claim.init_has_private_pid_namespace
               ? ""
               : "it does not bear the container's id, and init has no pid namespace of its own";
}

}  // namespace

bool is_named_after(std::string_view path, std::string_view container_id) {
    const Ends ends = split_ends(path);
    return !container_id.empty() && (bears_id(ends.last, container_id) || bears_id(ends.holder, container_id));
}

std::vector<std::string_view> list_borne_ids(std::string_view path) {
    const Ends ends = split_ends(path);
    std::vector<std::string_view> ids;
    for (std::string_view id : {without_scope(ends.last), without_scope(ends.holder)}) {
        while (!id.empty()) {
            ids.push_back(id);
            id.remove_prefix(std::min(id.find('-'), id.size() - 1) + 1);
        }
    }
    return ids;
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
    if (is_outside_our_namespace(claim.init)) {
        return "init is outside of cstop's cgroup namespace";
    }
    // Also when init was moved out (faults.md F23): the id tells whose the cgroup is.
    if (is_named_after(claim.path, claim.container_id)) {
        return "";
    }
    return is_inside(claim.init, claim.path) ? explain_anonymous(claim) : "init is not a member";
}

}  // namespace cstop::kernel
