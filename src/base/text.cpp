#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fnmatch.h>

#include <fmt/format.h>

#include "base/utf8.hpp"

namespace cstop {

namespace {

// What moves the cursor, turns the direction of the rest of a line, or ends the line where no newline is.
bool is_safe_to_show(char32_t character) {
    const auto is_within = [character](char32_t lowest, char32_t highest) {
        return lowest <= character && character <= highest;
    };
    const bool is_control = is_within(0x00, 0x1F) || is_within(0x7F, 0x9F);
    const bool is_bidirectional =
        character == 0x061C || is_within(0x200E, 0x200F) || is_within(0x202A, 0x202E) || is_within(0x2066, 0x2069);
    const bool is_line_separator = is_within(0x2028, 0x2029);
    return !is_control && !is_bidirectional && !is_line_separator;
}

void append_escaped_bytes(std::string& result, std::string_view bytes) {
    for (const char byte : bytes) {
        switch (byte) {
            case '\n': result += "\\n"; break;
            case '\t': result += "\\t"; break;
            default: fmt::format_to(std::back_inserter(result), "\\x{:02x}", static_cast<unsigned char>(byte));
        }
    }
}

}  // namespace

std::string escape_text(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    while (!text.empty()) {
        const Utf8Character character = parse_utf8(text);
        const std::string_view bytes = text.substr(0, character.size);
        text.remove_prefix(character.size);
        if (character.is_valid && is_safe_to_show(character.code_point)) {
            result += bytes;
        } else if (!character.is_valid || character.code_point < 0x80) {
            append_escaped_bytes(result, bytes);
        } else {
            fmt::format_to(std::back_inserter(result), "\\u{{{:04x}}}",
                           static_cast<std::uint32_t>(character.code_point));
        }
    }
    return result;
}

std::string quote_text(std::string_view text) {
    constexpr std::size_t longest = 80;
    if (text.size() <= longest) {
        return "'" + escape_text(text) + "'";
    }
    // Never cut within a character: half of one would be shown as invalid bytes.
    std::size_t end = longest;
    while (end > longest - 4 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
        --end;
    }
    return "'" + escape_text(text.substr(0, end)) + "...'";
}

std::string replace_invalid_utf8(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    while (!text.empty()) {
        const Utf8Character character = parse_utf8(text);
        result += character.is_valid ? text.substr(0, character.size) : "\xEF\xBF\xBD";
        text.remove_prefix(character.size);
    }
    return result;
}

std::optional<std::uint64_t> parse_number(std::string_view text, std::uint64_t lowest, std::uint64_t highest) {
    std::uint64_t number = 0;
    // from_chars takes neither blanks nor a '+', and for an unsigned number no '-'.
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || number < lowest || number > highest) {
        return std::nullopt;
    }
    return number;
}

std::vector<std::string_view> split_text(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    parts.reserve(static_cast<std::size_t>(std::ranges::count(text, separator)) + 1);
    for (;;) {
        const std::size_t end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) {
            return parts;
        }
        text.remove_prefix(end + 1);
    }
}

bool is_glob_match(std::string_view pattern, std::string_view text) {
    // fnmatch would see only what lies before a NUL, and call "web" and "web\0x" the same.
    if (pattern.contains('\0') || text.contains('\0')) {
        return false;
    }
    return fnmatch(std::string(pattern).c_str(), std::string(text).c_str(), 0) == 0;
}

bool is_container_id(std::string_view text) {
    // A scan asks for every entry of a root.
    static constexpr auto is_allowed = [] {
        std::array<bool, 256> table{};
        for (const char character :
             std::string_view("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+.-")) {
            table[static_cast<unsigned char>(character)] = true;
        }
        return table;
    }();
    return !text.empty() && text.size() <= 128 && text != "." && text != ".." &&
           std::ranges::all_of(text, [](char character) { return is_allowed[static_cast<unsigned char>(character)]; });
}

}  // namespace cstop
