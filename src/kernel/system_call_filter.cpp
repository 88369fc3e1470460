#include "kernel/system_call_filter.hpp"

#include <array>
#include <cerrno>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace cstop::kernel {

namespace {

/// What make_system_call_filter.cpp wrote: the rules are there.
constexpr std::array program = std::to_array<sock_filter>({
#include "kernel/system_call_program.inc"
});

}  // namespace

Result<void> load_system_call_filter() {
    // The kernel copies the program; its interface has no const.
    sock_fprog filter{.len = program.size(), .filter = const_cast<sock_filter*>(program.data())};  // NOLINT
    if (::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) != 0) {
        return fail_with_errno(errno, "load a system call filter");
    }
    return {};
}

}  // namespace cstop::kernel
