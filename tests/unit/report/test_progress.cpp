// Live lines as text.

#include <doctest/doctest.h>

#include "base/columns.hpp"
#include "plans.hpp"
#include "report/progress.hpp"

using namespace cstop;
using namespace std::chrono_literals;
using model::Aim;
using model::Standing;
using report::Color;
using report::ProgressRow;

namespace {

using Lines = std::vector<std::string>;

Standing asking(Duration left, Duration whole, std::size_t processes) {
    Standing standing;
    standing.step = make_test_step(sigterm, Aim::init, 0ms);
    standing.next = Standing::Next::kill;
    standing.left = left;
    standing.whole = whole;
    standing.elapsed = whole - left;
    standing.processes = processes;
    return standing;
}

Standing killing(Duration left, Duration whole) {
    Standing standing = asking(left, whole, 1);
    standing.step = make_test_step(sigkill, Aim::all, 10s);
    standing.next = Standing::Next::give_up;
    return standing;
}

ProgressRow row(std::string name, Standing standing) {
    return {.name = std::move(name), .standing = std::move(standing)};
}

Lines format(const std::vector<ProgressRow>& rows, std::size_t columns, std::size_t height = 24,
             std::size_t others = 0) {
    return report::format_progress(rows, others, {.rows = height, .columns = columns}, Color::off);
}

}  // namespace

TEST_CASE("a live line has the name, what was sent, the time left, and the processes") {
    CHECK(format({row("web", asking(7s, 10s, 3))}, 80) ==
          Lines{"web  SIGTERM to init  [#################.......]  3 processes  SIGKILL in 7s"});
}

TEST_CASE("the lines of several containers are one table") {
    Standing nothing = asking(0s, 0s, 2);
    nothing.next = Standing::Next::nothing;
    nothing.elapsed = 12900ms;
    Standing watched;
    watched.step = make_test_step(sigterm, Aim::init, 0ms);
    watched.next = Standing::Next::restart;
    Standing waiting = asking(10s, 10s, 1);
    waiting.step->result = "not sent: another stop is under way";
    CHECK(format({row("web", asking(9001ms, 10s, 3)), row("database", killing(60s, 120s)), row("queue", nothing),
                  row("cache", watched), row("proxy", waiting)},
                 90) == Lines{
                            "web       SIGTERM to init     [##################..]  3 processes  SIGKILL in 10s",
                            "database  SIGKILL to all      [##########..........]  1 process    gives up in 60s",
                            "queue     SIGTERM to init                             2 processes  no SIGKILL, 12s so far",
                            "cache     SIGTERM to init                                          gone, may be restarted",
                            "proxy     another stop sends  [####################]  1 process    SIGKILL in 10s",
                        });
}

TEST_CASE("a bar is full at first and empty at last, whatever the numbers say") {
    const auto bar = [](Duration left, Duration whole) {
        const std::string line = format({row("w", asking(left, whole, 1))}, 60).at(0);
        const std::size_t begin = line.find('[');
        return line.substr(begin, line.find(']') + 1 - begin);
    };
    CHECK(bar(10s, 10s) == "[########]");
    CHECK(bar(5s, 10s) == "[####....]");
    CHECK(bar(0s, 10s) == "[........]");
    CHECK(bar(20s, 10s) == "[########]");
}

TEST_CASE("a narrow terminal loses the bar first, then the processes, then what was sent") {
    const std::vector<ProgressRow> rows = {row("web", asking(7s, 10s, 3))};
    CHECK(format(rows, 64) == Lines{"web  SIGTERM to init  [######..]  3 processes  SIGKILL in 7s"});
    CHECK(format(rows, 60) == Lines{"web  SIGTERM to init  3 processes  SIGKILL in 7s"});
    CHECK(format(rows, 42) == Lines{"web  SIGTERM to init  SIGKILL in 7s"});
    CHECK(format(rows, 30) == Lines{"web  SIGKILL in 7s"});
    CHECK(format(rows, 10) == Lines{"web  SIG\u2026"});
    CHECK(format(rows, 1).empty());
}

TEST_CASE("names are cut and aligned by the columns they take, and every line is narrower than the terminal") {
    const std::vector<ProgressRow> rows = {row(std::string(100, 'x'), asking(7s, 10s, 3)),
                                           row("\u6771\u4eac\u6771\u4eac\u6771\u4eac\u6771\u4eac", asking(7s, 10s, 3)),
                                           row("caf\u00e9", asking(7s, 10s, 3)), row("\x1b[2J\n", asking(7s, 10s, 3))};
    CHECK(format(rows, 44) == Lines{
                                  "xxxxxxxxxxxxx\u2026  SIGKILL in 7s",
                                  "\u6771\u4eac\u6771\u4eac\u6771\u4eac\u2026   SIGKILL in 7s",
                                  "caf\u00e9            SIGKILL in 7s",
                                  "\\x1b[2J\\n       SIGKILL in 7s",
                              });
    for (std::size_t columns = 2; columns < 140; ++columns) {
        CAPTURE(columns);
        for (const std::string& line : format(rows, columns)) {
            CHECK(count_columns(line) < columns);
        }
    }
}

TEST_CASE("containers that have no line are counted, and the last row stays free") {
    const std::vector<ProgressRow> rows(5, row("w", asking(1s, 1s, 1)));
    CHECK(format(rows, 80, 6).size() == 5);
    const Lines cut = format(rows, 80, 5);
    REQUIRE(cut.size() == 4);
    CHECK(cut[2].starts_with("w "));
    CHECK(cut[3] == "... and 2 more");
    CHECK(format(rows, 80, 5, 100).at(3) == "... and 102 more");
    CHECK(format(rows, 80, 24, 100).at(5) == "... and 100 more");
    CHECK(format(rows, 80, 2) == Lines{"... and 5 more"});
    CHECK(format(rows, 80, 1).empty());
    CHECK(format({}, 80).empty());
}

TEST_CASE("only the bar has a color, which says how urgent it is") {
    const auto line = [](const Standing& standing) {
        const std::vector<ProgressRow> rows = {row("web", standing)};
        return report::format_progress(rows, 0, {.rows = 24, .columns = 64}, Color::on).at(0);
    };
    CHECK(line(asking(7s, 10s, 3)) == "web  SIGTERM to init  \x1b[32m[######..]\x1b[0m  3 processes  SIGKILL in 7s");
    CHECK(line(asking(5s, 10s, 3)).find("\x1b[33m[") != std::string::npos);
    CHECK(line(asking(2s, 10s, 3)).find("\x1b[31m[") != std::string::npos);
    CHECK(line(killing(110s, 120s)).find("\x1b[31m[") != std::string::npos);
}
