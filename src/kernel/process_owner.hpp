#pragma once
// Whose a process is, for state files that somebody less privileged wrote (faults.md R3).

#include <cstdint>

#include "base/result.hpp"
#include "kernel/init_process.hpp"
#include "kernel/process_status.hpp"

namespace cstop::kernel {

/// Does the process belong to `user`: by its real uid, or because its user namespace or one above is owned by `user`?
/// Error: denied, naming both.
Result<void> check_process_owner(const InitProcess& process, const ProcessStatus& status, std::uint32_t user);

}  // namespace cstop::kernel
