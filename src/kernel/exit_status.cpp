#include "kernel/exit_status.hpp"

#include <array>
#include <cerrno>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include "kernel/pidfd.hpp"
#include "kernel/process.hpp"

namespace cstop::kernel {

namespace {

/// Field 52 reads 0 for whoever may not ptrace-read the process (proc(5)). The link of its user namespace needs the
/// same right, and unlike its other links it outlives the exit.
bool may_read_exit_code(std::int32_t pid) {
    std::array<char, 64> link{};
    return ::readlink(fmt::format("/proc/{}/ns/user", pid).c_str(), link.data(), link.size()) > 0;
}

std::optional<int> read_zombie_status(const InitProcess& process) {
    const Result<ProcessStat> stat = process.read_stat();
    // Only of a zombie: a frozen process that waits for its death says 9 already (faults.md F04).
    if (!stat || stat->state != 'Z') {
        return std::nullopt;
    }
    if (stat->exit_code == 0 && !may_read_exit_code(process.pid())) {
        return std::nullopt;
    }
    return stat->exit_code;
}

}  // namespace

std::optional<ExitStatus> parse_wait_status(int status) {
    if (WIFEXITED(status)) {
        return ExitStatus{.by_signal = false, .value = WEXITSTATUS(status)};
    }
    if (WIFSIGNALED(status)) {
        return ExitStatus{.by_signal = true, .value = WTERMSIG(status)};
    }
    return std::nullopt;
}

std::optional<ExitStatus> read_exit_status(const InitProcess& process) {
    if (process.start_time() == 0) {
        return std::nullopt;  // it was gone before we came
    }
    std::optional<int> status = read_zombie_status(process);
    // The pidfd tells it once the zombie is reaped: in this order one of the two does.
    if (!status && process.pidfd().is_open()) {
        status = read_pidfd_exit(process.pidfd());
    }
    return status ? parse_wait_status(*status) : std::nullopt;
}

}  // namespace cstop::kernel
