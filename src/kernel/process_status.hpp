#pragma once
// What only /proc/PID/status tells (proc(5)): whose a process is, who traces it, its signals, its pids.

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "kernel/system.hpp"

namespace cstop::kernel {

struct ProcessStatus {
    std::uint32_t real_user = 0;
    std::int32_t tracer = 0;         ///< 0: none
    std::vector<std::int32_t> pids;  ///< NSpid: ours first, the innermost namespace's last; Linux 4.1
    SignalSets signals;
};

/// Error: damaged when there is no Uid. Missing other lines leave their default.
Result<ProcessStatus> parse_process_status(std::string_view text);

/// Errors: gone, denied.
Result<ProcessStatus> read_process_status(std::int32_t pid);

/// Its signal sets. A signal that sigtimedwait(2) waits for is missing in SigBlk meanwhile, and yet never dropped; so
/// all count as blocked unless the process provably sleeps elsewhere. Errors: gone, denied.
Result<SignalSets> read_signal_sets(std::int32_t pid);

/// Is it the first process of a pid namespace below ours? With it all others of that namespace die.
bool is_namespace_init(const ProcessStatus& status);

}  // namespace cstop::kernel
