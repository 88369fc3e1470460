#include "kernel/own_process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <string_view>
#include <unistd.h>

#include "kernel/proc_file.hpp"
#include "kernel/process.hpp"

namespace cstop::kernel {

namespace {

// include/linux/proc_ns.h: the first namespaces have had these inodes since Linux 3.8, the time namespace since 5.6.
constexpr std::uint64_t first_pid_namespace = 0xEFFFFFFC;
constexpr std::uint64_t first_time_namespace = 0xEFFFFFFA;

/// Nobody's family tree is that deep; a loop cannot be.
constexpr std::size_t most_ancestors = 1024;

}  // namespace

Result<OwnProcess> OwnProcess::read() {
    OwnProcess own;
    own.pid_ = ::getpid();
    own.user_ = ::geteuid();
    std::array<char, 32> link{};
    const ssize_t length = ::readlink("/proc/self", link.data(), link.size());
    if (length < 0) {
        return fail_with_errno(errno, "read link /proc/self");
    }
    if (std::string_view(link.data(), static_cast<std::size_t>(length)) != std::to_string(own.pid_)) {
        return Failure(Error{.code = ErrorCode::unsupported,
                             .errno_value = 0,
                             .what = "/proc shows another pid namespace than the one that cstop runs in",
                             .advice = "run cstop on the host"});
    }
    CSTOP_TRY(own.memberships_, read_memberships(own.pid_));
    return own;
}

const std::vector<std::int32_t>& OwnProcess::ancestors() {
    if (!ancestors_) {
        ancestors_.emplace();
        std::int32_t pid = ::getppid();
        while (pid > 1 && ancestors_->size() < most_ancestors) {
            ancestors_->push_back(pid);
            const Result<ProcessStat> stat = read_process_stat(pid);
            pid = stat ? stat->parent : 0;
        }
    }
    return *ancestors_;
}

bool OwnProcess::is_untouchable(std::int32_t pid) {
    return pid <= 1 || pid == pid_ || std::ranges::find(ancestors(), pid) != ancestors().end();
}

bool OwnProcess::is_in_first_pid_namespace() {
    return read_namespace_inode("/proc/self/ns/pid") == first_pid_namespace;
}

bool OwnProcess::is_in_first_time_namespace() {
    const std::uint64_t inode = read_namespace_inode("/proc/self/ns/time");
    return inode == 0 || inode == first_time_namespace;  // 0: a kernel before 5.6 has no other
}

}  // namespace cstop::kernel
