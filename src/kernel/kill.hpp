#pragma once
// Killing everybody in a container's own cgroups (design section 4, "kill-all").
//
// v2's cgroup.kill (Linux 5.14) is one write that no fork escapes. It says nothing about processes that are only in v1
// hierarchies, so on a hybrid host these are walked after it. Without it everybody is frozen, walked, and thawed: on
// v1 SIGKILL waits for the thaw.

#include <span>

#include "base/result.hpp"
#include "kernel/cgroup.hpp"
#include "kernel/init_process.hpp"
#include "kernel/members.hpp"
#include "kernel/own_process.hpp"
#include "kernel/system.hpp"

namespace cstop::kernel {

/// Nothing is frozen when this returns, whatever it returns. Error: denied when nobody could be killed, or because
/// cstop, an ancestor of it, PID 1 or another container's init is inside (then nothing was done); system.
Result<KillReport> kill_cgroups(std::span<const Cgroup> cgroups, const InitProcess& init, OwnProcess& own);

/// What kill_cgroups would do now, and to how many, found out without a write or a signal. `way` is "nobody" where it
/// would refuse.
KillReport foresee_kill(std::span<const Cgroup> cgroups, const InitProcess& init, OwnProcess& own);

/// Why not everybody in there may be killed: cstop, an ancestor of it, PID 1, or the init of another container than
/// `init`'s is among them. Empty: nobody of them.
std::string explain_danger(const Members& members, const InitProcess& init, OwnProcess& own);

}  // namespace cstop::kernel
