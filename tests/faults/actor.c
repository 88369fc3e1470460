// What a shell cannot do: processes that behave as only a program can. Linked statically, so that it runs anywhere.
//
//   actor PART [ARGUMENT...]    see `parts` at the end
//
// Parts on the host end with their standard input, so none outlives the test that started it.

#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

// In a container ------------------------------------------------------------------------------------------------------

/// Into the pipe that the test reads (containers.py).
static void note(const char* word) {
    const int events = open("/notes/events", O_WRONLY | O_CLOEXEC);
    dprintf(events, "%s\n", word);
    close(events);
}

static _Noreturn void stand_by(void) {
    while (1) {
        pause();
    }
}

static void exit_with_3(int number) {
    (void)number;
    note("TERM");
    _exit(3);
}

/// Blocks SIGTERM and reads it from a signalfd, as event loops do.
static int read_signals(char** arguments) {
    (void)arguments;
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    const int descriptor = signalfd(-1, &signals, SFD_CLOEXEC);
    note("ready");
    struct signalfd_siginfo taken;
    if (read(descriptor, &taken, sizeof taken) != sizeof taken) {
        return 1;
    }
    note("TERM");
    return 3;
}

/// Waits for SIGTERM without a handler; while it does, /proc shows the signal neither caught nor blocked.
static int wait_for_signal(char** arguments) {
    (void)arguments;
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    note("ready");
    int taken = 0;
    if (sigwait(&signals, &taken) != 0) {
        return 1;
    }
    note("TERM");
    return 3;
}

static pthread_t leader;

static void* outlive_leader(void* nothing) {
    (void)nothing;
    pthread_join(leader, NULL);
    signal(SIGTERM, exit_with_3);
    note("ready");
    stand_by();
}

/// The first thread ends and another lives on: /proc shows a zombie.
static int leave_main(char** arguments) {
    (void)arguments;
    leader = pthread_self();
    pthread_t other;
    pthread_create(&other, NULL, outlive_leader, NULL);
    pthread_exit(NULL);
}

static void* exec_again(void* nothing) {
    execl("/proc/self/exe", "actor", "exec-storm", "again", NULL);
    return nothing;
}

/// A thread that is not the first replaces the process by itself, for ever. Ignores SIGTERM, which exec keeps.
static int exec_storm(char** arguments) {
    if (arguments[0] == NULL) {
        signal(SIGTERM, SIG_IGN);
        note("ready");
    }
    pthread_t other;
    pthread_create(&other, NULL, exec_again, NULL);
    stand_by();
}

/// vfork's parent sleeps uninterruptibly until its child is done, which it never is.
static int wait_for_vfork(char** arguments) {
    (void)arguments;
    if (vfork() == 0) {
        note("ready");
        stand_by();
    }
    return 1;
}

static void* spin(void* nothing) {
    for (volatile unsigned turn = 0;; ++turn) {
    }
    return nothing;
}

/// As many threads as told, all of them busy.
static int spin_threads(char** arguments) {
    for (int count = atoi(arguments[0]); count > 0; --count) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, spin, NULL) != 0) {
            return 1;
        }
    }
    signal(SIGTERM, SIG_IGN);
    note("ready");
    stand_by();
}

/// Shared by all of a fork bomb.
struct brood {
    int born;
    int is_full;
};

/// Forks until it cannot, and again when somebody has died. Everybody is a session of its own and ignores SIGTERM.
/// RLIMIT_NPROC keeps to the number told even where no pids.max does, so it must run as a user of its own.
static int fork_bomb(char** arguments) {
    enum { breeders = 20, millisecond = 1000 };
    const rlim_t most = strtoul(arguments[0], NULL, 10);
    const struct rlimit limit = {.rlim_cur = most, .rlim_max = most};
    struct brood* brood = mmap(NULL, sizeof *brood, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (brood == MAP_FAILED || getuid() == 0 || setrlimit(RLIMIT_NPROC, &limit) != 0) {
        return 1;
    }
    signal(SIGTERM, SIG_IGN);
    signal(SIGCHLD, SIG_IGN);
    int number = 0;
    while (1) {
        const pid_t child = fork();
        if (child == 0) {
            number = __atomic_add_fetch(&brood->born, 1, __ATOMIC_RELAXED);
            setsid();
        } else if (child < 0) {
            if (__atomic_exchange_n(&brood->is_full, 1, __ATOMIC_RELAXED) == 0) {
                note("ready");
            }
            // A few are quick, so that the dead are replaced at once; all of them would leave nobody else any time.
            usleep((number < breeders ? 1 : 200) * millisecond);
        }
    }
}

// On the host ---------------------------------------------------------------------------------------------------------

/// "WORD" on standard output, and then as long as the test wants it.
static int stay(long word) {
    printf("%ld\n", word);
    fflush(stdout);
    while (getchar() != EOF) {
    }
    return 0;
}

static int fail(const char* what) {
    perror(what);
    return 1;
}

/// Holds process PID in a stop, as a debugger at a breakpoint does.
static int trace(char** arguments) {
    const pid_t pid = atoi(arguments[0]);
    if (ptrace(PTRACE_SEIZE, pid, NULL, NULL) != 0 || ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) != 0 ||
        waitpid(pid, NULL, __WALL) != pid) {
        return fail("trace");
    }
    stay(pid);
    ptrace(PTRACE_DETACH, pid, NULL, NULL);
    return 0;
}

/// A child in the pid namespace of process PID that has ended and is not reaped. Says its pid.
static int leave_zombie(char** arguments) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/ns/pid", atoi(arguments[0]));
    const int name_space = open(path, O_RDONLY | O_CLOEXEC);
    if (setns(name_space, CLONE_NEWPID) != 0) {
        return fail("enter the pid namespace");
    }
    const pid_t child = fork();
    if (child == 0) {
        _exit(0);
    }
    siginfo_t ended;
    if (child < 0 || waitid(P_PID, (id_t)child, &ended, WEXITED | WNOWAIT) != 0) {
        return fail("wait");
    }
    return stay(child);
}

/// Runs a command and becomes the parent of what it leaves behind, which it never reaps. Says the command's status.
static int adopt(char** arguments) {
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    const pid_t child = fork();
    if (child == 0) {
        execvp(arguments[0], arguments);
        _exit(127);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child) {
        return fail("wait");
    }
    return stay(status);
}

static const struct {
    const char* name;
    int (*play)(char** arguments);
    int arguments;
} parts[] = {
    {"read-signals", read_signals, 0},     {"wait-for-signal", wait_for_signal, 0},
    {"leave-main", leave_main, 0},         {"exec-storm", exec_storm, 0},
    {"wait-for-vfork", wait_for_vfork, 0}, {"spin", spin_threads, 1},
    {"fork-bomb", fork_bomb, 1},           {"trace", trace, 1},
    {"leave-zombie", leave_zombie, 1},     {"adopt", adopt, 1},
};

int main(int count, char** arguments) {
    for (size_t part = 0; count > 1 && part < sizeof parts / sizeof *parts; ++part) {
        if (strcmp(arguments[1], parts[part].name) == 0 && count - 2 >= parts[part].arguments) {
            return parts[part].play(arguments + 2);
        }
    }
    fprintf(stderr, "actor: no such part\n");
    return 2;
}
