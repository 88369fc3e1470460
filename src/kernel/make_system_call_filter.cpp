// Runs while cstop is built: libseccomp makes the filter's program, and what it wrote is compiled into cstop. Making it
// anew at every start took longer than finding a container and signalling it.

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/nsfs.h>
#include <memory>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <seccomp.h>

#include "kernel/seccomp_filter.hpp"

namespace cstop::kernel {

namespace {

/// Each with who makes it: tests/data/system_calls.tsv, which a test compares with the filter.
constexpr std::array allowed_calls = {
    // files
    SCMP_SYS(read), SCMP_SYS(pread64), SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(pwritev2),
    SCMP_SYS(openat2),  // its flags lie in memory, where no filter sees them
    SCMP_SYS(close), SCMP_SYS(getdents64), SCMP_SYS(fcntl), SCMP_SYS(flock), SCMP_SYS(pipe2), SCMP_SYS(fstat),
    SCMP_SYS(newfstatat), SCMP_SYS(statx), SCMP_SYS(fstatfs), SCMP_SYS(faccessat), SCMP_SYS(faccessat2),
    SCMP_SYS(readlink), SCMP_SYS(readlinkat),
    // waiting
    SCMP_SYS(poll), SCMP_SYS(epoll_create1), SCMP_SYS(epoll_ctl), SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait2),
    SCMP_SYS(inotify_init1), SCMP_SYS(inotify_add_watch), SCMP_SYS(signalfd4), SCMP_SYS(restart_syscall),
    SCMP_SYS(clock_gettime),
    // signals and processes
    SCMP_SYS(pidfd_open), SCMP_SYS(pidfd_send_signal), SCMP_SYS(tgkill), SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(wait4), SCMP_SYS(exit_group), SCMP_SYS(getpid),
    SCMP_SYS(getppid), SCMP_SYS(getsid), SCMP_SYS(gettid), SCMP_SYS(geteuid), SCMP_SYS(getpgrp), SCMP_SYS(prlimit64),
    // confining itself and its parser further
    SCMP_SYS(capget), SCMP_SYS(capset), SCMP_SYS(seccomp), SCMP_SYS(landlock_create_ruleset),
    SCMP_SYS(landlock_restrict_self),
    // memory and the C library
    SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(futex), SCMP_SYS(set_robust_list),
    SCMP_SYS(uname)};

/// What a sanitizer's runtime does besides, its leak check included.
constexpr std::array sanitizer_calls = {
    SCMP_SYS(mmap),    SCMP_SYS(mprotect),    SCMP_SYS(clone),           SCMP_SYS(ptrace),
    SCMP_SYS(prctl),   SCMP_SYS(nanosleep),   SCMP_SYS(clock_nanosleep), SCMP_SYS(getrusage),
    SCMP_SYS(open),    SCMP_SYS(sigaltstack), SCMP_SYS(sched_yield),     SCMP_SYS(sched_getaffinity),
    SCMP_SYS(sysinfo), SCMP_SYS(getcwd),      SCMP_SYS(lseek),           SCMP_SYS(exit),
    SCMP_SYS(stat),    SCMP_SYS(lstat),       SCMP_SYS(access),          SCMP_SYS(dup),
    SCMP_SYS(dup2),    SCMP_SYS(getrandom),   SCMP_SYS(getuid),          SCMP_SYS(getgid),
    SCMP_SYS(getegid)};

constexpr std::array deadly_calls = {SCMP_SYS(execve),
                                     SCMP_SYS(execveat),
                                     SCMP_SYS(socket),
                                     SCMP_SYS(socketpair),
                                     SCMP_SYS(connect),
                                     SCMP_SYS(bind),
                                     SCMP_SYS(listen),
                                     SCMP_SYS(accept4),
                                     SCMP_SYS(ptrace),
                                     SCMP_SYS(process_vm_readv),
                                     SCMP_SYS(process_vm_writev),
                                     SCMP_SYS(mount),
                                     SCMP_SYS(umount2),
                                     SCMP_SYS(move_mount),
                                     SCMP_SYS(open_tree),
                                     SCMP_SYS(fsopen),
                                     SCMP_SYS(fsmount),
                                     SCMP_SYS(mount_setattr),
                                     SCMP_SYS(pivot_root),
                                     SCMP_SYS(chroot),
                                     SCMP_SYS(unshare),
                                     SCMP_SYS(setns),
                                     SCMP_SYS(bpf),
                                     SCMP_SYS(perf_event_open),
                                     SCMP_SYS(userfaultfd),
                                     SCMP_SYS(io_uring_setup),
                                     SCMP_SYS(init_module),
                                     SCMP_SYS(finit_module),
                                     SCMP_SYS(delete_module),
                                     SCMP_SYS(kexec_load),
                                     SCMP_SYS(kexec_file_load),
                                     SCMP_SYS(reboot),
                                     SCMP_SYS(keyctl),
                                     SCMP_SYS(add_key),
                                     SCMP_SYS(request_key),
                                     SCMP_SYS(open_by_handle_at),
                                     SCMP_SYS(setuid),
                                     SCMP_SYS(setreuid),
                                     SCMP_SYS(setresuid),
                                     SCMP_SYS(memfd_create),
                                     SCMP_SYS(pidfd_getfd)};

/// isatty, the size of a terminal and who has it; pidfds (PIDFD_GET_INFO, PIDFD_GET_USER_NAMESPACE) and user
/// namespaces.
constexpr std::array<std::uint64_t, 7> allowed_ioctls = {TCGETS, TIOCGWINSZ,       TIOCGPGRP,    0xC040FF0B,
                                                         0xFF09, NS_GET_OWNER_UID, NS_GET_PARENT};

constexpr std::array<std::uint64_t, 2> allowed_prctls = {PR_SET_NO_NEW_PRIVS, PR_SET_PDEATHSIG};

/// A child that shares nothing: fork, and no namespace.
constexpr std::uint64_t forbidden_clone_flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
                                                CLONE_PARENT | CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS |
                                                CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;

constexpr std::uint64_t creating_flags = O_CREAT | (O_TMPFILE & ~O_DIRECTORY);
/// Bit 22 is that of 4194304, the largest pid there is.
constexpr unsigned highest_pid_bit = 22;
constexpr std::uint64_t low_word = 0xFFFFFFFF;

void allow_opening(SeccompFilter& filter) {
    filter.add(SCMP_ACT_ALLOW, SCMP_SYS(openat), compare(2, SCMP_CMP_MASKED_EQ, creating_flags, 0));
    filter.add(SCMP_ACT_ERRNO(EPERM), SCMP_SYS(openat), compare(2, SCMP_CMP_MASKED_EQ, O_CREAT, O_CREAT));
}

/// kill(2) to pids from 2 on, one rule for each length of a number: 0 is the own group, negative ones, which are large
/// here, are others and everybody, and 1 is the first process. A rule may look at an argument only once.
void allow_signals_to_one(SeccompFilter& filter) {
    for (unsigned bit = 1; bit <= highest_pid_bit; ++bit) {
        const std::uint64_t one = std::uint64_t{1} << bit;
        filter.add(SCMP_ACT_ALLOW, SCMP_SYS(kill), compare(0, SCMP_CMP_MASKED_EQ, ~(one - 1), one));
    }
}

void allow_with_arguments(SeccompFilter& filter) {
    allow_opening(filter);
    for (const std::uint64_t request : allowed_ioctls) {
        filter.add(SCMP_ACT_ALLOW, SCMP_SYS(ioctl), compare(1, SCMP_CMP_MASKED_EQ, low_word, request));
    }
    allow_signals_to_one(filter);
    if (!is_sanitized) {
        filter.allow_data(SCMP_SYS(mmap));
        filter.allow_data(SCMP_SYS(mprotect));
        filter.add(SCMP_ACT_ALLOW, SCMP_SYS(clone), compare(0, SCMP_CMP_MASKED_EQ, forbidden_clone_flags, 0));
        for (const std::uint64_t option : allowed_prctls) {
            filter.add(SCMP_ACT_ALLOW, SCMP_SYS(prctl), compare(0, SCMP_CMP_MASKED_EQ, low_word, option));
        }
    }
}

bool is_sanitizer_call(int call) {
    return is_sanitized && std::ranges::find(sanitizer_calls, call) != sanitizer_calls.end();
}

Result<void> write_system_call_filter(int descriptor) {
    SeccompFilter filter(SCMP_ACT_ERRNO(ENOSYS));
    for (const int call : allowed_calls) {
        filter.add(SCMP_ACT_ALLOW, call);
    }
    if (is_sanitized) {
        for (const int call : sanitizer_calls) {
            filter.add(SCMP_ACT_ALLOW, call);
        }
    }
    allow_with_arguments(filter);
    for (const int call : deadly_calls) {
        if (!is_sanitizer_call(call)) {
            filter.add(SCMP_ACT_KILL_PROCESS, call);
        }
    }
    return filter.write_program(descriptor);
}

}  // namespace

}  // namespace cstop::kernel

namespace {

struct Close {
    void operator()(std::FILE* file) const { static_cast<void>(std::fclose(file)); }
};

}  // namespace

/// Writes the instructions to standard output, as the initializers of an array of sock_filter.
int main() {
    const std::unique_ptr<std::FILE, Close> program(std::tmpfile());
    const int descriptor = program ? ::fileno(program.get()) : -1;
    if (!program || !cstop::kernel::write_system_call_filter(descriptor)) {
        static_cast<void>(std::fputs("make_system_call_filter: libseccomp made no filter\n", stderr));
        return 1;
    }
    sock_filter step{};
    constexpr ssize_t size = sizeof(step);
    for (off_t place = 0; ::pread(descriptor, &step, sizeof(step), place) == size; place += size) {
        static_cast<void>(std::printf("{0x%x, %u, %u, 0x%x},\n", static_cast<unsigned>(step.code),
                                      static_cast<unsigned>(step.jt), static_cast<unsigned>(step.jf), step.k));
    }
    return std::fflush(stdout) == 0 ? 0 : 1;
}
