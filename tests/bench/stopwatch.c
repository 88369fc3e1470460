// Runs a command and tells how long it took, without the cost of whoever asks.
//
//   stopwatch PID COMMAND...
//
// prints nanoseconds until the command has ended, nanoseconds until PID has ended (PID 0: the same), the command's peak
// memory in KiB, and its exit status. PID's end is waited for only after a command that succeeded.

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char** environ;

static long long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

int main(int argc, char** argv) {
    if (argc < 3) {
        return 2;
    }
    const int watched = atoi(argv[1]);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    struct pollfd entries[2] = {{.fd = -1, .events = POLLIN}, {.fd = -1, .events = POLLIN}};
    if (watched > 0) {
        entries[0].fd = (int)syscall(SYS_pidfd_open, watched, 0);
    }
    pid_t child = 0;
    const long long begin = now();
    if (posix_spawnp(&child, argv[2], &actions, NULL, argv + 2, environ) != 0) {
        return 3;
    }
    entries[1].fd = (int)syscall(SYS_pidfd_open, child, 0);
    long long watched_end = 0;
    long long child_end = 0;
    int status = 0;
    struct rusage usage;
    while (child_end == 0 || entries[0].fd >= 0) {
        poll(entries, 2, -1);
        const long long time = now();
        if (entries[0].fd >= 0 && entries[0].revents != 0) {
            watched_end = time;
            entries[0].fd = -1;
        }
        if (entries[1].revents != 0) {
            child_end = time;
            entries[1].fd = -1;
            wait4(child, &status, 0, &usage);
            if (status != 0) {
                entries[0].fd = -1;
            }
        }
    }
    printf("%lld %lld %ld %d\n", child_end - begin, (watched_end == 0 ? child_end : watched_end) - begin,
           usage.ru_maxrss, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    return 0;
}
