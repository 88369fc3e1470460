#include <chrono>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/json.hpp"
#include "plans.hpp"
#include "report/json.hpp"

using namespace cstop;
using namespace std::chrono_literals;

namespace {

/// Read back with our own strict reader.
Json read_back(const std::string& line) {
    REQUIRE(line.ends_with("}\n"));
    const std::string_view object = std::string_view(line).substr(0, line.size() - 1);
    for (const char byte : object) {
        REQUIRE(byte >= ' ');
        REQUIRE(byte < '\x7f');
    }
    auto json = read_json(object);
    if (!json) {
        FAIL(json.error().what);
    }
    return *std::move(json);
}

const std::vector<std::string> keys = {
    "version",     "word",      "id",        "name",     "engine",        "namespace",  "pod",
    "pid",         "status",    "uptime_ms", "signal",   "signal_source", "timeout_ms", "timeout_source",
    "schedule",    "restart",   "steps",     "outcome",  "exit",          "escalated",  "leftovers",
    "duration_ms", "survivors", "evidence",  "warnings", "error",         "advice"};

std::vector<std::string> keys_of(const Json& json) {
    std::vector<std::string> found;
    for (const auto& [key, value] : json.members()) {
        found.push_back(key);
    }
    return found;
}

}  // namespace

TEST_CASE("a stopped container is told in full") {
    const model::Plan plan = make_test_plan("web");
    const report::Entry entry{.word = "web", .plan = &plan};
    const model::Outcome outcome = make_test_outcome();
    CHECK(report::format_json(model::Request{}, entry, &outcome) ==
          R"({"version":1,"word":"web","id":"c0ffee","name":null,"engine":"runc","namespace":null,"pod":null,)"
          R"("pid":4242,"status":"running","uptime_ms":null,)"
          R"("signal":"SIGTERM","signal_source":"default","timeout_ms":10000,"timeout_source":"default",)"
          R"("schedule":"SIGTERM@init/10s/SIGKILL@all/60s","restart":null,)"
          R"("steps":[{"signal":"SIGTERM","target":"init","sent_at_ms":0,"result":"sent","way":"pidfd"}],)"
          R"("outcome":"stopped",)"
          R"("exit":{"code":3},"escalated":false,"leftovers":0,"duration_ms":12,"survivors":[],)"
          R"("evidence":null,"warnings":[],)"
          R"("error":null,"advice":null})"
          "\n");
}

TEST_CASE("every object has the same keys in the same order") {
    const model::Plan plan = make_test_plan("web");
    const model::Outcome outcome = make_test_outcome();
    const Error error{.code = ErrorCode::denied, .errno_value = 13, .what = "open x"};
    const report::Entry planned{.word = "web", .plan = &plan};
    const report::Entry refused{.word = "web", .plan = nullptr, .error = &error};
    CHECK(keys_of(read_back(report::format_json({}, planned, &outcome))) == keys);
    CHECK(keys_of(read_back(report::format_json({}, planned, nullptr))) == keys);
    CHECK(keys_of(read_back(report::format_json({}, refused, nullptr))) == keys);
}

TEST_CASE("an entry without a plan has its word as the name, and its error") {
    Error error{.code = ErrorCode::not_found, .errno_value = 0, .what = "no such container"};
    const report::Entry entry{.word = "web", .plan = nullptr, .error = &error};
    Json json = read_back(report::format_json({}, entry, nullptr));
    CHECK(json["id"].is_null());
    CHECK(json["name"].text() == "web");
    CHECK(json["outcome"].text() == "not_found");
    CHECK(json["error"].text() == "no such container");
    CHECK(json["advice"].is_null());
    error.advice = "did you mean 'wbe'?";
    json = read_back(report::format_json({}, entry, nullptr));
    CHECK(json["error"].text() == "no such container");
    CHECK(json["advice"].text() == "did you mean 'wbe'?");
    CHECK(json["schedule"].is_null());
    error = Error{.code = ErrorCode::denied, .errno_value = 13, .what = "open /run/runc/web/state.json"};
    json = read_back(report::format_json({}, entry, nullptr));
    CHECK(json["outcome"].text() == "failed");
    CHECK(json["error"].text() == "open /run/runc/web/state.json: Permission denied");
    error.code = ErrorCode::ambiguous;
    CHECK(read_back(report::format_json({}, entry, nullptr))["outcome"].text() == "failed");
}

TEST_CASE("a plan that was not carried out has no outcome") {
    const model::Plan plan = make_test_plan("web");
    const Json json = read_back(report::format_json({}, {.word = "web", .plan = &plan}, nullptr));
    CHECK(json["id"].text() == "c0ffee");
    CHECK(json["outcome"].is_null());
    CHECK(json["duration_ms"].is_null());
    CHECK(json["exit"].is_null());
    CHECK(json["steps"].elements().empty());
}

