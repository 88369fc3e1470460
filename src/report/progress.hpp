#pragma once
// The live lines of stops under way: name, what was sent, the time left as a bar, processes, what comes next.

#include <span>
#include <string>
#include <vector>

#include "model/standing.hpp"
#include "report/terminal.hpp"

namespace cstop::report {

struct ProgressRow {
    std::string name;  ///< raw; escaped here
    model::Standing standing;
    std::size_t plan = 0;
};

enum class Color { off, on };

/// One line a row, each narrower than the terminal and fewer than its rows; a last line counts those that have no room,
/// and `others`. Narrow terminals lose the bar first, then the processes, then what was sent. Empty: no room for
/// anything.
std::vector<std::string> format_progress(std::span<const ProgressRow> rows, std::size_t others, TerminalSize size,
                                         Color color);

}  // namespace cstop::report
