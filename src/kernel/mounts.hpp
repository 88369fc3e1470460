#pragma once
// Where the cgroup hierarchies are mounted, as /proc/self/mountinfo says (proc(5)): never by the name of a directory.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "kernel/directory.hpp"

namespace cstop::kernel {

struct CgroupMount {
    bool is_v2 = false;
    std::vector<std::string> hierarchies;  ///< v2: ""; v1: its controllers and "name=..."
    std::string root;                      ///< the directory of the hierarchy that is mounted; mostly "/"
    std::string mount_point;
};

/// The cgroup and cgroup2 mounts in the text of a mountinfo, those that a later mount hides left out. Lines that make
/// no sense are skipped.
std::vector<CgroupMount> parse_cgroup_mounts(std::string_view mountinfo);

bool has_hierarchy(const CgroupMount& mount, std::string_view hierarchy);

/// The mounts of this process, each opened at first use.
class CgroupMounts {
public:
    explicit CgroupMounts(std::vector<CgroupMount> mounts) : mounts_(std::move(mounts)), directories_(mounts_.size()) {}

    std::span<const CgroupMount> all() const { return mounts_; }
    /// Its directory, proven to be on cgroupfs (faults.md R7). Errors: damaged when it is another file system now.
    Result<const Directory*> open(std::size_t index);

private:
    std::vector<CgroupMount> mounts_;
    std::vector<Directory> directories_;
};

/// Read once, kept until the process ends: mounts that come later are not seen.
CgroupMounts& read_own_cgroup_mounts();

}  // namespace cstop::kernel
