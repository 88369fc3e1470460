// Makes processes that do nothing, to be stopped. They end with SIGTERM, or with the end of standard input.
//
//   crowd COUNT      prints a line "PID START" for each, START as in field 22 of /proc/PID/stat
//   crowd COUNT CGROUP.PROCS...     the same, after moving itself to these cgroups: the processes are born there

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static unsigned long long read_start(int pid) {
    char path[64];
    char text[1024] = "";
    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    FILE* file = fopen(path, "r");
    if (file == NULL || fgets(text, sizeof(text), file) == NULL) {
        return 0;
    }
    fclose(file);
    const char* field = strrchr(text, ')') + 2;
    for (int number = 3; number < 22; ++number) {
        field = strchr(field, ' ') + 1;
    }
    return strtoull(field, NULL, 10);
}

static void move_to(const char* list, const char* who) {
    const int file = open(list, O_WRONLY | O_CLOEXEC);
    if (file < 0 || write(file, who, strlen(who)) < 0) {
        perror(list);
        exit(1);
    }
    close(file);
}

int main(int argc, char** argv) {
    const int count = argc > 1 ? atoi(argv[1]) : 0;
    signal(SIGCHLD, SIG_IGN);  // nobody becomes a zombie
    const int parent = getpid();
    for (int i = 0; i < count; ++i) {
        const int pid = fork();
        if (pid < 0) {
            perror("fork");
            return 1;
        }
        if (pid == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            for (int list = 2; list < argc; ++list) {
                move_to(argv[list], "0");
            }
            if (getppid() == parent) {
                pause();
            }
            _exit(0);
        }
        printf("%d %llu\n", pid, read_start(pid));
    }
    fflush(stdout);
    char byte;
    while (read(0, &byte, 1) > 0) {
    }
    return 0;
}
