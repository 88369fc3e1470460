// The least that a stop can cost: what every figure of tests/bench is compared with.
//
//   floor PID...                 SIGTERM to each through a pidfd, and wait for their ends: poll for one, epoll for many
//   floor --kill-v2 DIRECTORY    cgroup.kill, and wait until cgroup.events says that nobody is left
//   floor --kill-v1 DIRECTORY    SIGKILL to every process of cgroup.procs through a pidfd, and wait for their ends

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static int open_process(int pid) {
    return (int)syscall(SYS_pidfd_open, pid, 0);
}

static void send_signal(int pidfd, int number) {
    syscall(SYS_pidfd_send_signal, pidfd, number, NULL, 0);
}

static void raise_limit(void) {
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static int end_one(int pid, int number) {
    struct pollfd entry = {.fd = open_process(pid), .events = POLLIN};
    if (entry.fd < 0) {
        return 1;
    }
    send_signal(entry.fd, number);
    return poll(&entry, 1, -1) == 1 ? 0 : 1;
}

static int end_many(int (*next)(void*), void* source, int number) {
    raise_limit();
    const int loop = epoll_create1(EPOLL_CLOEXEC);
    int left = 0;
    for (int pid = next(source); pid > 0; pid = next(source)) {
        const int pidfd = open_process(pid);
        if (pidfd < 0) {
            continue;
        }
        struct epoll_event event = {.events = EPOLLIN | EPOLLONESHOT};
        epoll_ctl(loop, EPOLL_CTL_ADD, pidfd, &event);
        send_signal(pidfd, number);
        ++left;
    }
    while (left > 0) {
        struct epoll_event events[256];
        const int count = epoll_wait(loop, events, 256, -1);
        if (count < 0) {
            return 1;
        }
        left -= count;
    }
    return 0;
}

static int next_argument(void* source) {
    char*** arguments = source;
    return **arguments == NULL ? 0 : atoi(*(*arguments)++);
}

static int next_line(void* source) {
    int pid = 0;
    return fscanf(source, "%d", &pid) == 1 ? pid : 0;
}

static int open_in(const char* directory, const char* name, int flags) {
    char path[4096];
    snprintf(path, sizeof(path), "%s/%s", directory, name);
    return open(path, flags | O_CLOEXEC);
}

static int kill_v2(const char* directory) {
    struct pollfd events = {.fd = open_in(directory, "cgroup.events", O_RDONLY), .events = POLLPRI};
    const int control = open_in(directory, "cgroup.kill", O_WRONLY);
    if (events.fd < 0 || control < 0 || write(control, "1", 1) != 1) {
        return 1;
    }
    while (1) {
        char text[256] = "";
        if (pread(events.fd, text, sizeof(text) - 1, 0) < 0) {
            return 1;
        }
        if (strstr(text, "populated 0") != NULL) {
            return 0;
        }
        poll(&events, 1, -1);
    }
}

static int kill_v1(const char* directory) {
    FILE* list = fdopen(open_in(directory, "cgroup.procs", O_RDONLY), "r");
    return list == NULL ? 1 : end_many(next_line, list, SIGKILL);
}

int main(int argc, char** argv) {
    if (argc == 3 && strcmp(argv[1], "--kill-v2") == 0) {
        return kill_v2(argv[2]);
    }
    if (argc == 3 && strcmp(argv[1], "--kill-v1") == 0) {
        return kill_v1(argv[2]);
    }
    if (argc == 2) {
        return end_one(atoi(argv[1]), SIGTERM);
    }
    char** arguments = argv + 1;
    return end_many(next_argument, &arguments, SIGTERM);
}
