// Many containers in one call.

#include <cerrno>

#include <doctest/doctest.h>

#include "fake_system.hpp"
#include "stop/stop.hpp"

using namespace cstop;
using namespace cstop::test;
using namespace std::chrono_literals;
using model::Outcome;

namespace {

std::vector<model::Plan> plans_for(std::initializer_list<std::string> ids, std::string_view schedule) {
    std::vector<model::Plan> plans;
    for (const auto& id : ids) {
        plans.push_back(plan_for(id, schedule));
    }
    return plans;
}

}  // namespace

TEST_CASE("all containers are stopped at the same time") {
    FakeSystem system;
    system.add("a").dies_of[15] = 5ms;
    system.add("b");
    system.add("c").dies_of[15] = 1ms;
    const auto plans = plans_for({"a", "b", "c"}, "TERM/10/KILL@all/60/KILL@init/60");
    NotingAudience audience;
    const auto run = stop::run_plans(system, plans, audience);
    CHECK(system.elapsed() == 10s);
    CHECK(run.outcomes[0].duration == 5ms);
    CHECK(run.outcomes[1].escalated);
    CHECK(run.outcomes[2].duration == 1ms);
    CHECK(system.log ==
          std::vector<std::string>{"0 send SIGTERM a", "0 send SIGTERM b", "0 send SIGTERM c", "10000 kill all b"});
}

TEST_CASE("one bad container never keeps the others from being stopped") {
    FakeSystem system;
    system.add("a").open_error = error_from_errno(EPERM, "open");
    system.add("b").dies_of[15] = 1ms;
    const auto plans = plans_for({"a", "b"}, "TERM/10/KILL@all/60");
    NotingAudience audience;
    const auto run = stop::run_plans(system, plans, audience);
    CHECK(run.outcomes[0].kind == Outcome::Kind::failed);
    CHECK(run.outcomes[1].kind == Outcome::Kind::stopped);
}

TEST_CASE("an interruption ends every wait, also of those that have not begun") {
    FakeSystem system;
    system.add("a");
    system.add("b");
    auto plans = plans_for({"a", "b"}, "TERM/10/KILL@all/60");
    plans[1].after = {0};
    system.interrupt_at(1s, sighup);
    NotingAudience audience;
    const auto run = stop::run_plans(system, plans, audience);
    CHECK(run.outcomes[0].kind == Outcome::Kind::interrupted);
    CHECK(run.outcomes[1].kind == Outcome::Kind::interrupted);
    CHECK(run.outcomes[1].steps.empty());
    CHECK(run.interrupted_by == sighup);
}

TEST_CASE("with too few descriptors the containers are stopped in batches") {
    FakeSystem system;
    std::vector<model::Plan> plans;
    for (const std::string id : {"a", "b", "c", "d", "e"}) {
        system.add(id).dies_of[15] = 2ms;
        plans.push_back(plan_for(id, "TERM/10/KILL@all/60"));
    }
    system.most_open = 2;
    NotingAudience audience;
    const auto run = stop::run_plans(system, plans, audience);
    for (const auto& outcome : run.outcomes) {
        CHECK(outcome.kind == Outcome::Kind::stopped);
    }
    CHECK(system.elapsed() == 6ms);
}

TEST_CASE("without a single descriptor it fails, and does not wait for one") {
    FakeSystem system;
    system.add("a");
    system.most_open = 0;
    const auto plans = plans_for({"a"}, "TERM/10/KILL@all/60");
    NotingAudience audience;
    const auto run = stop::run_plans(system, plans, audience);
    CHECK(run.outcomes[0].kind == Outcome::Kind::failed);
    CHECK(run.outcomes[0].error->errno_value == EMFILE);
}

TEST_CASE("a sandbox is stopped after the containers of its pod") {
    FakeSystem system;
    system.add("sandbox").dies_of[15] = 1ms;
    system.add("a").dies_of[15] = 5ms;
    system.add("b").dies_of[15] = 9ms;
    auto plans = plans_for({"sandbox", "a", "b"}, "TERM/10/KILL@all/60");
    plans[0].after = {1, 2};
    NotingAudience audience;
    stop::run_plans(system, plans, audience);
    CHECK(system.log == std::vector<std::string>{"0 send SIGTERM a", "0 send SIGTERM b", "9 send SIGTERM sandbox"});
    CHECK(system.is_opening_finished);
    CHECK(system.elapsed() == 10ms);
}

TEST_CASE("when waiting itself fails, every container gets that error") {
    FakeSystem system;
    system.add("a");
    system.add("b");
    system.wait_error = error_from_errno(EBADF, "epoll_wait");
    const auto plans = plans_for({"a", "b"}, "TERM/10/KILL@all/60");
    NotingAudience audience;
    const auto run = stop::run_plans(system, plans, audience);
    CHECK(format_error(*run.outcomes[1].error) == "wait for the container: epoll_wait: Bad file descriptor");
    CHECK(audience.outcomes[0] == 1);
    CHECK(audience.outcomes[1] == 1);
}

TEST_CASE("no plans, no waiting") {
    FakeSystem system;
    NotingAudience audience;
    CHECK(stop::run_plans(system, {}, audience).outcomes.empty());
    CHECK(system.waits == 0);
}

TEST_CASE("a hundred obedient containers cost one wait each at most") {
    FakeSystem system;
    std::vector<model::Plan> plans;
    for (int number = 0; number < 100; ++number) {
        const auto id = fmt::format("c{}", number);
        system.add(id).dies_of[15] = milliseconds(number);
        plans.push_back(plan_for(id, "TERM/10/KILL@all/60"));
    }
    NotingAudience audience;
    stop::run_plans(system, plans, audience);
    CHECK(system.waits <= 100);
}
