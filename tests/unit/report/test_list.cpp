#include <array>
#include <chrono>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/columns.hpp"
#include "base/text.hpp"
#include "plans.hpp"
#include "report/list.hpp"
#include "report/table.hpp"

using namespace cstop;
using namespace std::chrono_literals;

namespace {

struct Listed {
    std::string out;
    std::string err;
};

class Shelf {
public:
    model::Request request;
    std::vector<model::Plan> plans;
    std::vector<std::pair<std::string, Error>> errors;
    std::vector<Error> problems;
    std::optional<std::size_t> width;

    Listed list() const {
        std::vector<report::Entry> entries;
        for (const model::Plan& plan : plans) {
            entries.push_back({.word = plan.word, .plan = &plan});
        }
        for (const auto& [word, error] : errors) {
            entries.push_back({.word = word, .plan = nullptr, .error = &error});
        }
        report::TextStream out;
        report::TextStream err;
        out.width = width;
        report::show_list(request, entries, problems, out, err);
        return {.out = out.text, .err = err.text};
    }
};

Shelf make_shelf() {
    Shelf shelf;
    shelf.plans = {make_test_plan("web"), make_test_plan("db")};
    shelf.plans[0].container.uptime = 5s;
    model::Container& container = shelf.plans[1].container;
    container.id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    container.name = "\u6771\u4eac";
    container.engine = "docker";
    container.name_space = "moby";
    container.status = model::Status::paused;
    container.uptime = 26h + 5min;
    shelf.plans[1].settings.signal = {.value = Signal{3}, .source = "config.v2.json"};
    shelf.plans[1].settings.grace = {.value = 90s, .source = "config.v2.json"};
    shelf.plans[1].settings.restart = {.who = "docker", .name = "always", .keep_down = ""};
    return shelf;
}

const Error closed{.code = ErrorCode::denied, .errno_value = 13, .what = "open /run/docker"};
const Error damaged{.code = ErrorCode::damaged, .errno_value = 0, .what = "read /run/runc/x/state.json: no pid"};

}  // namespace

TEST_CASE("a list is a table with everything in it, as wide as it must be") {
    const Listed listed = make_shelf().list();
    CHECK(listed.out ==
          "ID            NAME  ENGINE  NAMESPACE  STATUS   PID   UPTIME  GRACE  RESTART  SIGNAL   FROM\n"
          "c0ffee        -     runc    -          running  4242  5s      10s    -        SIGTERM  default\n"
          "0123456789ab  \u6771\u4eac  docker  moby       paused   4242  1d2h    1m30s  always   SIGQUIT  "
          "config.v2.json\n");
    CHECK(listed.err.empty());
}

TEST_CASE("on a terminal no line of a list is wider than the screen, and the id stays") {
    Shelf shelf = make_shelf();
    shelf.plans[0].container.name = std::string(300, 'w');
    shelf.plans[1].settings.signal.source = std::string(300, 's');
    for (std::size_t width = 1; width < 200; ++width) {
        CAPTURE(width);
        shelf.width = width;
        const std::string out = shelf.list().out;
        const auto lines = split_text(out, '\n');
        REQUIRE(lines.size() == 4);
        for (const std::string_view line : lines) {
            CHECK(count_columns(line) <= width);
        }
        CHECK((width < 12 || lines[2].starts_with("0123456789ab")));
    }
    shelf.width = 80;
    CHECK(shelf.list().out ==
          "ID            NAME                 ENGINE  STATUS   PID   UPTIME  GRACE  SIGNAL\n"
          "c0ffee        wwwwwwwwwwwwwwwwww\u2026  runc    running  4242  5s      10s    SIGTERM\n"
          "0123456789ab  \u6771\u4eac                 docker  paused   4242  1d2h    1m30s  SIGQUIT\n");
}

TEST_CASE("a stopped container has no pid, a created one shows its own") {
    Shelf shelf = make_shelf();
    shelf.plans.resize(1);
    shelf.plans[0].container.status = model::Status::stopped;
    shelf.plans[0].container.uptime.reset();
    CHECK(shelf.list().out.ends_with(
        "c0ffee  -     runc    -          stopped  -    -       10s    -        SIGTERM  default\n"));
}

