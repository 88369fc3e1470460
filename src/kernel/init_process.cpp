#include "kernel/init_process.hpp"

#include <cerrno>
#include <signal.h>

#include <fmt/format.h>

#include "kernel/pidfd.hpp"
#include "kernel/proc_file.hpp"
#include "kernel/security_profile.hpp"

namespace cstop::kernel {

namespace {

/// The process was there for pidfd_open; if it is not for /proc and has not ended, /proc hides it (hidepid).
Error explain_missing(const Descriptor& pidfd, std::int32_t pid, Error error) {
    if (error.code == ErrorCode::gone && pidfd.is_open() && !is_process_ended(pidfd)) {
        return Error{.code = ErrorCode::denied,
                     .errno_value = 0,
                     .what = fmt::format("/proc hides process {}", pid),
                     .advice = "run as root, or as the user of the process: /proc is mounted with hidepid"};
    }
    return error;
}

struct HeldStat {
    Descriptor file;
    ProcessStat stat;
};

Result<HeldStat> open_stat(std::int32_t pid) {
    CSTOP_TRY(Descriptor file, open_process_stat(pid));
    CSTOP_TRY(ProcessStat stat, read_process_stat(file));
    return HeldStat{.file = std::move(file), .stat = std::move(stat)};
}

/// EACCES comes from a security module, as the user's rights give EPERM (kill(2)).
Error name_profile(std::int32_t pid, const Error& error) {
    const std::string profile = error.errno_value == EACCES ? read_security_profile(pid) : "";
    return profile.empty() ? error : with_context("security profile " + profile, error);
}

/// Repeated only where the pidfd can tell that the process has not ended.
Result<HeldStat> open_held_stat(const Descriptor& pidfd, std::int32_t pid) {
    Result<HeldStat> held = open_stat(pid);
    for (int tries = 0;
         !held && is_absence(held.error()) && pidfd.is_open() && !is_process_ended(pidfd) && tries < most_absences;
         ++tries) {
        held = open_stat(pid);
    }
    return held;
}

}  // namespace

Result<InitProcess> InitProcess::open(std::int32_t pid, std::uint64_t start_time) {
    InitProcess init;
    init.pid_ = pid;
    Result<Descriptor> pidfd = open_pidfd(pid);
    if (pidfd) {
        init.pidfd_ = *std::move(pidfd);
    } else if (pidfd.error().code == ErrorCode::gone) {
        return init;
    } else if (pidfd.error().code != ErrorCode::unsupported) {
        return Failure(pidfd.error());
    } else if (start_time == 0) {
        return fail(ErrorCode::unsupported,
                    fmt::format("prove process {}: no pidfd_open here and no start time recorded", pid));
    }
    Result<HeldStat> held = open_held_stat(init.pidfd_, pid);
    if (!held) {
        const Error error = explain_missing(init.pidfd_, pid, held.error());
        if (error.code == ErrorCode::gone) {
            return init;
        }
        return Failure(error);
    }
    if (start_time != 0 && held->stat.start_time != start_time) {
        init.is_other_ = true;
        init.pidfd_.close();
        return init;
    }
    init.start_time_ = held->stat.start_time;
    init.command_ = held->stat.command;
    init.stat_ = std::move(held->file);
    init.is_held_ = true;
    return init;
}

Result<ProcessStat> InitProcess::read_stat() const {
    if (!stat_.is_open()) {
        return fail(ErrorCode::gone, fmt::format("read /proc/{}/stat: it was never held", pid_));
    }
    return read_process_stat(stat_);
}

bool InitProcess::is_alive() const {
    if (!is_held_) {
        return false;
    }
    if (pidfd_.is_open()) {
        return !is_process_ended(pidfd_);
    }
    return is_process_alive(pid_, start_time_).value_or(false);
}

Result<std::string> InitProcess::send(Signal signal) const {
    // A zombie takes signals without an error (faults.md 3): that would be told as sent.
    if (!is_alive()) {
        return fail(ErrorCode::gone, fmt::format("signal process {}: it has ended", pid_));
    }
    if (pidfd_.is_open()) {
        const Result<void> sent = send_pidfd_signal(pidfd_, signal);
        if (sent) {
            return "pidfd";
        }
        if (sent.error().code != ErrorCode::unsupported) {
            return Failure(name_profile(pid_, sent.error()));
        }
    }
    // As late as possible: between this look and the call the pid could still be reused, which nothing can exclude
    // without pidfd_send_signal.
    CSTOP_TRY(const ProcessStat stat, read_process_stat(pid_));
    if (stat.start_time != start_time_) {
        return fail(ErrorCode::gone, fmt::format("signal process {}: it has ended", pid_));
    }
    if (::kill(pid_, signal.number) != 0) {
        return fail_with_errno(errno, fmt::format("kill {} {}", pid_, format_signal(signal)));
    }
    return "kill(2)";
}

}  // namespace cstop::kernel
