#include <string>

#include <doctest/doctest.h>

#include "base/duration.hpp"

using cstop::Duration;
using cstop::format_brief;
using cstop::format_duration;
using cstop::format_seconds;
using cstop::parse_duration;
using namespace std::chrono_literals;

namespace {

// -7 stands for "refused": no duration is negative.
long long milliseconds_of(std::string_view text) {
    const auto duration = parse_duration(text);
    return duration.has_value() ? duration->count() : -7;
}

}  // namespace

TEST_CASE("a number without a unit is seconds") {
    CHECK(milliseconds_of("10") == 10'000);
    CHECK(milliseconds_of("1.5") == 1'500);
    CHECK(milliseconds_of("0") == 0);
    CHECK(milliseconds_of("0.0") == 0);
    CHECK(milliseconds_of("007") == 7'000);
    CHECK(milliseconds_of("0.25") == 250);
}

TEST_CASE("numbers with units are added") {
    CHECK(milliseconds_of("500ms") == 500);
    CHECK(milliseconds_of("10s") == 10'000);
    CHECK(milliseconds_of("1m") == 60'000);
    CHECK(milliseconds_of("1m30s") == 90'000);
    CHECK(milliseconds_of("1h") == 3'600'000);
    CHECK(milliseconds_of("1h2m3s4ms") == 3'723'004);
    CHECK(milliseconds_of("1h4ms") == 3'600'004);
    CHECK(milliseconds_of("1.5s") == 1'500);
    CHECK(milliseconds_of("1.5m") == 90'000);
    CHECK(milliseconds_of("0.5h0.5m") == 1'830'000);
    CHECK(milliseconds_of("90m") == 5'400'000);
    CHECK(milliseconds_of("0s") == 0);
}

TEST_CASE("infinity and -1 have no end") {
    CHECK(parse_duration("infinity").value() == cstop::forever);
    CHECK(parse_duration("-1").value() == cstop::forever);
}

TEST_CASE("a part of a millisecond rounds up, once for the whole sum") {
    CHECK(milliseconds_of("0.0001") == 1);
    CHECK(milliseconds_of("1.0000001") == 1'001);
    CHECK(milliseconds_of("0.3ms") == 1);
    CHECK(milliseconds_of("0.0005s0.5ms") == 1);
    CHECK(milliseconds_of("0.001") == 1);
    CHECK(milliseconds_of("0.0000000000000000000000000000000000001") == 1);
    CHECK(milliseconds_of("1.00000000000000000000") == 1'000);
    CHECK(milliseconds_of("0.999999999999999999999") == 1'000);
}

TEST_CASE("what is no duration is refused, and nothing is trimmed") {
    for (const auto* text :
         {"",      "-2",     "-0",   "-1s",      "+1",       "1e3",       "0x1",       "ten",   "1s2",  "5 s",
          " 5",    "5 ",     ".5",   "5.",       ".",        "1.s",       "1..5",      "1.2.3", "s",    "ms",
          "1x",    "1S",     "1sm",  "1s1s",     "1s1m",     "1m1h",      "1ms1s",     "1m1m",  "2 m",  "1d",
          "1us",   "1m 30s", "inf",  "nan",      "Infinity", "infinity ", "-infinity", "--1",   "-1.0", "1,5",
          "1_000", "1m30",   "1h30", "\xC3\xA9", "5\n",      "forever"}) {
        CAPTURE(text);
        const auto duration = parse_duration(text);
        REQUIRE_FALSE(duration.has_value());
        CHECK(duration.error().code == cstop::ErrorCode::usage);
    }
    CHECK_FALSE(parse_duration(std::string_view("5\0", 2)).has_value());
}

TEST_CASE("a hundred years is the longest") {
    CHECK(parse_duration("876000h").value() == cstop::longest_duration);
    CHECK(parse_duration("3153600000").value() == cstop::longest_duration);
    for (const auto* text : {"876000h1ms", "876001h", "3153600001", "3153600000.0001", "9223372036854775807",
                             "18446744073709551616", "99999999999999999999999999h", "876000h60m", "876000h0.1ms"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_duration(text).has_value());
    }
    CHECK_FALSE(parse_duration(std::string(1'000'000, '9')).has_value());
}

TEST_CASE("the error names the text, made safe to show") {
    CHECK(parse_duration("ten").error().what == "'ten' is not a duration like 10, 1.5, 500ms or 1m30s");
    CHECK(parse_duration("876001h").error().what == "'876001h' is longer than 100 years");
    CHECK(parse_duration("5\n").error().what == "'5\\n' is not a duration like 10, 1.5, 500ms or 1m30s");
}

TEST_CASE("a duration is shown in the units that people use") {
    CHECK(format_duration(0ms) == "0s");
    CHECK(format_duration(1ms) == "1ms");
    CHECK(format_duration(500ms) == "500ms");
    CHECK(format_duration(999ms) == "999ms");
    CHECK(format_duration(1s) == "1s");
    CHECK(format_duration(1500ms) == "1.5s");
    CHECK(format_duration(1005ms) == "1.005s");
    CHECK(format_duration(10s) == "10s");
    CHECK(format_duration(60s) == "60s");
    CHECK(format_duration(60500ms) == "1m0.5s");
    CHECK(format_duration(90s) == "1m30s");
    CHECK(format_duration(2min) == "2m");
    CHECK(format_duration(1h) == "1h");
    CHECK(format_duration(1h + 1ms) == "1h0.001s");
    CHECK(format_duration(1h + 30min + 5s) == "1h30m5s");
    CHECK(format_duration(cstop::forever) == "infinity");
    CHECK(format_duration(-5ms) == "0s");
}

TEST_CASE("what is shown is read back as the same duration") {
    for (const Duration duration :
         {Duration(0ms), Duration(1ms), Duration(999ms), Duration(1s), Duration(59999ms), Duration(60s),
          Duration(60001ms), Duration(3599999ms), Duration(1h), Duration(3600001ms),
          Duration(100h + 59min + 59s + 999ms), cstop::longest_duration, cstop::forever}) {
        CAPTURE(format_duration(duration));
        CHECK(parse_duration(format_duration(duration)).value() == duration);
    }
}

TEST_CASE("a sentence has seconds") {
    CHECK(format_seconds(10s) == "10 seconds");
    CHECK(format_seconds(1s) == "1 second");
    CHECK(format_seconds(1500ms) == "1.5 seconds");
    CHECK(format_seconds(0ms) == "0 seconds");
    CHECK(format_seconds(50ms) == "0.05 seconds");
    CHECK(format_seconds(90s) == "90 seconds");
    CHECK(format_seconds(cstop::forever) == "ever");
}

TEST_CASE("a short sentence has a blank before a unit that stands alone") {
    CHECK(format_brief(0ms) == "0 s");
    CHECK(format_brief(500ms) == "500 ms");
    CHECK(format_brief(1500ms) == "1.5 s");
    CHECK(format_brief(10s) == "10 s");
    CHECK(format_brief(60s) == "60 s");
    CHECK(format_brief(90s) == "1m30s");
    CHECK(format_brief(1h) == "1 h");
    CHECK(format_brief(cstop::forever) == "infinity");
}
