// enosys NAME[,NAME...] COMMAND [ARGUMENT...]
//
// Runs COMMAND on a kernel without these system calls: each of them answers ENOSYS, as an older kernel does
// (seccomp(2)). `all` stands for everything newer than Linux 5.0 that cstop has a second way for.

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <seccomp.h>

static const char newer_calls[] =
    "pidfd_open,pidfd_send_signal,openat2,close_range,epoll_pwait2,faccessat2,clone3,"
    "landlock_create_ruleset,landlock_add_rule,landlock_restrict_self,statx,rseq";

static void fail(const char* what, const char* which, int error) {
    fprintf(stderr, "enosys: %s %s: %s\n", what, which, strerror(error));
    exit(125);
}

static void deny(scmp_filter_ctx filter, const char* name) {
    const int number = seccomp_syscall_resolve_name(name);
    if (number == __NR_SCMP_ERROR) {
        fail("deny", name, EINVAL);
    }
    const int error = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), number, 0);
    if (error < 0) {
        fail("deny", name, -error);
    }
}

int main(int argc, char** argv) {
    if (argc < 3) {
        fputs("usage: enosys NAME[,NAME...] COMMAND [ARGUMENT...]\n", stderr);
        return 2;
    }
    const scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    if (filter == NULL) {
        fail("make", "filter", ENOMEM);
    }
    char* const names = strdup(strcmp(argv[1], "all") == 0 ? newer_calls : argv[1]);
    for (char* name = strtok(names, ","); name != NULL; name = strtok(NULL, ",")) {
        deny(filter, name);
    }
    const int error = seccomp_load(filter);
    if (error < 0) {
        fail("load", "filter", -error);
    }
    execvp(argv[2], argv + 2);
    fail("execute", argv[2], errno);
}
