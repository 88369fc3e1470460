#include <string>

#include <doctest/doctest.h>

#include "base/text.hpp"

using namespace cstop;
using namespace std::string_literals;

TEST_CASE("ordinary text is shown as it is") {
    for (const auto* text : {"", "web", "a b", "C:\\x", "gr\xC3\xBC\xC3\x9F", "\xE6\x97\xA5\xE6\x9C\xAC",
                             "\xF0\x9F\x90\xB3", "\xEF\xBF\xBD", "\xF4\x8F\xBF\xBF", "'\"~"}) {
        CAPTURE(text);
        CHECK(escape_text(text) == text);
        CHECK(replace_invalid_utf8(text) == text);
    }
}

TEST_CASE("control characters never reach a terminal") {
    CHECK(escape_text("\x1b[2J") == "\\x1b[2J");
    CHECK(escape_text("a\nb\tc\rd") == "a\\nb\\tc\\x0dd");
    CHECK(escape_text("\a\b\x7f") == "\\x07\\x08\\x7f");
    CHECK(escape_text("a\0b"s) == "a\\x00b");
    CHECK(escape_text("\xC2\x9B"
                      "2J") == "\\u{009b}2J");  // C1: CSI in one character
    CHECK(escape_text("\xC2\x85") == "\\u{0085}");
    CHECK(escape_text("\xC2\xA0") == "\xC2\xA0");
}

TEST_CASE("what turns the direction of a line or ends it is escaped") {
    CHECK(escape_text("\xE2\x80\xAE") == "\\u{202e}");
    CHECK(escape_text("\xE2\x80\xAA\xE2\x80\xAB\xE2\x80\xAC\xE2\x80\xAD") == "\\u{202a}\\u{202b}\\u{202c}\\u{202d}");
    CHECK(escape_text("\xE2\x81\xA6\xE2\x81\xA7\xE2\x81\xA8\xE2\x81\xA9") == "\\u{2066}\\u{2067}\\u{2068}\\u{2069}");
    CHECK(escape_text("\xE2\x80\x8E\xE2\x80\x8F\xD8\x9C") == "\\u{200e}\\u{200f}\\u{061c}");
    CHECK(escape_text("\xE2\x80\xA8\xE2\x80\xA9") == "\\u{2028}\\u{2029}");
}

TEST_CASE("invalid UTF-8 becomes its bytes on a terminal and U+FFFD in JSON") {
    struct Row {
        std::string bytes;
        std::string escaped;
        std::size_t replacements;
    };
    for (const Row& row : {
             Row{"\xFF", "\\xff", 1},                             // never in UTF-8
             Row{"\x80", "\\x80", 1},                             // a continuation alone
             Row{"\xC3", "\\xc3", 1},                             // cut short
             Row{"\xC0\x80", "\\xc0\\x80", 2},                    // NUL, overlong
             Row{"\xE0\x80\x80", "\\xe0\\x80\\x80", 3},           // overlong
             Row{"\xF0\x80\x80\x80", "\\xf0\\x80\\x80\\x80", 4},  // overlong
             Row{"\xED\xA0\x80", "\\xed\\xa0\\x80", 3},           // a surrogate
             Row{"\xF4\x90\x80\x80", "\\xf4\\x90\\x80\\x80", 4},  // above U+10FFFF
             Row{"\xF5\x80\x80\x80", "\\xf5\\x80\\x80\\x80", 4},
             Row{"\xF0\x9F\x90", "\\xf0\\x9f\\x90", 1},  // cut short: one start of one character
             Row{"\xE2\x80", "\\xe2\\x80", 1},
         }) {
        CAPTURE(row.escaped);
        CHECK(escape_text("a" + row.bytes + "b") == "a" + row.escaped + "b");
        CHECK(escape_text(row.bytes) == row.escaped);
        std::string replaced;
        for (std::size_t count = 0; count < row.replacements; ++count) {
            replaced += "\xEF\xBF\xBD";
        }
        CHECK(replace_invalid_utf8("a" + row.bytes + "b") == "a" + replaced + "b");
    }
    CHECK(escape_text("\xC3\x1b") == "\\xc3\\x1b");  // an escape is not swallowed by a broken start
    CHECK(escape_text("\xE2\x80\xC3\xBC") == "\\xe2\\x80\xC3\xBC");
}

