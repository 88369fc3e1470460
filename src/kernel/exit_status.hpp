#pragma once
// How a process that is not our child ended.

#include <optional>

#include "kernel/init_process.hpp"
#include "kernel/system.hpp"

namespace cstop::kernel {

/// The status that wait(2) gives: exited or killed by a signal; none for anything else.
std::optional<ExitStatus> parse_wait_status(int status);

/// Only after it has ended. PIDFD_GET_INFO once it was reaped (Linux 6.15), the zombie's stat before, else none.
std::optional<ExitStatus> read_exit_status(const InitProcess& process);

}  // namespace cstop::kernel
