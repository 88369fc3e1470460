#pragma once
// From the name that a state file gives a cgroup to the places where it may be on this machine. Pure: nothing is
// opened, nothing is believed.

#include <span>
#include <string>
#include <vector>

#include "kernel/membership.hpp"
#include "kernel/mounts.hpp"
#include "kernel/system.hpp"

namespace cstop::kernel {

struct CgroupLocation {
    std::size_t mount = 0;  ///< index of the CgroupMount
    std::string relative;   ///< below the mount point: plain components, never empty
    /// In the hierarchy, as /proc/PID/cgroup writes it; empty when that cannot be known (a mount from outside our
    /// cgroup namespace).
    std::string path;
};

/// Every mounted hierarchy that `hierarchy` of the state means: one mount each, two hierarchies for "*" or more.
std::vector<std::size_t> find_mounts(std::span<const CgroupMount> mounts, const CgroupName& name);

/// Where `name` may be below one mount, the likeliest first; nowhere when it names no cgroup, the root, or climbs
/// (".."). `init` is what /proc/PID/cgroup says of init: it tells where a path is that was recorded in another mount
/// view. Without it (init is gone) the usual mount points are tried.
std::vector<CgroupLocation> list_locations(std::span<const CgroupMount> mounts, std::size_t mount,
                                           const CgroupName& name, const Memberships* init);

}  // namespace cstop::kernel
