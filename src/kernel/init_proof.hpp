#pragma once
// Is the process with the recorded pid and start time the container's init? The tick of a start time is ten
// milliseconds long, and a pid that is reused quickly shares it (faults.md R5). So its namespaces and its cgroup are
// asked as well.

#include "base/result.hpp"
#include "kernel/init_process.hpp"
#include "kernel/membership.hpp"
#include "kernel/process_status.hpp"
#include "kernel/system.hpp"

namespace cstop::kernel {

/// It cannot be: the state's init is the first process of a pid namespace, which no process becomes or ceases to be
/// (pid_namespaces(7)). Then init is gone.
bool is_impostor(const Target& target, const ProcessStatus& status);

/// For a process that is in none of the cgroups that were opened as the container's own. An init may have been moved
/// out (faults.md F23), but then its namespaces are still not ours, and it did not get into another container's cgroup.
/// Error: unsupported.
Result<void> check_stray_init(const Target& target, const InitProcess& init, const Memberships& memberships);

}  // namespace cstop::kernel
