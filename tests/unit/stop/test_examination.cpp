#include <chrono>

#include <doctest/doctest.h>

#include "fake_system.hpp"
#include "stop/examination.hpp"
#include "stop/stop.hpp"

using namespace cstop;
using namespace cstop::test;
using namespace std::chrono_literals;
using model::Identity;
using model::Reception;

namespace {

constexpr std::uint64_t term = 1ULL << 14;
constexpr std::string_view usual = "STOPSIGNAL@init/10/KILL@all/60/KILL@init/60";

model::Plan usual_plan(const std::string& id = "a", std::string_view schedule = usual) {
    model::Plan plan = plan_for(id, schedule);
    for (auto& step : plan.schedule.steps) {
        step.signal = step.signal.value_or(sigterm);
    }
    plan.container.pid = 4711;
    plan.container.start_time = 5;
    return plan;
}

model::Evidence examine(FakeSystem& system, const model::Plan& plan) {
    auto found = stop::examine_plans(system, std::span(&plan, 1));
    REQUIRE(found.size() == 1);
    REQUIRE(found[0].has_value());
    CHECK(system.log.empty());
    CHECK(system.open_count() == 0);
    return *std::move(found[0]);
}

/// "0 SIGTERM@init pidfd 10000", ...
std::vector<std::string> lines_of(const model::Forecast& forecast) {
    std::vector<std::string> lines;
    for (const auto& step : forecast.steps) {
        lines.push_back(fmt::format("{} {}@{} {}{} {}", step.at.count(), format_signal(step.signal),
                                    model::format_aim(step.aim), step.omission.empty() ? step.way : step.omission,
                                    step.thaws ? " thaws" : "",
                                    step.wait == forever ? "forever" : std::to_string(step.wait.count())));
    }
    return lines;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("the whole schedule is foreseen for an init that acts on nothing") {
    FakeSystem system;
    system.add("a").signals = kernel::SignalSets{.caught = term};
    const auto evidence = examine(system, usual_plan());
    CHECK(lines_of(evidence.forecast) ==
          Lines{"0 SIGTERM@init pidfd 10000", "10000 SIGKILL@all cgroup.kill 60000", "70000 SIGKILL@init pidfd 60000"});
    CHECK(evidence.forecast.end == 130s);
    CHECK(evidence.identity == Identity::proven_by_start_time);
    CHECK(evidence.reception == Reception::handled);
    CHECK(evidence.has_handler);
    CHECK(evidence.warnings.empty());
}

TEST_CASE("what is foreseen is what a stop does") {
    for (const std::string_view schedule :
         {usual, std::string_view("TERM/1/HUP/2/KILL@init/3/KILL@all/4"), std::string_view("KILL@init/1/TERM@all/2")}) {
        FakeSystem system;
        auto& container = system.add("a");
        container.dies_of = {};
        container.is_frozen = true;
        const auto plan = usual_plan("a", schedule);
        const auto evidence = examine(system, plan);
        NotingAudience audience;
        const auto run = stop::run_plans(system, std::span(&plan, 1), audience);
        REQUIRE(run.outcomes[0].kind == model::Outcome::Kind::still_running);
        REQUIRE(run.outcomes[0].steps.size() == evidence.forecast.steps.size());
        for (std::size_t index = 0; index < run.outcomes[0].steps.size(); ++index) {
            const auto& done = run.outcomes[0].steps[index];
            const auto& foreseen = evidence.forecast.steps[index];
            CHECK(done.signal == foreseen.signal);
            CHECK(done.aim == foreseen.aim);
            CHECK(done.sent_at == foreseen.at);
            CHECK(done.way == foreseen.way);
        }
        CHECK(run.outcomes[0].duration == evidence.forecast.end);
    }
}

TEST_CASE("a created container has evidence and no future") {
    FakeSystem system;
    system.add("a");
    auto plan = usual_plan();
    plan.container.status = model::Status::created;
    const auto evidence = examine(system, plan);
    CHECK(evidence.identity == Identity::proven_by_start_time);
    CHECK(evidence.forecast.steps.empty());
    CHECK_FALSE(evidence.forecast.end);
    CHECK(evidence.warnings.empty());
}

TEST_CASE("of a dead init only the leftovers have a future") {
    FakeSystem system;
    auto& container = system.add("a");
    container.init_is_alive = false;
    CHECK(examine(system, usual_plan()).forecast.steps.empty());
    container.others = 3;
    const auto evidence = examine(system, usual_plan());
    CHECK(evidence.identity == Identity::ended);
    CHECK(lines_of(evidence.forecast) == Lines{"0 SIGKILL@all cgroup.kill 60000"});
    CHECK(evidence.forecast.end == 60s);
    const auto kept = examine(system, usual_plan("a", "TERM/infinity"));
    CHECK(kept.forecast.steps.empty());
    CHECK(kept.forecast.end == 0s);
    CHECK(kept.warnings == Lines{"init has ended, 3 of its processes remain, and the schedule does not kill them"});
}

TEST_CASE("nobody in a cgroup that may not be killed has a future") {
    FakeSystem system;
    auto& container = system.add("a");
    container.init_is_alive = false;
    kernel::Examination examination;
    examination.init = kernel::Examination::Init::another;
    examination.process_count = 2;
    examination.kill_all = {.signalled = 0, .way = "nobody", .reason = "cstop itself is inside"};
    container.examination = examination;
    const auto evidence = examine(system, usual_plan());
    CHECK(evidence.identity == Identity::another);
    CHECK(evidence.forecast.steps.empty());
    CHECK(evidence.warnings == Lines{"init has ended, and nobody in its cgroup is touched: cstop itself is inside"});
}

TEST_CASE("where only init can be killed that is said") {
    FakeSystem system;
    system.add("a").has_cgroup = false;
    auto plan = usual_plan("a", "TERM@all/1/KILL/2");
    plan.container.start_time = 0;
    const auto evidence = examine(system, plan);
    CHECK(evidence.identity == Identity::proven_by_cgroup);
    CHECK(lines_of(evidence.forecast) == Lines{"0 SIGTERM@all init alone 1000", "1000 SIGKILL@all init alone 2000"});
    CHECK_FALSE(evidence.awaited);
    REQUIRE(evidence.warnings.size() == 1);
    CHECK(evidence.warnings[0].starts_with("only init can be killed"));
}

TEST_CASE("the wait of a futile signal is told, and skipped where that was asked for") {
    FakeSystem system;
    auto& container = system.add("a");
    container.signals = kernel::SignalSets{};
    container.has_private_pid_namespace = true;
    auto plan = usual_plan();
    auto evidence = examine(system, plan);
    CHECK(evidence.reception == Reception::dropped);
    CHECK(evidence.warnings ==
          Lines{"init (init) has no handler for SIGTERM: the kernel will drop it; SIGKILL in 10 s; "
                "--skip-futile-grace skips the wait"});
    plan.skips_futile_grace = true;
    evidence = examine(system, plan);
    CHECK(lines_of(evidence.forecast) ==
          Lines{"0 SIGTERM@init pidfd 0", "0 SIGKILL@all cgroup.kill 60000", "60000 SIGKILL@init pidfd 60000"});
    CHECK(evidence.warnings ==
          Lines{"init (init) has no handler for SIGTERM: the kernel will drop it; SIGKILL at once"});
}

TEST_CASE("a signal that may be waited for in sigwait is not called futile") {
    FakeSystem system;
    auto& container = system.add("a");
    container.signals = kernel::SignalSets{};
    container.signals_later = kernel::SignalSets{.blocked = UINT64_MAX};
    container.has_private_pid_namespace = true;
    auto plan = usual_plan();
    plan.skips_futile_grace = true;
    const auto evidence = examine(system, plan);
    CHECK(evidence.reception == Reception::unproven);
    CHECK(evidence.forecast.steps[0].wait == 10s);
    CHECK(evidence.warnings.empty());
}

TEST_CASE("every reception has its name") {
    const auto reception_of = [](kernel::SignalSets sets, bool is_private, std::string_view schedule = usual) {
        FakeSystem system;
        auto& container = system.add("a");
        container.signals = sets;
        container.has_private_pid_namespace = is_private;
        return model::format_reception(examine(system, usual_plan("a", schedule)).reception);
    };
    CHECK(reception_of({.caught = term}, true) == "handled");
    CHECK(reception_of({.ignored = term}, false) == "ignored");
    CHECK(reception_of({.blocked = term}, true) == "blocked");
    CHECK(reception_of({}, true) == "dropped");
    CHECK(reception_of({}, false) == "effective");
    CHECK(reception_of({}, false, "WINCH/1") == "harmless");
    CHECK(reception_of({}, true, "STOP/1") == "effective");
}

TEST_CASE("what another stop has sent is not foreseen again, unless the user named it") {
    FakeSystem system;
    auto& container = system.add("a");
    container.is_locked_by_another = true;
    container.has_private_pid_namespace = true;
    container.signals = kernel::SignalSets{};
    auto plan = usual_plan();
    plan.skips_futile_grace = true;
    auto evidence = examine(system, plan);
    REQUIRE(evidence.other_stop.has_value());
    CHECK(evidence.other_stop->pid == 812);
    CHECK(lines_of(evidence.forecast)[0] == "0 SIGTERM@init another stop has sent it 10000");
    REQUIRE(evidence.warnings.size() == 1);
    CHECK(evidence.warnings[0].starts_with("another stop is under way, process 812 (cstop): its signal is not sent"));
    plan.is_explicit = true;
    plan.skips_futile_grace = false;
    evidence = examine(system, plan);
    CHECK(lines_of(evidence.forecast)[0] == "0 SIGTERM@init pidfd 10000");
}

TEST_CASE("what repeats is foreseen once, and what waits for ever has no end") {
    FakeSystem system;
    system.add("a");
    auto evidence = examine(system, usual_plan("a", "HUP/1/forever/TERM/2/KILL/3"));
    CHECK(lines_of(evidence.forecast) ==
          Lines{"0 SIGHUP@init pidfd 1000", "1000 SIGTERM@init pidfd 2000", "3000 SIGKILL@all cgroup.kill 3000"});
    CHECK(evidence.forecast.repeat_from == 1);
    CHECK_FALSE(evidence.forecast.end);
    evidence = examine(system, usual_plan("a", "HUP/1/TERM/infinity"));
    CHECK(lines_of(evidence.forecast) == Lines{"0 SIGHUP@init pidfd 1000", "1000 SIGTERM@init pidfd forever"});
    CHECK_FALSE(evidence.forecast.end);
}

TEST_CASE("a paused container is thawed by the first signal only") {
    FakeSystem system;
    system.add("a").is_frozen = true;
    const auto evidence = examine(system, usual_plan());
    CHECK(evidence.forecast.steps[0].thaws);
    CHECK_FALSE(evidence.forecast.steps[1].thaws);
    CHECK(evidence.warnings == Lines{"paused: the stop thaws it, after the signal"});
}

TEST_CASE("a stopped init, a tracer, a frozen ancestor and neighbours that outlive init are warned of") {
    FakeSystem system;
    auto& container = system.add("a");
    kernel::Examination examination;
    examination.init = kernel::Examination::Init::alive;
    examination.state = 'T';
    examination.tracer = "gdb (pid 9)";
    examination.frozen_by = "/sys/fs/cgroup/freezer/above";
    examination.process_count = 2;
    examination.kill_all.way = "cgroup.kill";
    container.examination = examination;
    const auto warnings = examine(system, usual_plan()).warnings;
    REQUIRE(warnings.size() == 4);
    CHECK(warnings[0].starts_with("frozen by /sys/fs/cgroup/freezer/above"));
    CHECK(warnings[1].starts_with("init has no pid namespace of its own: the others outlive it, and get SIGKILL"));
    CHECK(warnings[2].starts_with("init is stopped"));
    CHECK(warnings[3].starts_with("init is traced by gdb (pid 9)"));
}

TEST_CASE("who cannot be opened has the error of its stop, and keeps nobody from being examined") {
    FakeSystem system;
    system.add("a").open_error = Error{.code = ErrorCode::denied, .errno_value = 0, .what = "no"};
    system.add("b");
    system.most_open = 1;
    const std::vector plans{usual_plan("a"), usual_plan("b"), usual_plan("b")};
    const auto found = stop::examine_plans(system, plans);
    REQUIRE(found.size() == 3);
    CHECK(found[0].error().code == ErrorCode::denied);
    CHECK(found[1].has_value());
    CHECK(found[2].has_value());
}
