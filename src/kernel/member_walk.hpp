#pragma once
// Signalling the members of cgroups one by one, each through a pidfd.
//
// A pid that was read from cgroup.procs may belong to somebody else a moment later. So the list is read, a pidfd of
// each member is opened, and the list is read again: only who is on both lists is signalled. If the first process had
// died and its pid gone to an outsider, the second list would not have it; had the pid gone to another member, the
// pidfd is that member's or a dead process's.

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>

#include "base/result.hpp"
#include "base/signal.hpp"
#include "kernel/cgroup.hpp"
#include "kernel/own_process.hpp"

namespace cstop::kernel {

enum class Passes {
    one,          ///< for signals that should arrive once
    until_quiet,  ///< until a pass finds nobody new, or the time is over
};

struct WalkReport {
    std::size_t signalled = 0;
    std::optional<Error> error;  ///< the first that is not "gone"
};

/// Never cstop, PID 1, or an ancestor of cstop. Error: when nobody could be listed.
Result<WalkReport> signal_members(std::span<const Cgroup> cgroups, Signal signal, Passes passes, OwnProcess& own);

}  // namespace cstop::kernel
