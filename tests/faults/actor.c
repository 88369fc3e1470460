// What a shell cannot do: processes that behave as only a program can. Linked statically, so that it runs anywhere.
//
//   actor WORD [ARGUMENT...]    see `parts` at the end

#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

/// Into the pipe that the test reads (containers.py).
static void note(const char* word) {
    const int events = open("/notes/events", O_WRONLY | O_CLOEXEC);
    dprintf(events, "%s\n", word);
    close(events);
}

/// Blocks SIGTERM and reads it from a signalfd, as event loops do; exits with 3.
static int read_signals(char** arguments) {
    (void)arguments;
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    const int descriptor = signalfd(-1, &signals, SFD_CLOEXEC);
    note("ready");
    struct signalfd_siginfo taken;
    const ssize_t size = read(descriptor, &taken, sizeof taken);
    note("TERM");
    return size == sizeof taken ? 3 : 1;
}

static const struct {
    const char* word;
    int (*play)(char** arguments);
} parts[] = {
    {"read-signals", read_signals},
};

int main(int count, char** arguments) {
    for (size_t part = 0; count > 1 && part < sizeof parts / sizeof *parts; ++part) {
        if (strcmp(arguments[1], parts[part].word) == 0) {
            return parts[part].play(arguments + 2);
        }
    }
    fprintf(stderr, "actor: no such part\n");
    return 2;
}
