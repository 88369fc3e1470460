#pragma once
// Text that others wrote, made safe to show and to compare.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cstop {

/// For a terminal or a log line (faults.md R11): C0, DEL and the bytes of invalid UTF-8 become \n, \t or \xNN; C1,
/// bidirectional marks and overrides, and line separators become \u{NNNN}; a backslash stays. The result is valid UTF-8
/// on one line; escaping it again changes nothing.
std::string escape_text(std::string_view text);

/// 'text' for a message: escaped, in single quotes, and cut after 80 bytes ("'aaa...'").
std::string quote_text(std::string_view text);

/// The same bytes with every invalid UTF-8 sequence (its longest valid start, or one byte) replaced by U+FFFD, for
/// JSON.
std::string replace_invalid_utf8(std::string_view text);

/// A whole decimal number within [lowest, highest]: digits (leading zeros too), no sign, no blank; nothing else.
std::optional<std::uint64_t> parse_number(std::string_view text, std::uint64_t lowest, std::uint64_t highest);

/// The parts between separators; "" gives one empty part.
std::vector<std::string_view> split_text(std::string_view text, char separator);

/// Shell glob of fnmatch(3) without flags: * ? [..] and a backslash that quotes; '/' and a leading '.' are ordinary.
bool is_glob_match(std::string_view pattern, std::string_view text);

/// `[A-Za-z0-9_+.-]{1,128}`, not "." or "..": what a runtime accepts as a container id (faults.md R1).
bool is_container_id(std::string_view text);

}  // namespace cstop
