#pragma once
// The cgroups that are a container's own, proven and held open: one for each hierarchy that its state names; of a
// living init with a pid namespace of its own only those through which something is done.

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "kernel/cgroup.hpp"
#include "kernel/membership.hpp"
#include "kernel/own_process.hpp"
#include "kernel/system.hpp"

namespace cstop::kernel {

struct OwnCgroups {
    std::vector<Cgroup> cgroups;  ///< the v2 one first
    std::string refusal;          ///< why there is none; empty when there is one
    bool holds_init = false;      ///< init is a member of one of them, which is not the root
};

struct LivingInit {
    Memberships memberships;
    bool has_private_pid_namespace = false;
};

/// `init`: none when it is gone. `required_owner`: who must own the cgroup's
/// directory, when the state file is believed only in what belongs to its writer (design section 6).
/// Errors: only those that leave nothing to say about the container: no descriptor left.
Result<OwnCgroups> open_own_cgroups(CgroupMounts& mounts, const Target& target, const std::optional<LivingInit>& init,
                                    const OwnProcess& own, std::optional<std::uint32_t> required_owner);

}  // namespace cstop::kernel
