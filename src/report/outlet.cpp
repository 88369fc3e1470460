#include "report/outlet.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <climits>

#include "report/terminal.hpp"

namespace cstop::report {

namespace {

/// A terminal that takes nothing for this long is behind a dead connection.
constexpr auto longest_silence = std::chrono::milliseconds(5000);

}  // namespace

Outlet::Outlet(int descriptor) : descriptor_(descriptor) {
    struct stat status{};
    if (fstat(descriptor, &status) != 0) {
        return;
    }
    device_ = status.st_dev;
    inode_ = status.st_ino;
    if (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode)) {
        kind_ = Kind::stream;
    } else if (S_ISCHR(status.st_mode) && isatty(descriptor) == 1) {
        kind_ = Kind::terminal;
        own_ = open_without_waiting(descriptor);
    }
}

Outlet::~Outlet() {
    if (own_ >= 0) {
        close(own_);
    }
}

bool Outlet::leads_where(int descriptor) const {
    struct stat status{};
    return kind_ != Kind::file && fstat(descriptor, &status) == 0 && status.st_dev == device_ &&
           status.st_ino == inode_;
}

void Outlet::write(std::string_view bytes) {
    if (is_broken()) {
        return;
    }
    kept_ += bytes;
    write_kept();
    if (kept_.size() > most_kept && may_wait_) {
        finish(std::nullopt);
    }
    has_lost_ = kept_.size() > most_kept;
}

void Outlet::write_kept() {
    std::string_view bytes = kept_;
    while (!bytes.empty() && !is_broken_) {
        const ssize_t written = write_now(bytes);
        if (written >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno == EAGAIN) {
            break;
        } else if (errno != EINTR) {
            is_broken_ = true;
        }
    }
    kept_.erase(0, kept_.size() - bytes.size());
    if (is_broken_) {
        kept_.clear();
    }
}

void Outlet::finish(std::optional<std::chrono::milliseconds> patience) {
    if (!patience && kind_ == Kind::terminal) {
        patience = longest_silence;
    }
    write_kept();
    while (!kept_.empty()) {
        if (!wait_until_writable(patience)) {
            is_broken_ = true;
        }
        write_kept();
    }
}

ssize_t Outlet::write_now(std::string_view bytes) {
    if (kind_ == Kind::stream) {
        return write_to_stream(bytes);
    }
    return ::write(own_ >= 0 ? own_ : descriptor_, bytes.data(), bytes.size());
}

ssize_t Outlet::write_to_stream(std::string_view bytes) {
    if (has_nowait_) {
        const iovec part{.iov_base = const_cast<char*>(bytes.data()), .iov_len = bytes.size()};
        const ssize_t written = pwritev2(descriptor_, &part, 1, -1, RWF_NOWAIT);
        if (written >= 0 || (errno != EOPNOTSUPP && errno != ENOSYS && errno != EPERM)) {
            return written;
        }
        has_nowait_ = false;
    }
    // Before Linux 6.5, and a FIFO: what is writable takes PIPE_BUF bytes at once (pipe(7)), unless somebody else fills
    // it in this moment.
    pollfd waited{.fd = descriptor_, .events = POLLOUT, .revents = 0};
    const int ready = poll(&waited, 1, 0);
    if (ready <= 0) {
        errno = ready == 0 ? EAGAIN : errno;
        return -1;
    }
    return ::write(descriptor_, bytes.data(), std::min<std::size_t>(bytes.size(), PIPE_BUF));
}

bool Outlet::wait_until_writable(std::optional<std::chrono::milliseconds> patience) const {
    pollfd waited{.fd = descriptor_, .events = POLLOUT, .revents = 0};
    int ready = 0;
    do {
        ready = poll(&waited, 1, patience ? static_cast<int>(patience->count()) : -1);
    } while (ready < 0 && errno == EINTR);
    return ready > 0;
}

std::optional<std::size_t> Outlet::columns() const {
    winsize size{};
    const bool is_told = is_terminal() && ioctl(descriptor_, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return is_told ? std::optional<std::size_t>(size.ws_col) : std::nullopt;
}

}  // namespace cstop::report
