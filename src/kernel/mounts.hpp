#pragma once
// Where the cgroup hierarchies are mounted: as /proc/self/mountinfo says (proc(5)), or proven of the directory itself;
// never by the name of a directory alone.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "kernel/directory.hpp"
#include "kernel/system.hpp"

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

/// The mounts of this process, each opened at first use. The list is read when somebody needs it: making it takes the
/// kernel as long as ten other calls, and most hosts have the v2 hierarchy alone, at its usual place.
class CgroupMounts {
public:
    CgroupMounts() = default;
    explicit CgroupMounts(std::vector<CgroupMount> mounts) { take(std::move(mounts)); }

    /// An index holds until the next call that asks for more than was known.
    std::span<const CgroupMount> all();
    /// Those that one of `names` may mean: all of them, or the v2 hierarchy's usual place alone.
    std::span<const CgroupMount> all_for(std::span<const CgroupName> names);
    const CgroupMount& at(std::size_t index) const { return mounts_.at(index); }
    /// Its directory, proven to be on cgroupfs (faults.md R7). Errors: damaged when it is another file system now.
    Result<const Directory*> open(std::size_t index);

private:
    void take(std::vector<CgroupMount> mounts);

    enum class Known { nothing, usual_place, everything };
    Known known_ = Known::nothing;
    std::vector<CgroupMount> mounts_;
    std::vector<Directory> directories_;
};

/// Kept until the process ends: mounts that come after the first look are not seen.
CgroupMounts& own_cgroup_mounts();

}  // namespace cstop::kernel
