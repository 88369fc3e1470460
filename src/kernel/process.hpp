#pragma once
// One process as /proc tells it (proc(5)). Never cmdline, environ, maps, exe: they can block for ever (faults.md R12).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "kernel/descriptor.hpp"

namespace cstop::kernel {

struct ProcessStat {
    std::string command;  ///< comm, raw bytes
    char state = '?';
    std::int32_t parent = 0;
    bool is_exiting = false;       ///< its end has begun and may wait for others (PF_EXITING)
    std::uint32_t threads = 0;     ///< live threads; a zombie leader with others says more than 1
    std::uint64_t start_time = 0;  ///< clock ticks since boot
    int exit_code = 0;             ///< wait(2) status, of a zombie that we may read; else 0
};

/// The text of /proc/PID/stat; parsed after the last ')'. Error: damaged.
Result<ProcessStat> parse_process_stat(std::string_view text);

/// Errors: gone when there is no such process.
Result<ProcessStat> read_process_stat(std::int32_t pid);

/// The same in two steps: the open file is the process's own and can be read again and again, even when its number has
/// become another's. Errors: gone when it was reaped.
Result<Descriptor> open_process_stat(std::int32_t pid);
Result<ProcessStat> read_process_stat(const Descriptor& file);

/// Stopped, traced or a zombie: it does nothing more until somebody else does. Disk sleep ('D') is none of these: a
/// healthy systemd is in it for a moment whenever a cgroup or a disk keeps it waiting.
bool is_at_rest(const ProcessStat& stat);

/// Is the process that a state file recorded still there and not a zombie without live threads?
/// `start_time` 0 compares nothing. Unreadable: error.
Result<bool> is_process_alive(std::int32_t pid, std::uint64_t start_time);

}  // namespace cstop::kernel
