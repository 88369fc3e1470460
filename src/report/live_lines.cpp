#include "report/live_lines.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "base/columns.hpp"

namespace cstop::report {

namespace {

// ECMA-48 CUU, EL and ED, which every terminal but a dumb one has.
constexpr std::string_view erase_rest_of_line = "\x1b[K";
constexpr std::string_view erase_below = "\x1b[J";

/// Without the sequences that color it: ESC [ ... m.
std::size_t count_shown_columns(std::string_view line) {
    std::string shown;
    while (!line.empty()) {
        const std::size_t escape = line.find('\x1b');
        shown += line.substr(0, escape);
        const std::size_t end = escape == std::string_view::npos ? escape : line.find('m', escape);
        line.remove_prefix(end == std::string_view::npos ? line.size() : end + 1);
    }
    return count_columns(shown);
}

}  // namespace

/// A terminal that has become narrower has wrapped what was there: each line takes more rows now.
std::string LiveLines::return_to_first(TerminalSize size) const {
    std::size_t rows = 0;
    for (const std::size_t width : widths_) {
        rows += std::max<std::size_t>(1, (width + size.columns - 1) / size.columns);
    }
    return rows == 0 ? "\r" : fmt::format("\r\x1b[{}A", rows);
}

std::string LiveLines::draw(const std::vector<std::string>& lines, TerminalSize size) {
    if (lines.empty()) {
        return erase(size);
    }
    std::string bytes = return_to_first(size);
    widths_.clear();
    for (const std::string& line : lines) {
        bytes += line;
        bytes += erase_rest_of_line;
        bytes += "\r\n";
        widths_.push_back(count_shown_columns(line));
    }
    bytes += erase_below;
    return bytes;
}

std::string LiveLines::erase(TerminalSize size) {
    if (widths_.empty()) {
        return "";
    }
    std::string bytes = return_to_first(size);
    bytes += erase_below;
    widths_.clear();
    return bytes;
}

}  // namespace cstop::report
