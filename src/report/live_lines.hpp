#pragma once
// Lines at the end of a terminal's text that are drawn over again and again. Makes the bytes; whoever holds it writes
// them.
//
// The cursor waits at the start of the line below the last one, so that a ^C that the terminal echoes lies in the part
// that is erased. It is never hidden: after SIGKILL or Ctrl-\ nobody could bring it back.

#include <cstddef>
#include <string>
#include <vector>

#include "report/terminal.hpp"

namespace cstop::report {

class LiveLines {
public:
    /// What draws `lines` over those that are there. Each must be narrower than the terminal, and they must be fewer
    /// than its rows.
    std::string draw(const std::vector<std::string>& lines, TerminalSize size);
    /// What erases them and leaves the cursor where they began; empty when none are there.
    std::string erase(TerminalSize size);
    /// They scroll on with the rest of the text: somebody else has written there.
    void forget() { widths_.clear(); }
    bool is_empty() const { return widths_.empty(); }

private:
    std::string return_to_first(TerminalSize size) const;

    std::vector<std::size_t> widths_;  ///< of the lines on the terminal
};

}  // namespace cstop::report