TEST_CASE("timeout_ms is null where there is no such number") {
    model::Plan plan = make_test_plan("web");
    const report::Entry entry{.word = "web", .plan = &plan};
    model::Request request;
    request.schedule = plan.schedule;
    CHECK(read_back(report::format_json(request, entry, nullptr))["timeout_ms"].is_null());
    plan.settings.grace.value = forever;
    CHECK(read_back(report::format_json({}, entry, nullptr))["timeout_ms"].is_null());
    plan.settings.grace.value = 0s;
    CHECK(read_back(report::format_json({}, entry, nullptr))["timeout_ms"].natural() == 0);
}

TEST_CASE("how init ended is a code or a signal") {
    const model::Plan plan = make_test_plan("web");
    const report::Entry entry{.word = "web", .plan = &plan};
    model::Outcome outcome = make_test_outcome();
    outcome.exit = model::Exit{.by_signal = true, .value = 9};
    const Json killed = read_back(report::format_json({}, entry, &outcome));
    CHECK(killed["exit"]["signal"].text() == "SIGKILL");
    CHECK(killed["exit"].members().size() == 1);
    outcome.exit.reset();
    CHECK(read_back(report::format_json({}, entry, &outcome))["exit"].is_null());
}

TEST_CASE("who restarts it, its pod and its age are told where they are known") {
    model::Plan plan = make_test_plan("web");
    plan.container.pod = "shop";
    plan.container.pod_namespace = "default";
    plan.container.uptime = 1500ms;
    plan.settings.restart = {.who = "kubelet", .name = "", .keep_down = "kubectl delete pod"};
    const Json json = read_back(report::format_json({}, {.word = "web", .plan = &plan}, nullptr));
    CHECK(json["pod"].text() == "default/shop");
    CHECK(json["uptime_ms"].natural() == 1500);
    CHECK(json["restart"]["who"].text() == "kubelet");
    CHECK(json["restart"]["policy"].is_null());
    CHECK(json["restart"]["keep_down"].text() == "kubectl delete pod");
}

TEST_CASE("warnings of plan and stop are told once each, survivors in full") {
    model::Plan plan = make_test_plan("web");
    plan.warnings = {"one"};
    model::Outcome outcome = make_test_outcome();
    outcome.kind = model::Outcome::Kind::still_running;
    outcome.warnings = {"one", "two"};
    outcome.survivors = {
        {.pid = 812, .command = "sleep", .state = 'D', .wchan = "io_schedule", .cause = "", .since_kill = 1500ms},
        {.pid = 813, .command = "away", .state = 'S', .wchan = "", .cause = "left alone"}};
    const Json json = read_back(report::format_json({}, {.word = "web", .plan = &plan}, &outcome));
    CHECK(json["outcome"].text() == "still_running");
    REQUIRE(json["warnings"].elements().size() == 2);
    CHECK(json["warnings"].elements()[1].text() == "two");
    REQUIRE(json["survivors"].elements().size() == 2);
    const Json& survivor = json["survivors"].elements()[0];
    CHECK(survivor["pid"].natural() == 812);
    CHECK(survivor["command"].text() == "sleep");
    CHECK(survivor["state"].text() == "D");
    CHECK(survivor["wchan"].text() == "io_schedule");
    CHECK(survivor["cause"].is_null());
    CHECK(survivor["since_kill_ms"].natural() == 1500);
    CHECK(json["survivors"].elements()[1]["since_kill_ms"].is_null());
}

TEST_CASE("any bytes in any text make valid JSON of plain ASCII") {
    std::vector<std::string> texts = {std::string("\0x", 2),
                                      "\xff\xfe",
                                      "\xc3",
                                      "\xed\xa0\x80",
                                      "\x1b[2J\n\t\x7f\"\\",
                                      "\xc2\x9b"
                                      "31m",
                                      "\xe2\x80\xae",
                                      "\xf0\x9f\x90\xb3"};
    for (int byte = 1; byte < 256; ++byte) {
        texts.emplace_back(1, static_cast<char>(byte));
    }
    for (const std::string& text : texts) {
        CAPTURE(text);
        model::Plan plan = make_test_plan(text);
        plan.container.name = text;
        plan.container.engine = text;
        plan.container.name_space = text;
        plan.settings.signal.source = text;
        plan.warnings = {text};
        model::Outcome outcome = make_test_outcome();
        outcome.steps[0].result = text;
        outcome.error = Error{.code = ErrorCode::system, .errno_value = 0, .what = text};
        outcome.survivors = {{.pid = 2, .command = text, .state = text[0], .wchan = text, .cause = text}};
        // Our reader refuses NUL inside a string, which is right for what it reads.
        const std::string line = report::format_json({}, {.word = text, .plan = &plan}, &outcome);
        if (text.find('\0') == std::string::npos) {
            CHECK(read_back(line)["outcome"].text() == "stopped");
        } else {
            CHECK(line.find("\\u0000x") != std::string::npos);
        }
    }
}
