#pragma once
// How much room text takes on a terminal.

#include <cstddef>
#include <string>
#include <string_view>

namespace cstop {

/// The columns that `text` takes: 2 for a wide character (East Asian, most emoji), 0 for one that joins the character
/// before it, 1 for every other, and for each invalid sequence. Text of others must be escaped first (escape_text): a
/// control character has no width that could be told.
std::size_t count_columns(std::string_view text);

/// `text` if it fits into `columns`, else as much of its start as does, with "…" in the last column. Never more than
/// `columns` wide; one less when a wide character would not fit.
std::string fit_text(std::string_view text, std::size_t columns);

/// `text` with blanks after it up to `columns`; as it is when it is wider.
std::string pad_text(std::string_view text, std::size_t columns);

}  // namespace cstop
