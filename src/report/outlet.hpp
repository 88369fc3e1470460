#pragma once
// An open descriptor, and the bytes that it has not taken yet.

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace cstop::report {

/// Never waits for a reader before finish(), unless there is more to keep than `most_kept`: a stop must not wait for
/// its own messages. A pipe that is full, a terminal that was stopped with Ctrl-S, a journal that hangs: what they do
/// not take is kept, in its order. A regular file takes everything at once, as far as anybody can know.
///
/// O_NONBLOCK is not set for it: that belongs to the open file, which others write to as well.
class Outlet {
public:
    static constexpr std::size_t most_kept = std::size_t{16} * 1024 * 1024;

    /// Does not own `descriptor`.
    explicit Outlet(int descriptor);
    Outlet(const Outlet&) = delete;
    Outlet& operator=(const Outlet&) = delete;
    ~Outlet();

    /// Whether `descriptor` leads to the same reader: what goes to both must keep its order.
    bool leads_where(int descriptor) const;

    void write(std::string_view bytes);
    /// From now on: what does not fit into memory is lost, and nobody is waited for.
    void never_wait() { may_wait_ = false; }
    /// Writes what is kept, as far as it is taken now.
    void write_kept();
    bool has_kept() const { return !kept_.empty(); }
    /// Writes what is kept, and waits for whoever reads it; gives up when nothing is taken for as long as `patience`.
    /// None: as long as it takes, but for a terminal that takes nothing (a dead connection).
    void finish(std::optional<std::chrono::milliseconds> patience);

    /// Something was lost: an error of the descriptor, a reader who was given up, more than can be kept.
    bool is_broken() const { return is_broken_ || has_lost_; }
    bool is_terminal() const { return kind_ == Kind::terminal; }
    /// The columns of the terminal right now; none: it is no terminal, or does not say.
    std::optional<std::size_t> columns() const;

private:
    enum class Kind {
        terminal,
        stream,  ///< a pipe or a socket
        file,    ///< everything else: never waited for by anybody
    };

    ssize_t write_now(std::string_view bytes);
    ssize_t write_to_stream(std::string_view bytes);
    bool wait_until_writable(std::optional<std::chrono::milliseconds> patience) const;

    int descriptor_;
    int own_ = -1;  ///< the same terminal, without waiting
    Kind kind_ = Kind::file;
    dev_t device_ = 0;
    ino_t inode_ = 0;
    std::string kept_;
    bool has_nowait_ = true;
    bool may_wait_ = true;
    bool has_lost_ = false;
    bool is_broken_ = false;
};

}  // namespace cstop::report
