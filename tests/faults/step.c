/* Runs a program from one of its system calls to the next, and lets a test do what it likes in between.
 *
 *   step CALLS ORDERS PROGRAM ARGUMENT...
 *
 * Before each system call of the program's first thread, execve's own excepted, a line is written to the file CALLS:
 * the path that the call looks up, "(signal)" where it sends one, else "-". Then a line is read from the file ORDERS:
 * "kill" kills the program before the call is done, "run" lets it run on by itself, a number takes it on by as many
 * calls. An empty line is the last one. Ends as the program ends; successfully if it was killed. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static void fail(const char* what) {
    perror(what);
    exit(99);
}

static int open_end(const char* path, int flags) {
    const int number = open(path, flags | O_CLOEXEC);
    if (number < 0) {
        fail(path);
    }
    return number;
}

static int next_stop(pid_t child) {
    int status = 0;
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) {
            fail("waitpid");
        }
    }
    return status;
}

static void run_on(pid_t child, int request, int signal) {
    if (ptrace(request, child, 0, signal) < 0 && errno != ESRCH) {
        fail("ptrace");
    }
}

static int end_like(int status) {
    if (WIFEXITED(status)) {
        return WEXITSTATUS(status);
    }
    signal(WTERMSIG(status), SIG_DFL);
    raise(WTERMSIG(status));
    return 98;
}

static void write_line(int calls, const char* text) {
    char line[4200];
    const int length = snprintf(line, sizeof line, "%s\n", text);
    if (write(calls, line, (size_t)length) != length) {
        fail("write the call");
    }
}

static int looks_up_a_path(uint64_t number) {
    return number == SYS_openat || number == SYS_openat2 || number == SYS_newfstatat || number == SYS_statx ||
           number == SYS_readlink || number == SYS_inotify_add_watch;
}

static void write_call(int calls, pid_t child) {
    struct __ptrace_syscall_info call;
    if (ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof call, &call) < 0) {
        fail("PTRACE_GET_SYSCALL_INFO");
    }
    char path[4096] = "-";
    if (call.entry.nr == SYS_pidfd_send_signal) {
        strcpy(path, "(signal)");
    } else if (looks_up_a_path(call.entry.nr)) {
        /* Page by page: the string may end just before memory that is not there. */
        uintptr_t from = (uintptr_t)call.entry.args[call.entry.nr == SYS_readlink ? 0 : 1];
        size_t have = 0;
        while (have < sizeof path - 1) {
            size_t part = 4096 - (from + have) % 4096;
            part = part < sizeof path - 1 - have ? part : sizeof path - 1 - have;
            struct iovec here = {path + have, part}, there = {(void*)(from + have), part};
            if (process_vm_readv(child, &here, 1, &there, 1, 0) != (ssize_t)part ||
                memchr(path + have, '\0', part) != NULL) {
                break;
            }
            have += part;
        }
        path[sizeof path - 1] = '\0';
    }
    write_line(calls, path[0] == '\0' ? "-" : path);
}

enum order { to_run = -2, to_kill = -1 };

/* How many calls to take it on by, or an order. */
static long read_order(FILE* orders) {
    char line[32];
    if (fgets(line, sizeof line, orders) == NULL || strcmp(line, "kill\n") == 0) {
        return to_kill;
    }
    return strcmp(line, "run\n") == 0 ? to_run : strtol(line, NULL, 10);
}

int main(int argc, char** argv) {
    if (argc < 4) {
        return 99;
    }
    const int calls = open_end(argv[1], O_WRONLY);
    FILE* const orders = fdopen(open_end(argv[2], O_RDONLY), "r");
    const pid_t child = fork();
    if (child < 0) {
        fail("fork");
    }
    if (child == 0) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        execv(argv[3], argv + 3);
        fail(argv[3]);
    }
    next_stop(child);
    if (ptrace(PTRACE_SETOPTIONS, child, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL) < 0) {
        fail("PTRACE_SETOPTIONS");
    }
    int is_started = 0, is_entry = 0, to_deliver = 0, status = 0;
    long to_go = 1;
    while (1) {
        run_on(child, PTRACE_SYSCALL, to_deliver);
        status = next_stop(child);
        to_deliver = 0;
        if (!WIFSTOPPED(status)) {
            break;
        }
        if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXEC << 8)) {
            is_started = 1;
            is_entry = 1; /* the end of execve itself comes next */
            continue;
        }
        if (WSTOPSIG(status) != (SIGTRAP | 0x80)) {
            to_deliver = WSTOPSIG(status);
            continue;
        }
        is_entry = !is_entry;
        if (!is_started || !is_entry) {
            continue;
        }
        write_call(calls, child);
        if (--to_go > 0) {
            continue;
        }
        to_go = read_order(orders);
        if (to_go == to_kill) {
            kill(child, SIGKILL);
            next_stop(child);
            status = 0;
            break;
        }
        if (to_go == to_run) {
            run_on(child, PTRACE_DETACH, 0);
            status = next_stop(child);
            break;
        }
    }
    write_line(calls, "");
    return end_like(status);
}
