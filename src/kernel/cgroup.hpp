#pragma once
// One cgroup that is held open. Everything in it goes through its descriptor, so a new cgroup of the same name is never
// touched: after rmdir this one only says that it is gone (faults.md R8).

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "kernel/cgroup_location.hpp"
#include "kernel/directory.hpp"
#include "kernel/mounts.hpp"

namespace cstop::kernel {

struct Cgroup {
    bool is_v2 = false;
    std::vector<std::string> hierarchies;  ///< those of its mount
    std::string path;                      ///< in the hierarchy, as /proc/PID/cgroup writes it
    Directory directory;
};

bool has_hierarchy(const Cgroup& cgroup, std::string_view hierarchy);

/// Does a file that a stop may have to write, in a cgroup or below it, belong to somebody other than `user`?
bool has_cgroup_of_others(std::span<const Cgroup> cgroups, std::uint32_t user);

/// Was it removed since it was opened?
bool is_removed(const Directory& cgroup);

/// Below its mount, on the same mount. Errors: not_found, denied, damaged.
Result<Cgroup> open_cgroup(CgroupMounts& mounts, const CgroupLocation& location);

/// The first of the locations that exists.
Result<Cgroup> open_first_cgroup(CgroupMounts& mounts, const std::vector<CgroupLocation>& locations);

/// A control file of one piece (all but the lists of processes), without the newline at its end. Errors: gone when the
/// cgroup was removed; not_found when this kernel has no such file; denied; unsupported.
Result<std::string> read_control(const Directory& cgroup, const std::string& name);
/// cgroup.procs, whole. Errors as above; unsupported in a threaded cgroup.
Result<std::string> read_process_list(const Directory& cgroup);
Result<void> write_control(const Directory& cgroup, const std::string& name, std::string_view text);
/// Would write_control be let do it? Nothing is opened for writing.
Result<void> check_control(const Directory& cgroup, const std::string& name);

/// The cgroups right below. Gone or unreadable: none.
std::vector<Directory> open_children(const Directory& cgroup);

/// The cgroup and all below, parents first; `visit(directory)` returns false to stop. Bounded in depth and number.
template <class Visit>
void visit_tree(const Directory& cgroup, Visit&& visit);

/// The cgroups above, the nearest first, as far as the mount shows them; `visit(directory)` returns false to stop.
template <class Visit>
void visit_ancestors(const Cgroup& cgroup, Visit&& visit);

/// Not open above the root of the mount.
Directory open_parent(const Directory& cgroup);

/// The number behind `key` in a file of "key value" lines such as cgroup.events; -1 when it is not there.
std::int64_t parse_keyed_number(std::string_view text, std::string_view key);

// ---------------------------------------------------------------------------------------------------------------------

inline constexpr std::size_t deepest_cgroup = 64;
inline constexpr std::size_t most_cgroups = 65536;

template <class Visit>
void visit_tree(const Directory& cgroup, Visit&& visit) {
    if (!visit(cgroup)) {
        return;
    }
    struct Level {
        std::vector<Directory> directories;
        std::size_t next = 0;
    };
    std::vector<Level> levels;
    levels.push_back({.directories = open_children(cgroup)});
    std::size_t visited = 1;
    while (!levels.empty()) {
        Level& level = levels.back();
        if (level.next == level.directories.size()) {
            levels.pop_back();
            continue;
        }
        const Directory directory = std::move(level.directories[level.next++]);
        if (++visited > most_cgroups || !visit(directory)) {
            return;
        }
        if (levels.size() < deepest_cgroup) {
            levels.push_back({.directories = open_children(directory)});
        }
    }
}

template <class Visit>
void visit_ancestors(const Cgroup& cgroup, Visit&& visit) {
    Directory ancestor = open_parent(cgroup.directory);
    for (std::size_t depth = 0; depth < deepest_cgroup && ancestor.is_open() && visit(ancestor); ++depth) {
        ancestor = open_parent(ancestor);
    }
}

}  // namespace cstop::kernel
