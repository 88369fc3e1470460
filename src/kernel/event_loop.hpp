#pragma once
// One epoll (epoll(7)). Every descriptor reports once and then waits to be armed again: whoever does not look after an
// event is not told it for ever.

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "kernel/descriptor.hpp"
#include "kernel/system.hpp"

namespace cstop::kernel {

enum class Readiness {
    readable,  ///< EPOLLIN: pidfd, signalfd
    changed,   ///< EPOLLPRI: cgroup.events
};

class EventLoop {
public:
    static Result<EventLoop> make();

    /// Closing the descriptor takes it out again.
    Result<void> add(const Descriptor& descriptor, Readiness readiness, std::uint64_t token);
    Result<void> arm_again(const Descriptor& descriptor, Readiness readiness, std::uint64_t token);

    /// The tokens of what happened; empty when `until` has passed, never before. Valid until the next call.
    Result<std::span<const std::uint64_t>> wait(std::optional<Instant> until);

private:
    Descriptor epoll_;
    std::vector<std::uint64_t> tokens_;
    bool has_nanoseconds_ = true;  ///< epoll_pwait2, Linux 5.11
};

/// CLOCK_MONOTONIC.
Instant read_clock();

}  // namespace cstop::kernel