TEST_CASE("any bytes become one line of printable UTF-8, and stay so") {
    std::string bytes;
    for (int first = 0; first < 256; ++first) {
        for (int second = 0; second < 256; ++second) {
            bytes += static_cast<char>(first);
            bytes += static_cast<char>(second);
        }
    }
    const std::string escaped = escape_text(bytes);
    CHECK(replace_invalid_utf8(escaped) == escaped);
    CHECK(escape_text(escaped) == escaped);
    for (const char character : escaped) {
        CHECK_FALSE((static_cast<unsigned char>(character) < 0x20 || character == 0x7f));
    }
    CHECK(replace_invalid_utf8(replace_invalid_utf8(bytes)) == replace_invalid_utf8(bytes));
}

TEST_CASE("a quotation is short and never cut within a character") {
    CHECK(quote_text("web") == "'web'");
    CHECK(quote_text("") == "''");
    CHECK(quote_text("a\nb") == "'a\\nb'");
    CHECK(quote_text(std::string(80, 'x')) == "'" + std::string(80, 'x') + "'");
    CHECK(quote_text(std::string(81, 'x')) == "'" + std::string(80, 'x') + "...'");
    CHECK(quote_text(std::string(79, 'x') + "\xC3\xBCzzzz") == "'" + std::string(79, 'x') + "...'");
    CHECK(quote_text(std::string(77, 'x') + "\xF0\x9F\x90\xB3zzzz") == "'" + std::string(77, 'x') + "...'");
    CHECK(quote_text(std::string(100, '\x80')).size() < 400);
}

TEST_CASE("a number is digits within its bounds") {
    CHECK(parse_number("0", 0, 10) == 0);
    CHECK(parse_number("10", 0, 10) == 10);
    CHECK(parse_number("007", 0, 10) == 7);
    CHECK(parse_number("18446744073709551615", 0, UINT64_MAX) == UINT64_MAX);
    for (const auto* text : {"", "11", "-1", "+1", " 1", "1 ", "1a", "0x1", "1.0", "1e0", "18446744073709551616",
                             "4294967297", "99999999999999999999999"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_number(text, 0, 10).has_value());
    }
    CHECK_FALSE(parse_number("1", 2, 4'194'304).has_value());
    CHECK_FALSE(parse_number("18446744073709551616", 0, UINT64_MAX).has_value());
}

TEST_CASE("a split text has one part more than separators") {
    using Parts = std::vector<std::string_view>;
    CHECK(split_text("", '/') == Parts{""});
    CHECK(split_text("a", '/') == Parts{"a"});
    CHECK(split_text("a/b", '/') == Parts{"a", "b"});
    CHECK(split_text("/a//", '/') == Parts{"", "a", "", ""});
}

TEST_CASE("a glob matches as in a shell, slashes and dots being ordinary") {
    CHECK(is_glob_match("web", "web"));
    CHECK(is_glob_match("*", ""));
    CHECK(is_glob_match("web*", "web1"));
    CHECK(is_glob_match("*1", "web1"));
    CHECK(is_glob_match("w?b[0-9]", "web1"));
    CHECK(is_glob_match("[!a]x", "bx"));
    CHECK(is_glob_match("*", "a/b"));
    CHECK(is_glob_match("*", ".hidden"));
    CHECK(is_glob_match("\\*", "*"));
    CHECK_FALSE(is_glob_match("web", "web1"));
    CHECK_FALSE(is_glob_match("", "web"));
    CHECK_FALSE(is_glob_match("WEB", "web"));
    CHECK_FALSE(is_glob_match("\\*", "x"));
    CHECK_FALSE(is_glob_match("web", "web\0x"s));
    CHECK_FALSE(is_glob_match("web\0x"s, "web"));
    CHECK_FALSE(is_glob_match("*a*a*a*a*a*a*a*a*a*a*a*a*a*b", std::string(2000, 'a')));  // soon
}

TEST_CASE("R1: a container id has safe characters only") {
    for (const auto& id :
         {"web"s, "a"s, "A-Z_0.9+x"s, "0aae328445d5c3be"s, "..."s, ".a"s, "-x"s, "_"s, std::string(128, 'a')}) {
        CAPTURE(id);
        CHECK(is_container_id(id));
    }
    for (const auto& id : {""s, "."s, ".."s, "../x"s, "a/b"s, "/"s, "a\nb"s, "a b"s, "a\0b"s, "a\0"s, "caf\xC3\xA9"s,
                           "*"s, "a:b"s, "a@b"s, "~"s, "\x1b[2J"s, std::string(129, 'a'), std::string(300, 'a')}) {
        CAPTURE(id);
        CHECK_FALSE(is_container_id(id));
    }
}
