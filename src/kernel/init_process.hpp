#pragma once
// A container's first process, held so that no other can be meant by it. Where pidfds are missing (before Linux 5.3)
// each use compares the start time again, and only identity by start time is accepted.

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "base/signal.hpp"
#include "kernel/descriptor.hpp"
#include "kernel/process.hpp"

namespace cstop::kernel {

class InitProcess {
public:
    /// No process at all.
    InitProcess() = default;

    /// pidfd_open, then the start time: in any other order the pid may be reused in between (faults.md R5). A process
    /// that is gone, reused or a thread by now gives an InitProcess that is not alive. `start_time` 0 compares nothing:
    /// the caller must prove by the cgroup. Errors: denied when /proc hides it; unsupported when neither pidfd nor
    /// start time can be had; system.
    static Result<InitProcess> open(std::int32_t pid, std::uint64_t start_time);

    std::int32_t pid() const { return pid_; }
    std::uint64_t start_time() const { return start_time_; }
    const std::string& command() const { return command_; }
    /// -1 where there is none: then nothing tells its end, it must be asked for.
    const Descriptor& pidfd() const { return pidfd_; }
    /// Somebody else has the pid that was recorded.
    bool is_other() const { return is_other_; }

    /// Its stat now, through the file that was opened at open(): of itself, whoever has its number by now. Errors: gone
    /// once it was reaped.
    Result<ProcessStat> read_stat() const;

    /// Was it there, and the one that was recorded, at open()?
    bool is_held() const { return is_held_; }

    /// Asks anew. A zombie is not alive, unless threads of it are.
    bool is_alive() const;

    /// Says how: "pidfd" or "kill(2)". Errors: gone (a zombie too), denied, system.
    Result<std::string> send(Signal signal) const;

private:
    std::int32_t pid_ = 0;
    std::uint64_t start_time_ = 0;
    std::string command_;
    Descriptor pidfd_;
    Descriptor stat_;
    bool is_held_ = false;
    bool is_other_ = false;
};

}  // namespace cstop::kernel
