#include <string>

#include <doctest/doctest.h>

#include "base/columns.hpp"

using namespace cstop;

TEST_CASE("a wide character takes two columns, a joining one none") {
    const struct {
        const char* text;
        std::size_t columns;
    } rows[] = {
        {"", 0},
        {"web", 3},
        {"caf\u00e9", 4},
        {"cafe\u0301", 4},          // the accent as a character of its own
        {"\u6771\u4eac", 4},        // Tokyo
        {"\uff57eb", 4},            // a full-width w
        {"\uff71", 1},              // half-width katakana
        {"\ud55c\uae00", 4},        // Hangul, syllables
        {"\u1112\u1161\u11ab", 2},  // the same kind of syllable, letter by letter
        {"\U0001f680", 2},          // a rocket
        {"\u200d", 0},              // zero width joiner
        {"\u0e19\u0e49\u0e33", 2},  // Thai with a tone mark
        {"\u00ad", 1},              // soft hyphen
        {"\u2026", 1},
        {"\U00020000", 2},  // an ideograph beyond the first plane
        {"\U0010fffd", 1},  // private use
        {"\xff\xfe", 2},
        {"\xe6\x9d", 1},  // the start of a character
    };
    for (const auto& row : rows) {
        CAPTURE(row.text);
        CHECK(count_columns(row.text) == row.columns);
    }
}

TEST_CASE("text that does not fit ends with an ellipsis, never wider than asked for") {
    CHECK(fit_text("web", 3) == "web");
    CHECK(fit_text("web", 2) == "w\u2026");
    CHECK(fit_text("web", 1) == "\u2026");
    CHECK(fit_text("web", 0).empty());
    CHECK(fit_text("", 0).empty());
    CHECK(fit_text("\u6771\u4eac", 4) == "\u6771\u4eac");
    CHECK(fit_text("\u6771\u4eac", 3) == "\u6771\u2026");
    CHECK(fit_text("\u6771\u4eac", 2) == "\u2026");
    CHECK(fit_text("cafe\u0301s", 5) == "cafe\u0301s");
    CHECK(fit_text("cafe\u0301ss", 5) == "cafe\u0301\u2026");
    CHECK(fit_text("\xff\xff\xff", 2) == "\xff\u2026");
}

TEST_CASE("padding counts columns, not bytes") {
    CHECK(pad_text("web", 5) == "web  ");
    CHECK(pad_text("\u6771", 5) == "\u6771   ");
    CHECK(pad_text("cafe\u0301", 5) == "cafe\u0301 ");
    CHECK(pad_text("web", 3) == "web");
    CHECK(pad_text("web", 1) == "web");
}
