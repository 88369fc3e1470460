#pragma once
// Processes held by a descriptor (pidfd_open(2), Linux 5.3): the one way to signal without hitting a reused pid.

#include <cstdint>
#include <optional>

#include "base/result.hpp"
#include "base/signal.hpp"
#include "kernel/descriptor.hpp"

namespace cstop::kernel {

/// Errors: gone when there is no such process (or only a thread of that number); unsupported before Linux 5.3.
Result<Descriptor> open_pidfd(std::int32_t pid);

/// Has the whole process ended, threads included? A zombie has. Asked twice when the answer is yes: a process whose
/// threads exec says so for a moment, but never twice in a row (faults.md F08).
bool is_process_ended(const Descriptor& pidfd);

/// Errors: gone, denied, unsupported (before Linux 5.1), system.
Result<void> send_pidfd_signal(const Descriptor& pidfd, Signal signal);

/// The wait(2) status of a process that was reaped (PIDFD_GET_INFO, Linux 6.15), also of one that is not our child.
std::optional<int> read_pidfd_exit(const Descriptor& pidfd);

/// The user namespace of the process (PIDFD_GET_USER_NAMESPACE, Linux 6.11).
Result<Descriptor> open_pidfd_user_namespace(const Descriptor& pidfd);

}  // namespace cstop::kernel
