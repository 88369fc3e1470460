#include "kernel/pidfd.hpp"

#include <cerrno>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <fmt/format.h>

namespace cstop::kernel {

namespace {

/// struct pidfd_info of linux/pidfd.h, first version (64 bytes). Debian 12's headers lack it.
struct PidfdInfo {
    std::uint64_t mask;
    std::uint64_t cgroup_id;
    std::uint32_t pid, tgid, ppid;
    std::uint32_t ruid, rgid, euid, egid, suid, sgid, fsuid, fsgid;
    std::int32_t exit_code;
};
static_assert(sizeof(PidfdInfo) == 64);
constexpr std::uint64_t info_exit = 1U << 3U;

constexpr unsigned long pidfd_get_info = 0xC040FF0B;  // _IOWR(0xFF, 11, struct pidfd_info)
constexpr unsigned long pidfd_get_user_namespace = 0xFF09;

bool is_readable(const Descriptor& pidfd) {
    pollfd entry{.fd = pidfd.number(), .events = POLLIN, .revents = 0};
    int count = -1;
    do {
        count = ::poll(&entry, 1, 0);
    } while (count < 0 && errno == EINTR);
    return count == 1 && (entry.revents & POLLIN) != 0;
}

}  // namespace

Result<Descriptor> open_pidfd(std::int32_t pid) {
    const long number = ::syscall(SYS_pidfd_open, pid, 0);
    if (number >= 0) {
        return Descriptor(static_cast<int>(number));
    }
    const int errno_value = errno;
    Error error = error_from_errno(errno_value, fmt::format("pidfd_open {}", pid));
    if (errno_value == EINVAL || errno_value == ENOENT) {
        error.code = ErrorCode::gone;  // the number is a thread's now
    } else if (errno_value == EPERM || errno_value == EACCES) {
        error.code = ErrorCode::unsupported;  // pidfd_open checks no permission: this is somebody's seccomp filter
    }
    return Failure(std::move(error));
}

bool is_process_ended(const Descriptor& pidfd) {
    return is_readable(pidfd) && is_readable(pidfd);
}

Result<void> send_pidfd_signal(const Descriptor& pidfd, Signal signal) {
    if (::syscall(SYS_pidfd_send_signal, pidfd.number(), signal.number, nullptr, 0) != 0) {
        return fail_with_errno(errno, "pidfd_send_signal " + format_signal(signal));
    }
    return {};
}

std::optional<int> read_pidfd_exit(const Descriptor& pidfd) {
    PidfdInfo info{};
    info.mask = info_exit;
    if (::ioctl(pidfd.number(), pidfd_get_info, &info) != 0 || (info.mask & info_exit) == 0) {
        return std::nullopt;
    }
    return info.exit_code;
}

Result<Descriptor> open_pidfd_user_namespace(const Descriptor& pidfd) {
    const int number = ::ioctl(pidfd.number(), pidfd_get_user_namespace, 0);
    if (number < 0) {
        return fail_with_errno(errno, "open user namespace");
    }
    return Descriptor(number);
}

}  // namespace cstop::kernel
