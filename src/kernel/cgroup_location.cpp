#include "kernel/cgroup_location.hpp"

#include <algorithm>
#include <optional>

#include <climits>

#include "base/text.hpp"

namespace cstop::kernel {

namespace {

/// "/a//b/" becomes "/a/b"; "" and "/" become "/". None when it climbs or is no path.
std::optional<std::string> normalize(std::string_view text) {
    if (text.size() >= PATH_MAX || text.find('\0') != std::string_view::npos) {
        return std::nullopt;
    }
    std::string path;
    for (const std::string_view part : split_text(text, '/')) {
        if (part == "." || part == "..") {
            return std::nullopt;
        }
        if (!part.empty()) {
            path += '/';
            path += part;
        }
    }
    return path.empty() ? "/" : path;
}

/// The way from `ancestor` down to `path`, both normalized; empty when it is not strictly below.
std::string way_below(std::string_view path, std::string_view ancestor) {
    if (path == ancestor || !is_at_or_below(path, ancestor)) {
        return "";
    }
    return std::string(path.substr(ancestor == "/" ? 1 : ancestor.size() + 1));
}

std::string path_in_hierarchy(const CgroupMount& mount, std::string_view relative) {
    const std::optional<std::string> root = normalize(mount.root);  // "/../x": outside of our cgroup namespace
    if (!root) {
        return "";
    }
    return (*root == "/" ? "/" : *root + "/") + std::string(relative);
}

bool covers(const CgroupMount& mount, std::string_view hierarchy) {
    return hierarchy == "*" || has_hierarchy(mount, hierarchy);
}

class LocationList {
public:
    LocationList(const CgroupMount& mount, std::size_t index) : mount_(mount), index_(index) {}

    void add(const std::string& relative) {
        const bool is_known =
            std::ranges::any_of(locations_, [&](const CgroupLocation& other) { return other.relative == relative; });
        if (!relative.empty() && !is_known) {
            locations_.push_back({.mount = index_, .relative = relative, .path = path_in_hierarchy(mount_, relative)});
        }
    }
    std::vector<CgroupLocation> take() { return std::move(locations_); }

private:
    const CgroupMount& mount_;
    std::size_t index_;
    std::vector<CgroupLocation> locations_;
};

}  // namespace

std::vector<std::size_t> find_mounts(std::span<const CgroupMount> mounts, const CgroupName& name) {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < mounts.size(); ++i) {
        if (!covers(mounts[i], name.hierarchy)) {
            continue;
        }
        // One hierarchy may be mounted twice: the mount that holds the recorded path, else the first.
        const auto same = std::ranges::find_if(
            found, [&](std::size_t other) { return has_hierarchy(mounts[i], mounts[other].hierarchies.front()); });
        if (same == found.end()) {
            found.push_back(i);
        } else if (!name.below_mount && !is_at_or_below(name.path, mounts[*same].mount_point) &&
                   is_at_or_below(name.path, mounts[i].mount_point)) {
            *same = i;
        }
    }
    return found;
}

std::vector<CgroupLocation> list_locations(std::span<const CgroupMount> mounts, std::size_t mount,
                                           const CgroupName& name, const Memberships* init) {
    const std::optional<std::string> recorded = normalize(name.path);
    if (!recorded || *recorded == "/") {
        return {};
    }
    const CgroupMount& where = mounts[mount];
    LocationList list(where, mount);
    list.add(way_below(*recorded, name.below_mount ? "/" : where.mount_point));
    if (const std::string* path = init != nullptr ? find_path(*init, where.hierarchies) : nullptr; path != nullptr) {
        // "/" would be the whole node: a rootless container without delegation sits there (formats.md 1.7).
        const std::optional<std::string> member = normalize(*path);
        if (member && *member != "/" && recorded->ends_with(*member)) {
            list.add(way_below(*member, normalize(where.root).value_or("/")));
        }
    }
    if (init == nullptr && !name.below_mount) {
        const std::string usual = "/sys/fs/cgroup";
        const std::string hierarchy = where.is_v2 ? "unified" : where.hierarchies.front();
        list.add(way_below(*recorded, usual + "/" + hierarchy));
        if (!is_at_or_below(*recorded, where.mount_point)) {
            list.add(way_below(*recorded, usual));
        }
    }
    return list.take();
}

}  // namespace cstop::kernel
