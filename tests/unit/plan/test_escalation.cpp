#include <doctest/doctest.h>

#include "plan/escalation.hpp"

using namespace cstop;
using namespace std::chrono_literals;

namespace {

model::StopSettings settings_of(Signal signal, Duration grace) {
    model::StopSettings settings;
    settings.signal = {.value = signal, .source = "test"};
    settings.grace = {.value = grace, .source = "test"};
    return settings;
}

std::string schedule_of(const model::Request& request, Signal signal, Duration grace) {
    return model::format_schedule(plan::make_plan(request, "web", {}, settings_of(signal, grace)).schedule);
}

}  // namespace

TEST_CASE("the default escalation is the original's") {
    CHECK(schedule_of({}, sigterm, 10s) == "SIGTERM@init/10s/SIGKILL@all/60s/SIGKILL@init/60s");
    CHECK(schedule_of({}, Signal{37}, 500ms) == "SIGRTMIN+3@init/500ms/SIGKILL@all/60s/SIGKILL@init/60s");
}

TEST_CASE("a grace of zero sends no stop signal") {
    CHECK(schedule_of({}, sigterm, 0s) == "SIGKILL@all/60s/SIGKILL@init/60s");
}

TEST_CASE("a grace without end has no SIGKILL at all") {
    CHECK(schedule_of({}, sigterm, forever) == "SIGTERM@init/infinity");
}

TEST_CASE("a kill timeout without end leaves out the step that would never come") {
    model::Request request;
    request.kill_timeout = forever;
    CHECK(schedule_of(request, sigterm, 10s) == "SIGTERM@init/10s/SIGKILL@all/infinity");
}

TEST_CASE("a schedule of the user's own replaces everything, and STOPSIGNAL in it is the container's own signal") {
    model::Request request;
    request.schedule = *model::parse_schedule("HUP/5/STOPSIGNAL/20/forever/KILL/1");
    const auto plan = plan::make_plan(request, "web", {}, settings_of(Signal{3}, 10s));
    CHECK(model::format_schedule(plan.schedule) == "SIGHUP@init/5s/SIGQUIT@init/20s/forever/SIGKILL@all/1s");
    CHECK(plan.is_explicit);
}

TEST_CASE("a signal that the user names is explicit, a configured one is not") {
    model::Request request;
    CHECK_FALSE(plan::make_plan(request, "web", {}, settings_of(sigterm, 10s)).is_explicit);
    request.signal = sigterm;
    CHECK(plan::make_plan(request, "web", {}, settings_of(sigterm, 10s)).is_explicit);
}

TEST_CASE("the warnings of the container and of its settings travel with the plan") {
    model::Container container;
    container.warnings = {"odd state"};
    auto settings = settings_of(sigterm, 10s);
    settings.warnings = {"odd signal"};
    const auto plan = plan::make_plan({}, "web", container, settings);
    CHECK(plan.warnings == std::vector<std::string>{"odd state", "odd signal"});
    CHECK(plan.word == "web");
}

TEST_CASE("whoever may start it again is told before the stop") {
    auto settings = settings_of(sigterm, 10s);
    settings.restart = {.who = "docker", .name = "always", .keep_down = "docker update --restart=no web"};
    CHECK(plan::make_plan({}, "web", {}, settings).warnings ==
          std::vector<std::string>{
              "docker may start it again (restart policy always); to keep it down: docker update --restart=no web"});
    settings.restart = {.who = "kubelet", .name = "", .keep_down = ""};
    CHECK(plan::make_plan({}, "web", {}, settings).warnings == std::vector<std::string>{"kubelet may start it again"});
}
