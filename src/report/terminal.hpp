#pragma once
// A terminal on which lines can be drawn and drawn again.

#include <cstddef>
#include <memory>
#include <string_view>

namespace cstop::report {

struct TerminalSize {
    std::size_t rows = 24;
    std::size_t columns = 80;
};

class Terminal {
public:
    Terminal() = default;
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;
    virtual ~Terminal() = default;

    /// As it is right now. 24 x 80 where it does not say: a serial line, or no terminal at all.
    virtual TerminalSize size() const = 0;
    /// False: another job of the shell has the terminal, and drawing would spoil what the user does there.
    virtual bool is_in_foreground() const = 0;
    /// Has this process been stopped and continued (Ctrl-Z, fg) since it was last asked? Then others have written.
    virtual bool take_continuation() = 0;
    /// Writes as much as is taken without waiting and returns how many bytes that were: a terminal that was stopped
    /// with Ctrl-S, or is behind a dead connection, must not keep SIGKILL from being sent.
    virtual std::size_t write_now(std::string_view bytes) = 0;
};

/// Opens the terminal of `descriptor` once more, for writes that do not wait; -1: it cannot be opened. O_NONBLOCK on
/// the open file that is shared with the shell would reach everybody who writes there.
int open_without_waiting(int descriptor);

/// What an open descriptor leads to. It is not owned, and need not be a terminal.
std::unique_ptr<Terminal> open_terminal(int descriptor);

}  // namespace cstop::report
