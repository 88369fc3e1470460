#include "kernel/parser_jail.hpp"

#include <csignal>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <seccomp.h>

#include "kernel/capabilities.hpp"
#include "kernel/seccomp_filter.hpp"

namespace cstop::kernel {

namespace {

constexpr rlim_t most_memory = rlim_t{512} * 1024 * 1024;
constexpr rlim_t most_seconds = 2;

void limit(__rlimit_resource resource, rlim_t most) {
    const rlimit both{.rlim_cur = most, .rlim_max = most};
    ::setrlimit(resource, &both);
}

void limit_resources() {
    if (!is_sanitized) {  // its shadow takes terabytes of addresses
        limit(RLIMIT_AS, most_memory);
    }
    limit(RLIMIT_CPU, most_seconds);
    limit(RLIMIT_NOFILE, 0);
    limit(RLIMIT_NPROC, 0);
    limit(RLIMIT_FSIZE, 0);
    limit(RLIMIT_CORE, 0);  // it would hold what others may not read
}

/// No file can be reached by name: the filter says so as well, but it is another mechanism. Rights of ABI 1
/// (Linux 5.13), which every later kernel knows.
void deny_files() {
    constexpr auto every_right = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1U) - 1;
    const landlock_ruleset_attr rules{.handled_access_fs = every_right};
    const long ruleset = ::syscall(SYS_landlock_create_ruleset, &rules, sizeof(rules), 0);
    if (ruleset >= 0) {
        ::syscall(SYS_landlock_restrict_self, ruleset, 0);
        ::close(static_cast<int>(ruleset));
    }
}

void deny_calls(int answer) {
    SeccompFilter filter(SCMP_ACT_KILL_PROCESS);
    filter.add(SCMP_ACT_ALLOW, SCMP_SYS(write), compare(0, SCMP_CMP_EQ, static_cast<std::uint64_t>(answer)));
    for (const int call : {SCMP_SYS(read), SCMP_SYS(pread64), SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap),
                           SCMP_SYS(madvise), SCMP_SYS(exit_group)}) {
        filter.add(SCMP_ACT_ALLOW, call);
    }
    if (is_sanitized) {  // its runtime asks before every function that does not return
        filter.add(SCMP_ACT_ALLOW, SCMP_SYS(sigaltstack));
    }
    filter.allow_data(SCMP_SYS(mmap));
    filter.allow_data(SCMP_SYS(mprotect));  // malloc grows an arena with it
    static_cast<void>(filter.load());
}

}  // namespace

void enter_parser_jail(int answer) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    static_cast<void>(keep_capabilities({}));
    deny_files();  // before the limits: a ruleset is a descriptor
    limit_resources();
    deny_calls(answer);
}

}  // namespace cstop::kernel
