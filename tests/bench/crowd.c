// Makes processes that do nothing, to be stopped. They end with SIGTERM, or with the end of standard input. Where all
// are in one cgroup, the first leads a session and has started the others, as a container's init.
//
//   crowd COUNT                  prints a line "PID START" for each, START as in field 22 of /proc/PID/stat
//   crowd COUNT DIRECTORY        the same, each born in a new v2 cgroup of its own: DIR/DIR-0, DIR/DIR-1, ...
//   crowd COUNT DIRECTORY all    the same, all born in the one v2 cgroup
//   crowd COUNT LIST HOME        the same, all born in the v1 cgroup whose cgroup.procs LIST is; crowd goes back to
//   HOME

#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static void fail(const char* what) {
    perror(what);
    exit(1);
}

static unsigned long long read_start(int pid) {
    char path[64];
    char text[1024] = "";
    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    FILE* file = fopen(path, "r");
    if (file == NULL || fgets(text, sizeof(text), file) == NULL) {
        fail(path);
    }
    fclose(file);
    const char* field = strrchr(text, ')') + 2;
    for (int number = 3; number < 22; ++number) {
        field = strchr(field, ' ') + 1;
    }
    return strtoull(field, NULL, 10);
}

static void move_to(const char* list) {
    const int file = open(list, O_WRONLY | O_CLOEXEC);
    if (file < 0 || write(file, "0", 1) < 0) {
        fail(list);
    }
    close(file);
}

static int open_directory(const char* path) {
    const int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) {
        fail(path);
    }
    return directory;
}

static int make_own(const char* parent, int number) {
    char path[4096];
    snprintf(path, sizeof(path), "%s/%s-%d", parent, strrchr(parent, '/') + 1, number);
    if (mkdir(path, 0755) != 0) {
        fail(path);
    }
    return open_directory(path);
}

static int fork_into(int cgroup) {
    if (cgroup < 0) {
        return fork();
    }
    struct clone_args arguments = {.flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD, .cgroup = (uint64_t)cgroup};
    return (int)syscall(SYS_clone3, &arguments, sizeof(arguments));
}

/// Until nobody holds the other end of `life`.
static void live(const int life[2]) {
    char byte;
    close(life[1]);
    close(STDOUT_FILENO);  // whoever reads the lines must see the end of a crowd that could not be made
    while (read(life[0], &byte, 1) < 0) {
    }
    _exit(0);
}

static int fork_to_live(int cgroup, const int life[2]) {
    const int pid = fork_into(cgroup);
    if (pid < 0) {
        fail("fork");
    }
    if (pid == 0) {
        live(life);
    }
    return pid;
}

/// Each in a cgroup of its own below `parent`; NULL: in ours.
static void make_apart(int* pids, int count, const char* parent, const int life[2]) {
    for (int i = 0; i < count; ++i) {
        const int own = parent != NULL ? make_own(parent, i) : -1;
        pids[i] = fork_to_live(own, life);
        if (own >= 0) {
            close(own);
        }
    }
}

static void make_family(int* pids, int count, int cgroup, const int life[2]) {
    int report[2];
    if (pipe(report) != 0) {
        fail("pipe");
    }
    pids[0] = fork_into(cgroup);
    if (pids[0] < 0) {
        fail("fork");
    }
    if (pids[0] == 0) {
        close(report[0]);
        setsid();
        for (int i = 1; i < count; ++i) {
            const int pid = fork_to_live(-1, life);
            if (write(report[1], &pid, sizeof(pid)) != sizeof(pid)) {
                fail("report");
            }
        }
        close(report[1]);
        live(life);
    }
    close(report[1]);
    for (int i = 1; i < count; ++i) {
        if (read(report[0], &pids[i], sizeof(pids[i])) != sizeof(pids[i])) {
            fail("first process");
        }
    }
    close(report[0]);
}

int main(int argc, char** argv) {
    const int count = argc > 1 ? atoi(argv[1]) : 0;
    const int is_v1 = argc == 4 && strcmp(argv[3], "all") != 0;
    const int shared = argc == 4 && !is_v1 ? open_directory(argv[2]) : -1;
    int* const pids = calloc((size_t)count + 1, sizeof(*pids));
    // Nobody becomes a zombie, orphans of the first included: thousands would take all pids until init has reaped them.
    signal(SIGCHLD, SIG_IGN);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    if (is_v1) {
        move_to(argv[2]);
    }
    int life[2];
    if (pipe(life) != 0) {
        fail("pipe");
    }
    if (argc == 4) {
        make_family(pids, count, shared, life);
    } else {
        make_apart(pids, count, argc == 3 ? argv[2] : NULL, life);
    }
    if (is_v1) {
        move_to(argv[3]);
    }
    for (int i = 0; i < count; ++i) {
        printf("%d %llu\n", pids[i], read_start(pids[i]));
    }
    fflush(stdout);
    char byte;
    while (read(0, &byte, 1) > 0) {
    }
    return 0;
}
