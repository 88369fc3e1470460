#include <string>

#include <doctest/doctest.h>

#include "model/schedule.hpp"

using cstop::Signal;
using namespace cstop::model;
using namespace std::chrono_literals;

namespace {

std::string error_of(std::string_view text) {
    const auto schedule = parse_schedule(text);
    if (schedule.has_value()) {
        return "read as " + format_schedule(*schedule);
    }
    CHECK(schedule.error().code == cstop::ErrorCode::usage);
    return schedule.error().what;
}

}  // namespace

TEST_CASE("the original's escalation is read as it is written") {
    const auto schedule = parse_schedule("STOPSIGNAL@init/10s/KILL@all/60s/KILL@init/60s");
    REQUIRE(schedule.has_value());
    CHECK(*schedule == Schedule{.steps = {{.signal = std::nullopt, .aim = Aim::init, .wait = 10s},
                                          {.signal = cstop::sigkill, .aim = Aim::all, .wait = 60s},
                                          {.signal = cstop::sigkill, .aim = Aim::init, .wait = 60s}},
                                .repeat_from = std::nullopt});
}

TEST_CASE("KILL aims at all and every other signal at init where nothing is said") {
    const auto schedule = parse_schedule("HUP/5/TERM/20/KILL/60/9/1/STOPSIGNAL/1/STOP/0");
    REQUIRE(schedule.has_value());
    CHECK(format_schedule(*schedule) ==
          "SIGHUP@init/5s/SIGTERM@init/20s/SIGKILL@all/60s/SIGKILL@all/1s/STOPSIGNAL@init/1s/SIGSTOP@init/0s");
}

TEST_CASE("an aim that is said is kept") {
    const auto schedule = parse_schedule("TERM@all/1/KILL@init/2/stopsignal@all/3/SIGRTMIN+3@init/4");
    REQUIRE(schedule.has_value());
    CHECK(format_schedule(*schedule) == "SIGTERM@all/1s/SIGKILL@init/2s/STOPSIGNAL@all/3s/SIGRTMIN+3@init/4s");
}

TEST_CASE("STOPSIGNAL may be in any case and STOP is SIGSTOP") {
    for (const auto* text : {"STOPSIGNAL/1", "stopsignal/1", "StopSignal/1"}) {
        CHECK_FALSE(parse_schedule(text).value().steps.front().signal.has_value());
    }
    for (const auto* text : {"STOP/1", "SIGSTOP/1", "stop/1", "19/1"}) {
        CHECK(parse_schedule(text).value().steps.front().signal == cstop::sigstop);
    }
    CHECK(error_of("SIGSTOPSIGNAL/1") == "schedule item 1 'SIGSTOPSIGNAL': unknown signal");
}

TEST_CASE("numbers are signals and durations by their place") {
    const auto schedule = parse_schedule("15/15/9/1m30s");
    REQUIRE(schedule.has_value());
    CHECK(format_schedule(*schedule) == "SIGTERM@init/15s/SIGKILL@all/1m30s");
}

TEST_CASE("forever marks what repeats") {
    const auto tail = parse_schedule("TERM/20/forever/KILL/5");
    REQUIRE(tail.has_value());
    CHECK(tail->repeat_from == 1);
    CHECK(tail->steps.size() == 2);
    const auto all = parse_schedule("forever/TERM/0/KILL/500ms");
    REQUIRE(all.has_value());
    CHECK(all->repeat_from == 0);
    CHECK(format_schedule(*all) == "forever/SIGTERM@init/0s/SIGKILL@all/500ms");
}

TEST_CASE("an endless wait is the last thing there is") {
    CHECK(parse_schedule("TERM/infinity").value().steps.back().wait == cstop::forever);
    CHECK(parse_schedule("TERM/5/HUP/-1").value().steps.back().wait == cstop::forever);
    CHECK(error_of("TERM/infinity/KILL/5") == "schedule item 2 'infinity': nothing can follow an endless wait");
    CHECK(error_of("TERM/-1/forever/KILL/5") == "schedule item 2 '-1': nothing can follow an endless wait");
    CHECK(error_of("forever/TERM/infinity") == "schedule item 3 'infinity': an endless wait cannot be repeated");
}

