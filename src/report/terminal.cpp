#include "report/terminal.hpp"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <string>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utility>

namespace cstop::report {

namespace {

/// How often this process was continued after job control had stopped it. Only the handler of SIGCONT writes it.
volatile std::sig_atomic_t continuations = 0;

void count_continuation(int /*signal*/) {
    continuations = continuations + 1;
}

class DescriptorTerminal final : public Terminal {
public:
    explicit DescriptorTerminal(int descriptor) : shared_(descriptor) {
        if (isatty(descriptor) == 1) {
            own_ = open_without_waiting(descriptor);
        }
        struct sigaction action{};
        action.sa_handler = count_continuation;
        action.sa_flags = SA_RESTART;
        ::sigaction(SIGCONT, &action, nullptr);
    }
    ~DescriptorTerminal() override {
        if (own_ >= 0) {
            ::close(own_);
        }
    }

    TerminalSize size() const override {
        TerminalSize size;
        winsize told{};
        if (::ioctl(shared_, TIOCGWINSZ, &told) == 0 && told.ws_row > 0 && told.ws_col > 0) {
            size = {.rows = told.ws_row, .columns = told.ws_col};
        }
        return size;
    }

    bool is_in_foreground() const override {
        // Not the controlling terminal: no shell shares it with other jobs.
        const pid_t group = ::tcgetpgrp(shared_);
        return group < 0 || group == ::getpgrp();
    }

    bool take_continuation() override {
        const auto now = continuations;
        return std::exchange(seen_, now) != now;
    }

    std::size_t write_now(std::string_view bytes) override {
        const int descriptor = own_ >= 0 ? own_ : shared_;
        pollfd waited{.fd = descriptor, .events = POLLOUT, .revents = 0};
        if (::poll(&waited, 1, 0) <= 0) {
            return 0;
        }
        ssize_t written = -1;
        do {
            written = ::write(descriptor, bytes.data(), bytes.size());
        } while (written < 0 && errno == EINTR);
        return written < 0 ? 0 : static_cast<std::size_t>(written);
    }

private:
    int shared_;
    int own_ = -1;
    std::sig_atomic_t seen_ = continuations;
};

}  // namespace

int open_without_waiting(int descriptor) {
    const std::string path = "/proc/self/fd/" + std::to_string(descriptor);
    return ::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

std::unique_ptr<Terminal> open_terminal(int descriptor) {
    return std::make_unique<DescriptorTerminal>(descriptor);
}

}  // namespace cstop::report
