#pragma once
// Text that others wrote, made safe to show and to compare.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cstop {

/// For a terminal or a log line: control characters (C0, DEL, C1), invalid UTF-8, bidirectional overrides and line
/// separators become \n, \t, \xNN or \u{NNNN}; a backslash stays. The result is valid UTF-8 on one line (faults.md
/// R11).
std::string escape_text(std::string_view text);

/// The same bytes with every invalid UTF-8 sequence replaced by U+FFFD, for JSON.
std::string replace_invalid_utf8(std::string_view text);

/// A whole decimal number without sign, blank or leading '+', within [lowest, highest]; nothing else.
std::optional<std::uint64_t> parse_number(std::string_view text, std::uint64_t lowest, std::uint64_t highest);

/// The parts between separators; "" gives one empty part.
std::vector<std::string_view> split_text(std::string_view text, char separator);

/// Shell glob of fnmatch(3) without special slashes: * ? [..].
bool is_glob_match(std::string_view pattern, std::string_view text);

/// `[A-Za-z0-9_+.-]{1,128}`, not "." or "..": what a runtime accepts as a container id (faults.md R1).
bool is_container_id(std::string_view text);

}  // namespace cstop
