#include "report/stream.hpp"

#include <cerrno>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace cstop::report {

namespace {

/// A reader of a non-blocking pipe who takes nothing for this long has left.
constexpr int longest_silence_ms = 5000;

bool wait_until_writable(int descriptor) {
    pollfd waited{.fd = descriptor, .events = POLLOUT, .revents = 0};
    int ready = 0;
    do {
        ready = poll(&waited, 1, longest_silence_ms);
    } while (ready < 0 && errno == EINTR);
    return ready > 0;
}

}  // namespace

DescriptorStream::DescriptorStream(int descriptor) : descriptor_(descriptor), terminal_(isatty(descriptor) == 1) {
    if (terminal_) {
        own_ = open_without_waiting(descriptor);
    }
}

DescriptorStream::~DescriptorStream() {
    finish();
    if (own_ >= 0) {
        close(own_);
    }
}

void DescriptorStream::write(std::string_view bytes) {
    if (!broken_) {
        waiting_ += bytes;
        write_some(!terminal_);
    }
}

bool DescriptorStream::write_waiting() {
    write_some(false);
    return waiting_.empty();
}

void DescriptorStream::finish() {
    write_some(true);
}

void DescriptorStream::write_some(bool may_wait) {
    std::string_view bytes = waiting_;
    while (!bytes.empty() && !broken_) {
        const ssize_t written = ::write(own_ >= 0 ? own_ : descriptor_, bytes.data(), bytes.size());
        if (written >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno == EAGAIN) {
            if (!may_wait) {
                break;
            }
            broken_ = !wait_until_writable(descriptor_);
        } else if (errno != EINTR) {
            broken_ = true;
        }
    }
    waiting_.erase(0, waiting_.size() - bytes.size());
    if (broken_) {
        waiting_.clear();
    }
}

std::optional<std::size_t> DescriptorStream::columns() const {
    winsize size{};
    const bool is_told = terminal_ && ioctl(descriptor_, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return is_told ? std::optional<std::size_t>(size.ws_col) : std::nullopt;
}

}  // namespace cstop::report
