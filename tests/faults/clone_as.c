/* Starts a program as the process of a given number, as if the kernel had come round to it (clone3(2), set_tid).
 *
 *   clone_as PID PROGRAM ARGUMENT...
 *
 * Ends, and takes the program with it, when its standard input ends. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_MILLISECONDS = 60000 };

int main(int argc, char** argv) {
    if (argc < 3) {
        return 99;
    }
    pid_t wanted = (pid_t)atol(argv[1]);
    struct clone_args arguments;
    memset(&arguments, 0, sizeof arguments);
    arguments.exit_signal = SIGCHLD;
    arguments.set_tid = (uint64_t)(uintptr_t)&wanted;
    arguments.set_tid_size = 1;
    long child = syscall(SYS_clone3, &arguments, sizeof arguments);
    // Somebody else may have got the number, who perhaps does not live long.
    for (int wait = 0; child < 0 && errno == EEXIST && wait < MOST_MILLISECONDS; ++wait) {
        usleep(1000);
        child = syscall(SYS_clone3, &arguments, sizeof arguments);
    }
    if (child < 0) {
        perror("clone3");
        return 99;
    }
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execvp(argv[2], argv + 2);
        perror(argv[2]);
        _exit(99);
    }
    puts("started");
    fflush(stdout);
    char byte = 0;
    while (read(0, &byte, 1) > 0) {
    }
    kill((pid_t)child, SIGKILL);
    waitpid((pid_t)child, NULL, 0);
    return 0;
}
