// without_file NAME COMMAND [ARGUMENT...]
//
// Runs COMMAND on a kernel whose directories have no file NAME: opening one answers ENOENT, as where "cgroup.kill" is
// missing before Linux 5.14. A filter cannot read a path, so openat and openat2 are asked of a process beside COMMAND
// (seccomp_unotify(2)), which may be traced, signalled and waited for as ever.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <seccomp.h>

static void fail(const char* what, int error) {
    fprintf(stderr, "without_file: %s: %s\n", what, strerror(error));
    exit(125);
}

static void send_descriptor(int channel, int descriptor) {
    char byte = 0;
    struct iovec content = {&byte, 1};
    char control[CMSG_SPACE(sizeof(int))] = {0};
    struct msghdr message = {
        .msg_iov = &content, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    struct cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(header), &descriptor, sizeof(int));
    if (sendmsg(channel, &message, 0) < 0) {
        fail("send the filter's descriptor", errno);
    }
}

/// -1 when the sender ended without sending one.
static int receive_descriptor(int channel) {
    char byte = 0;
    struct iovec content = {&byte, 1};
    char control[CMSG_SPACE(sizeof(int))];
    struct msghdr message = {
        .msg_iov = &content, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    int descriptor = -1;
    if (recvmsg(channel, &message, MSG_CMSG_CLOEXEC) == 1 && CMSG_FIRSTHDR(&message) != NULL) {
        memcpy(&descriptor, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(int));
    }
    return descriptor;
}

/// Does the path at `address` in the process end with the name? What cannot be read is left to the kernel to refuse.
static int is_named(const struct seccomp_notif* request, const char* name) {
    char path[4097] = "";
    char memory[64];
    snprintf(memory, sizeof memory, "/proc/%u/mem", request->pid);
    const int descriptor = open(memory, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        return 0;
    }
    const ssize_t size = pread(descriptor, path, sizeof path - 1, (off_t)request->data.args[1]);
    close(descriptor);
    if (size <= 0) {
        return 0;
    }
    const char* slash = strrchr(path, '/');
    return strcmp(slash == NULL ? path : slash + 1, name) == 0;
}

static void answer(int listener, struct seccomp_notif* request, struct seccomp_notif_resp* response, const char* name) {
    memset(request, 0, sizeof *request);
    if (seccomp_notify_receive(listener, request) != 0) {
        return;  // whoever asked is gone
    }
    memset(response, 0, sizeof *response);
    response->id = request->id;
    if (is_named(request, name)) {
        response->error = -ENOENT;
    } else {
        response->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    }
    seccomp_notify_respond(listener, response);
}

/// Until nobody is left who could ask.
static void serve(int channel, const char* name) {
    const int listener = receive_descriptor(channel);
    struct seccomp_notif* request = NULL;
    struct seccomp_notif_resp* response = NULL;
    if (listener < 0 || seccomp_notify_alloc(&request, &response) != 0) {
        _exit(125);
    }
    struct pollfd entry = {.fd = listener, .events = POLLIN};
    while (poll(&entry, 1, -1) > 0 && (entry.revents & POLLIN) != 0) {
        answer(listener, request, response, name);
    }
    _exit(0);
}

/// A process that is nobody's child, and keeps nothing of ours open, so that nobody waits for it.
static void start_server(int channel, const char* name) {
    const pid_t between = fork();
    if (between < 0) {
        fail("fork", errno);
    }
    if (between > 0) {
        waitpid(between, NULL, 0);
        return;
    }
    if (fork() != 0) {
        _exit(0);
    }
    const int kept = fcntl(channel, F_DUPFD, 3);
    const int nowhere = open("/dev/null", O_RDWR);
    for (int standard = 0; standard < 3; ++standard) {
        dup2(nowhere, standard);
    }
    for (int other = 3; other < 1024; ++other) {
        if (other != kept) {
            close(other);
        }
    }
    serve(kept, name);
}

int main(int argc, char** argv) {
    if (argc < 3) {
        fputs("usage: without_file NAME COMMAND [ARGUMENT...]\n", stderr);
        return 2;
    }
    int channel[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel) != 0) {
        fail("make a socket pair", errno);
    }
    start_server(channel[1], argv[1]);
    close(channel[1]);
    const scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    if (filter == NULL) {
        fail("make a filter", ENOMEM);
    }
    int error = seccomp_rule_add(filter, SCMP_ACT_NOTIFY, SCMP_SYS(openat), 0);
    if (error == 0) {
        error = seccomp_rule_add(filter, SCMP_ACT_NOTIFY, SCMP_SYS(openat2), 0);
    }
    if (error == 0) {
        error = seccomp_load(filter);
    }
    if (error < 0) {
        fail("load the filter", -error);
    }
    send_descriptor(channel[0], seccomp_notify_fd(filter));
    close(seccomp_notify_fd(filter));
    close(channel[0]);
    execvp(argv[2], argv + 2);
    fail("execute", errno);
}
