#pragma once
// A terminal that shows plain lines and, below them, live ones. Neither tears the other.

#include <memory>
#include <string>
#include <vector>

#include "report/live_lines.hpp"
#include "report/stream.hpp"
#include "report/terminal.hpp"

namespace cstop::report {

class Screen {
public:
    /// `plain` leads to the same terminal and must outlive the screen. With `always` it draws also while another job
    /// has the terminal.
    Screen(std::unique_ptr<Terminal> terminal, Stream& plain, bool always);
    Screen(const Screen&) = delete;
    Screen& operator=(const Screen&) = delete;
    /// Leaves no live line behind.
    ~Screen() { make_room(); }

    TerminalSize size() const { return terminal_->size(); }
    /// Draws the live lines; or not, when the terminal takes nothing now.
    void show(const std::vector<std::string>& lines);
    bool is_clear() const { return lines_.is_empty() && owed_.empty(); }
    /// Erases them, so that plain text can be written. Waits as that would.
    void make_room();

private:
    /// Whether the live lines that were drawn are still where the cursor is.
    bool is_ours();
    bool pay();

    std::unique_ptr<Terminal> terminal_;
    Stream& plain_;
    bool always_;
    LiveLines lines_;
    std::string owed_;  ///< the end of a drawing that the terminal has not taken yet
};

}  // namespace cstop::report