TEST_CASE("what is repeated takes time") {
    CHECK(error_of("TERM/5/forever/KILL/0") == "schedule item 5 '0': what is repeated must take time");
    CHECK(error_of("forever/TERM/0/KILL/0s") == "schedule item 5 '0s': what is repeated must take time");
    CHECK(parse_schedule("KILL/0").has_value());
}

TEST_CASE("an error names the item and its position") {
    CHECK(error_of("TERM/5/FOO/5") == "schedule item 3 'FOO': unknown signal");
    CHECK(error_of("") == "schedule item 1 '': unknown signal");
    CHECK(error_of("/") == "schedule item 1 '': unknown signal");
    CHECK(error_of("TERM/5/") == "schedule item 3 '': unknown signal");
    CHECK(error_of("TERM") == "schedule item 1 'TERM': no duration after the signal");
    CHECK(error_of("TERM/5/KILL") == "schedule item 3 'KILL': no duration after the signal");
    CHECK(error_of("TERM/KILL/5") == "schedule item 2 'KILL': not a duration");
    CHECK(error_of("TERM//KILL/5") == "schedule item 2 '': not a duration");
    CHECK(error_of("TERM/5/10") == "schedule item 3 '10': no duration after the signal");
    CHECK(error_of("TERM/5x") == "schedule item 2 '5x': not a duration");
    CHECK(error_of("TERM/ 5") == "schedule item 2 ' 5': not a duration");
    CHECK(error_of("0/5") == "schedule item 1 '0': unknown signal");
    CHECK(error_of("65/5") == "schedule item 1 '65': unknown signal");
    CHECK(error_of("TERM@/5") == "schedule item 1 'TERM@': a signal goes to @init or @all");
    CHECK(error_of("TERM@ALL/5") == "schedule item 1 'TERM@ALL': a signal goes to @init or @all");
    CHECK(error_of("TERM@all@init/5") == "schedule item 1 'TERM@all@init': a signal goes to @init or @all");
    CHECK(error_of("@all/5") == "schedule item 1 '@all': unknown signal");
    CHECK(error_of("forever") == "schedule item 1 'forever': nothing follows that could be repeated");
    CHECK(error_of("TERM/5/forever") == "schedule item 3 'forever': nothing follows that could be repeated");
    CHECK(error_of("TERM/forever/5") == "schedule item 2 'forever': not a duration");
    CHECK(error_of("forever/forever/TERM/5") == "schedule item 2 'forever': only once");
    CHECK(error_of("forever/TERM/5/forever/KILL/5") == "schedule item 4 'forever': only once");
    CHECK(error_of("FOREVER/TERM/5") == "schedule item 1 'FOREVER': unknown signal");
    CHECK(error_of("\x1b[2J/5") == "schedule item 1 '\\x1b[2J': unknown signal");
}

TEST_CASE("a schedule has at most 256 items") {
    std::string text = "TERM/1";
    for (int step = 1; step < 128; ++step) {
        text += "/TERM/1";
    }
    CHECK(parse_schedule(text).value().steps.size() == 128);
    CHECK(error_of(text + "/TERM/1") == "schedule has more than 256 items");
    CHECK(error_of(std::string(1'000'000, '/')) == "schedule has more than 256 items");
}

TEST_CASE("what is shown is read back as the same schedule") {
    for (const auto* text : {"HUP/5/TERM/20/KILL@all/60/KILL/60", "STOPSIGNAL/0/KILL@init/infinity",
                             "1/0.001/forever/RTMAX-3@all/90/33/1h", "forever/stopsignal@all/1ms"}) {
        CAPTURE(text);
        const auto schedule = parse_schedule(text);
        REQUIRE(schedule.has_value());
        CHECK(parse_schedule(format_schedule(*schedule)).value() == *schedule);
    }
}
