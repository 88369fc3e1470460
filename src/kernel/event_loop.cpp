#include "kernel/event_loop.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <climits>

#include "kernel/missing_calls.hpp"

namespace cstop::kernel {

namespace {

using std::chrono::nanoseconds;

constexpr std::size_t events_at_once = 256;
using Events = std::array<epoll_event, events_at_once>;

epoll_event make_event(Readiness readiness, std::uint64_t token) {
    const std::uint32_t mask = readiness == Readiness::readable ? EPOLLIN : EPOLLPRI;
    epoll_event event{};
    event.events = mask | EPOLLONESHOT;
    event.data.u64 = token;
    return event;
}

int wait_nanoseconds(int epoll, Events& events, std::optional<nanoseconds> rest) {
    timespec timeout{};
    if (rest) {
        timeout.tv_sec = static_cast<time_t>(rest->count() / 1'000'000'000);
        timeout.tv_nsec = static_cast<long>(rest->count() % 1'000'000'000);
    }
    return static_cast<int>(::syscall(SYS_epoll_pwait2, epoll, events.data(), static_cast<int>(events.size()),
                                      rest ? &timeout : nullptr, nullptr, 0));
}

/// Rounded up, so that a grace never ends early; the caller waits again when it was longer than an int.
int wait_milliseconds(int epoll, Events& events, std::optional<nanoseconds> rest) {
    int timeout = -1;
    if (rest) {
        const auto whole = std::chrono::ceil<std::chrono::milliseconds>(*rest).count();
        timeout = static_cast<int>(std::min<decltype(whole)>(whole, INT_MAX));
    }
    return ::epoll_wait(epoll, events.data(), static_cast<int>(events.size()), timeout);
}

}  // namespace

Instant read_clock() {
    timespec time{};
    static_cast<void>(::clock_gettime(CLOCK_MONOTONIC, &time));  // cannot fail
    return Instant(std::chrono::seconds(time.tv_sec) + nanoseconds(time.tv_nsec));
}

Result<EventLoop> EventLoop::make() {
    EventLoop loop;
    loop.epoll_ = Descriptor(::epoll_create1(EPOLL_CLOEXEC));
    if (!loop.epoll_.is_open()) {
        return Failure(advise_missing_call(error_from_errno(errno, "epoll_create1"), "epoll_create1", "2.6.27"));
    }
    return loop;
}

Result<void> EventLoop::add(const Descriptor& descriptor, Readiness readiness, std::uint64_t token) {
    epoll_event event = make_event(readiness, token);
    if (::epoll_ctl(epoll_.number(), EPOLL_CTL_ADD, descriptor.number(), &event) != 0) {
        return fail_with_errno(errno, "epoll_ctl");
    }
    return {};
}

Result<void> EventLoop::arm_again(const Descriptor& descriptor, Readiness readiness, std::uint64_t token) {
    epoll_event event = make_event(readiness, token);
    if (::epoll_ctl(epoll_.number(), EPOLL_CTL_MOD, descriptor.number(), &event) != 0) {
        return fail_with_errno(errno, "epoll_ctl");
    }
    return {};
}

Result<std::span<const std::uint64_t>> EventLoop::wait(std::optional<Instant> until) {
    tokens_.clear();
    Events events{};
    while (true) {
        std::optional<nanoseconds> rest;
        if (until) {
            rest = std::max(nanoseconds(0), *until - read_clock());
        }
        const int count = has_nanoseconds_ ? wait_nanoseconds(epoll_.number(), events, rest)
                                           : wait_milliseconds(epoll_.number(), events, rest);
        if (count > 0) {
            for (const epoll_event& event : std::span(events).first(static_cast<std::size_t>(count))) {
                tokens_.push_back(event.data.u64);
            }
            return tokens_;
        }
        if (count == 0 && until && read_clock() >= *until) {
            return tokens_;
        }
        // EPERM: an old seccomp profile around us.
        if (count < 0 && has_nanoseconds_ && (errno == ENOSYS || errno == EPERM)) {
            has_nanoseconds_ = false;
        } else if (count < 0 && errno != EINTR) {
            return fail_with_errno(errno, "epoll_wait");
        }
    }
}

}  // namespace cstop::kernel