TEST_CASE("a container of Kubernetes is named as it can be typed, and who restarts it without a policy is told") {
    Shelf shelf = make_shelf();
    model::Container& container = shelf.plans[0].container;
    container.name = "web";
    container.pod = "shop";
    container.pod_namespace = "default";
    shelf.plans[0].settings.restart = {.who = "kubelet", .name = "", .keep_down = ""};
    CHECK(shelf.list().out.find("default/shop/web  runc") != std::string::npos);
    CHECK(shelf.list().out.find("kubelet  SIGTERM") != std::string::npos);
}

TEST_CASE("no text of others reaches the table raw") {
    Shelf shelf = make_shelf();
    const std::string evil = "\x1b[2J\n\xff\xe2\x80\xae";
    shelf.plans[0].container.name = shelf.plans[0].container.name_space = evil;
    shelf.plans[0].settings.signal.source = evil;
    const std::string out = shelf.list().out;
    CHECK(split_text(out, '\n').size() == 4);
    for (const std::string_view line : split_text(out, '\n')) {
        CHECK(escape_text(line) == line);
    }
}

TEST_CASE("a quiet list is ids alone, whole") {
    Shelf shelf = make_shelf();
    shelf.request.verbosity = model::Verbosity::quiet;
    shelf.width = 20;
    CHECK(shelf.list().out == "c0ffee\n0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n");
}

TEST_CASE("what permissions hide is counted, what is damaged is told") {
    Shelf shelf = make_shelf();
    shelf.errors = {{"a", closed}, {"b", closed}, {"x", damaged}};
    shelf.problems = {closed};
    CHECK(shelf.list().err ==
          "cstop: x: read /run/runc/x/state.json: no pid\n"
          "cstop: 2 containers could not be read, no permission: run as root to see everything, with -v to see what it "
          "was\n"
          "cstop: 1 state root could not be looked into, no permission: run as root to see everything, with -v to see "
          "what it was\n");
    CHECK(split_text(shelf.list().out, '\n').size() == 4);
    shelf.request.verbosity = model::Verbosity::verbose;
    CHECK(shelf.list().err ==
          "cstop: a: open /run/docker: Permission denied\n"
          "cstop: b: open /run/docker: Permission denied\n"
          "cstop: x: read /run/runc/x/state.json: no pid\n"
          "cstop: open /run/docker: Permission denied\n");
}

TEST_CASE("ages are told in their two largest units") {
    const struct {
        Duration age;
        const char* text;
    } rows[] = {
        {0ms, "0s"},     {999ms, "0s"},
        {59s, "59s"},    {60s, "1m0s"},
        {61s, "1m1s"},   {3599s, "59m59s"},
        {3600s, "1h0m"}, {23h + 59min, "23h59m"},
        {24h, "1d0h"},   {24h * 400 + 5h, "400d5h"},
    };
    for (const auto& row : rows) {
        CHECK(report::format_age(row.age) == row.text);
    }
}

TEST_CASE("a table cuts before it leaves columns out, and leaves out by rank") {
    const std::array columns = {report::Column{.title = "A", .narrowest = 2, .rank = 0},
                                report::Column{.title = "B", .narrowest = 100, .rank = 1},
                                report::Column{.title = "C", .narrowest = 1, .rank = 2}};
    const std::array rows = {report::Row{"aaaa", "bb", "cccc"}};
    CHECK(format_table(columns, rows, std::nullopt) == "A     B   C\naaaa  bb  cccc\n");
    CHECK(format_table(columns, rows, 14) == "A     B   C\naaaa  bb  cccc\n");
    CHECK(format_table(columns, rows, 12) == "A    B   C\naa\u2026  bb  cc\u2026\n");
    CHECK(format_table(columns, rows, 9) == "A   B   C\na\u2026  bb  \u2026\n");
    CHECK(format_table(columns, rows, 8) == "A     B\naaaa  bb\n");
    CHECK(format_table(columns, rows, 4) == "A\naaaa\n");
    CHECK(format_table(columns, rows, 1) == "A\n\u2026\n");
    CHECK(format_table(columns, {}, std::nullopt) == "A  B  C\n");
}
