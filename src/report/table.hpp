#pragma once
// Rows under titles, in columns that fit a terminal.

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cstop::report {

struct Column {
    std::string_view title;
    /// What it may be cut to, when the lines are too long; more than its widest text: it is never cut.
    std::size_t narrowest = 0;
    /// When cutting is not enough, columns are left out, the highest rank first; 0: never.
    int rank = 0;
};

using Row = std::vector<std::string>;  ///< one text a column, escaped

/// A line of titles and a line a row, each with a newline and without blanks at its end. `width`: no line is wider, by
/// cutting texts ("…"), else by leaving columns out, at last by cutting lines; none: everything is shown.
std::string format_table(std::span<const Column> columns, std::span<const Row> rows, std::optional<std::size_t> width);

}  // namespace cstop::report
