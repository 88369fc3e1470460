// Text that is shown, compared and put into paths.

#include <string>

#include "base/text.hpp"
#include "base/utf8.hpp"
#include "fuzz.hpp"

namespace {

using namespace cstop;

/// Decoded a second time, by RFC 3629's table.
bool is_utf8(std::string_view text) {
    const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    const auto is_within = [&](std::size_t i, unsigned low, unsigned high) {
        return byte(i) >= low && byte(i) <= high;
    };
    const auto are_tails = [&](std::size_t first, std::size_t last) {
        bool are = true;
        for (std::size_t i = first; i <= last; ++i) {
            are = are && is_within(i, 0x80, 0xBF);
        }
        return are;
    };
    while (!text.empty()) {
        std::size_t length = 0;
        if (byte(0) < 0x80) {
            length = 1;
        } else if (is_within(0, 0xC2, 0xDF) && are_tails(1, 1)) {
            length = 2;
        } else if ((byte(0) == 0xE0 && is_within(1, 0xA0, 0xBF) && are_tails(2, 2)) ||
                   ((is_within(0, 0xE1, 0xEC) || is_within(0, 0xEE, 0xEF)) && are_tails(1, 2)) ||
                   (byte(0) == 0xED && is_within(1, 0x80, 0x9F) && are_tails(2, 2))) {
            length = 3;
        } else if ((byte(0) == 0xF0 && is_within(1, 0x90, 0xBF) && are_tails(2, 3)) ||
                   (is_within(0, 0xF1, 0xF3) && are_tails(1, 3)) ||
                   (byte(0) == 0xF4 && is_within(1, 0x80, 0x8F) && are_tails(2, 3))) {
            length = 4;
        } else {
            return false;
        }
        text.remove_prefix(length);
    }
    return true;
}

void check_escaping(std::string_view text) {
    const std::string escaped = escape_text(text);
    REQUIRE(is_utf8(escaped));
    REQUIRE(escape_text(escaped) == escaped);
    REQUIRE(escaped.size() <= text.size() * 4);
    for (const char byte : escaped) {
        REQUIRE(static_cast<unsigned char>(byte) >= 0x20 && byte != 0x7F);
    }
    for (const std::string_view forbidden :
         {"\xC2\x85", "\xC2\x9B", "\u061C", "\u200E", "\u202E", "\u2066", "\u2028"}) {
        REQUIRE(!escaped.contains(forbidden));
    }
    REQUIRE(quote_text(text).size() <= 80 * 4 + 5);
    REQUIRE(escape_text(quote_text(text)) == quote_text(text));
}

void check_replacing(std::string_view text) {
    const std::string replaced = replace_invalid_utf8(text);
    REQUIRE(is_utf8(replaced));
    REQUIRE(replace_invalid_utf8(replaced) == replaced);
    REQUIRE((replaced == text) == is_utf8(text));
}

void check_splitting(std::string_view text) {
    std::string joined;
    for (const std::string_view part : split_text(text, '/')) {
        REQUIRE(!part.contains('/'));
        joined += '/';
        joined += part;
    }
    REQUIRE(joined.substr(1) == text);
}

void check_words(std::string_view text) {
    if (is_container_id(text)) {
        REQUIRE(!text.contains('/') && !text.contains('\0') && text != "." && text != ".." && text.size() <= 128);
        REQUIRE(escape_text(text) == text);
        REQUIRE(is_glob_match(text, text));
    }
    REQUIRE(is_glob_match("*", text) == !text.contains('\0'));
    if (const auto number = parse_number(text, 3, 300)) {
        REQUIRE(*number >= 3 && *number <= 300);
        const std::string digits = std::to_string(*number);
        REQUIRE(text.ends_with(digits) && text.find_first_not_of('0') == text.size() - digits.size());
    }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = fuzz::view(data, size);
    check_escaping(text);
    check_replacing(text);
    check_splitting(text);
    check_words(text);
    return 0;
}
