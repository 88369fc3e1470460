#include <string>

#include <doctest/doctest.h>

#include "base/signal.hpp"

using cstop::format_signal;
using cstop::parse_signal;
using cstop::Signal;

namespace {

int number_of(std::string_view text) {
    const auto signal = parse_signal(text);
    return signal.has_value() ? signal->number : 0;
}

}  // namespace

TEST_CASE("every name that the engines know has its Linux number") {
    struct Row {
        std::string_view name;
        int number;
    };
    for (const Row& row : {
             Row{"HUP", 1},   Row{"INT", 2},   Row{"QUIT", 3},  Row{"ILL", 4},     Row{"TRAP", 5},    Row{"ABRT", 6},
             Row{"IOT", 6},   Row{"BUS", 7},   Row{"FPE", 8},   Row{"KILL", 9},    Row{"USR1", 10},   Row{"SEGV", 11},
             Row{"USR2", 12}, Row{"PIPE", 13}, Row{"ALRM", 14}, Row{"TERM", 15},   Row{"STKFLT", 16}, Row{"CHLD", 17},
             Row{"CLD", 17},  Row{"CONT", 18}, Row{"STOP", 19}, Row{"TSTP", 20},   Row{"TTIN", 21},   Row{"TTOU", 22},
             Row{"URG", 23},  Row{"XCPU", 24}, Row{"XFSZ", 25}, Row{"VTALRM", 26}, Row{"PROF", 27},   Row{"WINCH", 28},
             Row{"IO", 29},   Row{"POLL", 29}, Row{"PWR", 30},  Row{"SYS", 31},    Row{"RTMIN", 34},  Row{"RTMAX", 64},
         }) {
        CAPTURE(row.name);
        CHECK(number_of(row.name) == row.number);
        CHECK(number_of("SIG" + std::string(row.name)) == row.number);
    }
}

TEST_CASE("a name may be in any case, with or without SIG") {
    for (const auto* text : {"TERM", "term", "Term", "SIGTERM", "sigterm", "SigTerm", "sigTERM", "15", "015"}) {
        CAPTURE(text);
        CHECK(number_of(text) == 15);
    }
    CHECK(number_of("sigrtmin+3") == 37);
    CHECK(number_of("rtmaxminus2") == 62);
}

TEST_CASE("every number from 1 to 64 is a signal, and no other number is") {
    for (int number = 1; number <= 64; ++number) {
        CHECK(number_of(std::to_string(number)) == number);
    }
    for (const auto* text :
         {"0", "65", "-1", "+15", "100", "4294967311", "18446744073709551631", "1e1", "0xf", "15.0"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_signal(text).has_value());
    }
}

TEST_CASE("real-time signals count from both ends, 0 to 30, in each spelling") {
    for (int offset = 0; offset <= 30; ++offset) {
        const std::string number = std::to_string(offset);
        CHECK(number_of("RTMIN+" + number) == 34 + offset);
        CHECK(number_of("SIGRTMIN+" + number) == 34 + offset);
        CHECK(number_of("SIGRTMINPLUS" + number) == 34 + offset);
        CHECK(number_of("RTMAX-" + number) == 64 - offset);
        CHECK(number_of("SIGRTMAXMINUS" + number) == 64 - offset);
    }
    for (const auto* text :
         {"RTMIN+31", "RTMAX-31", "RTMIN-1", "RTMAX+1", "RTMIN+", "RTMAX-", "RTMIN+-1", "RTMIN++1", "RTMIN+ 1",
          "RTMIN3", "RTMINMINUS1", "RTMAXPLUS1", "RTMINPLUS", "RTMIN+0x1", "RTMIN+99999999999999999999"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_signal(text).has_value());
    }
}

TEST_CASE("what is no signal is refused, and nothing is trimmed") {
    for (const auto* text :
         {"",    "SIG", "sig", "9abc",  "FOO", "SIGFOO", "SIGSIGTERM", "SIG15", " TERM", "TERM ",    "TERM\n",
          " 15", "15 ", "TER", "TERMX", "EMT", "UNUSED", "RT",         "EXIT",  "-TERM", "\xC3\xA9", "1 5"}) {
        CAPTURE(text);
        const auto signal = parse_signal(text);
        REQUIRE_FALSE(signal.has_value());
        CHECK(signal.error().code == cstop::ErrorCode::usage);
    }
    CHECK_FALSE(parse_signal(std::string_view("TERM\0", 5)).has_value());
    CHECK_FALSE(parse_signal(std::string(1'000'000, '1')).has_value());
}

TEST_CASE("the error names the text, made safe to show") {
    CHECK(parse_signal("FOO").error().what == "unknown signal 'FOO'");
    CHECK(parse_signal("\x1b[2J").error().what == "unknown signal '\\x1b[2J'");
    CHECK(parse_signal(std::string(100'000, 'x')).error().what.size() < 200);
}

TEST_CASE("a signal is shown by its first name, a real-time signal from its nearer end") {
    CHECK(format_signal(cstop::sigterm) == "SIGTERM");
    CHECK(format_signal(Signal{6}) == "SIGABRT");
    CHECK(format_signal(Signal{16}) == "SIGSTKFLT");
    CHECK(format_signal(Signal{17}) == "SIGCHLD");
    CHECK(format_signal(Signal{29}) == "SIGIO");
    CHECK(format_signal(Signal{32}) == "32");
    CHECK(format_signal(Signal{33}) == "33");
    CHECK(format_signal(Signal{34}) == "SIGRTMIN");
    CHECK(format_signal(Signal{35}) == "SIGRTMIN+1");
    CHECK(format_signal(Signal{49}) == "SIGRTMIN+15");
    CHECK(format_signal(Signal{50}) == "SIGRTMAX-14");
    CHECK(format_signal(Signal{63}) == "SIGRTMAX-1");
    CHECK(format_signal(Signal{64}) == "SIGRTMAX");
}

TEST_CASE("what is shown is read back as the same signal") {
    for (int number = 1; number <= 64; ++number) {
        CHECK(number_of(format_signal(Signal{number})) == number);
    }
}
