// One container at a time, through the whole of run_plans: every step x what may become of it.

#include <algorithm>
#include <cerrno>

#include <doctest/doctest.h>

#include "fake_system.hpp"
#include "stop/stop.hpp"

using namespace cstop;
using namespace cstop::test;
using namespace std::chrono_literals;
using model::Outcome;
using Lines = std::vector<std::string>;

namespace {

constexpr std::string_view escalation = "TERM@init/10/KILL@all/60/KILL@init/60";

struct Stopped {
    Outcome outcome;
    Lines log;
    Lines notes;
    milliseconds elapsed{};
    std::size_t waits = 0;
    std::optional<Signal> interrupted_by;
};

Stopped stop_one(FakeSystem& system, const model::Plan& plan) {
    NotingAudience audience;
    auto run = stop::run_plans(system, std::span(&plan, 1), audience);
    REQUIRE(run.outcomes.size() == 1);
    CHECK(audience.outcomes[0] == 1);
    CHECK(system.open_count() == 0);
    return {.outcome = std::move(run.outcomes[0]),
            .log = system.log,
            .notes = audience.notes,
            .elapsed = system.elapsed(),
            .waits = system.waits,
            .interrupted_by = run.interrupted_by};
}

Stopped stop_one(FakeSystem& system, std::string_view schedule = escalation) {
    return stop_one(system, plan_for("a", schedule));
}

bool has_note(const Stopped& stopped, std::string_view part) {
    return std::ranges::any_of(stopped.notes, [&](const std::string& note) { return note.contains(part); });
}

}  // namespace

TEST_CASE("an obedient init gets the stop signal and nothing else") {
    FakeSystem system;
    auto& it = system.add("a");
    it.dies_of[15] = 3ms;
    it.exit = {.by_signal = false, .value = 3};
    const auto stopped = stop_one(system);
    CHECK(stopped.outcome.kind == Outcome::Kind::stopped);
    CHECK(stopped.outcome.exit == model::Exit{.by_signal = false, .value = 3});
    CHECK(stopped.outcome.duration == 3ms);
    CHECK_FALSE(stopped.outcome.escalated);
    CHECK(stopped.log == Lines{"0 send SIGTERM a"});
    CHECK(stopped.waits == 1);
}

TEST_CASE("an init that ignores the stop signal gets SIGKILL when the grace is over, and not before") {
    FakeSystem system;
    system.add("a");
    const auto stopped = stop_one(system);
    CHECK(stopped.outcome.kind == Outcome::Kind::stopped);
    CHECK(stopped.outcome.escalated);
    CHECK(stopped.outcome.exit == model::Exit{.by_signal = true, .value = 9});
    CHECK(stopped.log == Lines{"0 send SIGTERM a", "10000 kill all a"});
    CHECK(stopped.notes ==
          Lines{"0: SIGTERM@init sent", "0: SIGTERM failed in 10s", "0: SIGKILL@all sent", "0: stopped"});
}

TEST_CASE("a quiet grace is one wait") {
    FakeSystem system;
    system.add("a");
    CHECK(stop_one(system).waits == 2);  // the grace, and the death
}

TEST_CASE("an init that was moved out of its cgroup gets SIGKILL of its own") {
    FakeSystem system;
    system.add("a").init_is_in_cgroup = false;
    const auto stopped = stop_one(system, "TERM/1/KILL@all/2/KILL@init/2");
    CHECK(stopped.outcome.kind == Outcome::Kind::stopped);
    CHECK(stopped.log.back() == "3000 send SIGKILL a");
}

TEST_CASE("a container that survives everything is said to be running, with who is left, in bounded time") {
    FakeSystem system;
    system.add("a").dies_of.clear();
    const auto stopped = stop_one(system, "TERM/1/KILL@all/2/KILL@init/2");
    CHECK(stopped.outcome.kind == Outcome::Kind::still_running);
    REQUIRE(stopped.outcome.survivors.size() == 1);
    CHECK(stopped.outcome.survivors[0].cause == "uninterruptible sleep");
    CHECK(stopped.outcome.survivors[0].since_kill == 4s);
    CHECK(stopped.elapsed == 5s);
}

TEST_CASE("a container that is not running is left alone") {
    FakeSystem system;
    system.add("a").init_is_alive = false;
    const auto stopped = stop_one(system);
    CHECK(stopped.outcome.kind == Outcome::Kind::not_running);
    CHECK(stopped.log.empty());
    CHECK(stopped.waits == 0);
}

TEST_CASE("a created container is not even opened") {
    FakeSystem system;
    system.add("a").open_error = Error{.code = ErrorCode::system, .errno_value = EIO, .what = "never"};
    auto plan = plan_for("a", escalation);
    plan.container.status = model::Status::created;
    CHECK(stop_one(system, plan).outcome.kind == Outcome::Kind::not_running);
    CHECK(system.log.empty());
}

TEST_CASE("init vanishes between opening and the signal") {
    FakeSystem system;
    auto& it = system.add("a");
    it.send_errors[15] = error_from_errno(ESRCH, "pidfd_send_signal");
    it.leaves_after = 0ms;
    const auto stopped = stop_one(system);
    CHECK(stopped.outcome.kind == Outcome::Kind::stopped);
    CHECK(stopped.outcome.steps.at(0).result == "gone");
}

TEST_CASE("init ends by itself during the grace") {
    FakeSystem system;
    system.add("a").leaves_after = 4s;
    const auto stopped = stop_one(system);
    CHECK(stopped.outcome.kind == Outcome::Kind::stopped);
    CHECK(stopped.elapsed == 4s);
    CHECK_FALSE(stopped.outcome.escalated);
}

TEST_CASE("an end that comes with the deadline is no escalation") {
    FakeSystem system;
    auto& it = system.add("a");
    system.at(10s, [&it] { it.init_is_alive = false; });  // dead, but the event is late
    const auto stopped = stop_one(system);
    CHECK(stopped.outcome.kind == Outcome::Kind::stopped);
    CHECK_FALSE(stopped.outcome.escalated);
    CHECK(stopped.log == Lines{"0 send SIGTERM a"});
}

TEST_CASE("without permission the stop fails at once and nothing is escalated") {
    FakeSystem system;
    system.add("a").send_errors[15] = error_from_errno(EPERM, "send SIGTERM to init");
    const auto stopped = stop_one(system);
    CHECK(stopped.outcome.kind == Outcome::Kind::failed);
    CHECK(format_error(*stopped.outcome.error) == "send SIGTERM to init: Operation not permitted");
    CHECK(stopped.elapsed == 0s);
    CHECK(stopped.log == Lines{"0 send SIGTERM a"});
}

TEST_CASE("a security module's denial is told at once, and SIGKILL still waits for the end of the grace") {
    FakeSystem system;
    system.add("a").send_errors[15] = error_from_errno(EACCES, "send SIGTERM to init");
    const auto stopped = stop_one(system);
    CHECK(stopped.outcome.kind == Outcome::Kind::stopped);
    CHECK(has_note(stopped, "warning: SIGTERM was denied by a security module"));
    CHECK(stopped.log == Lines{"0 send SIGTERM a", "10000 kill all a"});
}

TEST_CASE("where identity cannot be proven nothing is signalled") {
    FakeSystem system;
    system.add("a").open_error = error_from_errno(ENOSYS, "pidfd_open");
    const auto stopped = stop_one(system);
    CHECK(stopped.outcome.kind == Outcome::Kind::failed);
    CHECK(stopped.log.empty());
}

TEST_CASE("when the kernel cannot send through a pidfd the stop fails and says so") {
    FakeSystem system;
    system.add("a").send_errors[15] = error_from_errno(ENOSYS, "pidfd_send_signal");
    const auto stopped = stop_one(system);
    CHECK(stopped.outcome.kind == Outcome::Kind::failed);
    CHECK(stopped.outcome.error->code == ErrorCode::unsupported);
}

TEST_CASE("SIGKILL that cannot reach the cgroup goes to init without another wait") {
    FakeSystem system;
    system.add("a").kill_all_error = error_from_errno(EACCES, "open cgroup.kill");
    const auto stopped = stop_one(system);
    CHECK(stopped.outcome.kind == Outcome::Kind::stopped);
    CHECK(stopped.log == Lines{"0 send SIGTERM a", "10000 kill all a", "10000 send SIGKILL a"});
}

TEST_CASE("when no SIGKILL could be sent at all, it failed; it is not called a survivor") {
    FakeSystem system;
    auto& it = system.add("a");
    it.kill_all_error = error_from_errno(EPERM, "kill the cgroup");
    it.send_errors[9] = error_from_errno(EPERM, "send SIGKILL to init");
    const auto stopped = stop_one(system);
    CHECK(stopped.outcome.kind == Outcome::Kind::failed);
    CHECK(stopped.outcome.error->what == "kill the cgroup");
}

TEST_CASE("killing everybody is tried once, also when it turns out that init is gone") {
    FakeSystem system;
    auto& it = system.add("a");
    it.kill_all_error = error_from_errno(ESRCH, "kill the cgroup");
    it.others = 1;
    system.at(1s, [&it] { it.init_is_alive = false; });  // the event is lost
    const auto stopped = stop_one(system, "TERM/2/KILL@all/2");
    CHECK(stopped.log == Lines{"0 send SIGTERM a", "2000 kill all a"});
    CHECK(stopped.elapsed == 4s);
}

TEST_CASE("a container without a cgroup of its own: init alone, and the reason is said") {
    FakeSystem system;
    system.add("a").has_cgroup = false;
    const auto stopped = stop_one(system);
    CHECK(stopped.outcome.kind == Outcome::Kind::stopped);
    CHECK(has_note(stopped, "warning: only init was killed: it has no cgroup of its own"));
}

TEST_CASE("a grace of zero sends no stop signal, and is no escalation") {
    FakeSystem system;
    system.add("a");
    const auto stopped = stop_one(system, "KILL@all/60/KILL@init/60");
    CHECK(stopped.outcome.kind == Outcome::Kind::stopped);
    CHECK_FALSE(stopped.outcome.escalated);
    CHECK(stopped.log == Lines{"0 kill all a"});
}

TEST_CASE("a grace without end never kills") {
    FakeSystem system;
    system.add("a").leaves_after = 24h;
    const auto stopped = stop_one(system, "TERM/infinity");
    CHECK(stopped.outcome.kind == Outcome::Kind::stopped);
    CHECK(stopped.elapsed == 24h);
    CHECK(stopped.log == Lines{"0 send SIGTERM a"});
    CHECK(stopped.waits == 1);
}

TEST_CASE("processes that outlive init are killed as soon as it is dead, and counted") {
    FakeSystem system;
    auto& it = system.add("a");
    it.dies_of[15] = 5ms;
    it.others = 2;
    const auto stopped = stop_one(system);
    CHECK(stopped.outcome.kind == Outcome::Kind::stopped);
    CHECK(stopped.outcome.leftovers == 2);
    CHECK_FALSE(stopped.outcome.escalated);
    CHECK(stopped.elapsed == 6ms);
    CHECK(stopped.log == Lines{"0 send SIGTERM a", "5 kill all a"});
}

TEST_CASE("init was dead before cstop came, and its processes are not") {
    FakeSystem system;
    auto& it = system.add("a");
    it.init_is_alive = false;
    it.others = 3;
    const auto stopped = stop_one(system);
    CHECK(stopped.outcome.kind == Outcome::Kind::stopped);
    CHECK(stopped.outcome.leftovers == 3);
    CHECK(stopped.log == Lines{"0 kill all a"});
}

TEST_CASE("processes that die with init in the kill step are no leftovers") {
    FakeSystem system;
    system.add("a").others = 2;
    const auto stopped = stop_one(system);
    CHECK(stopped.outcome.kind == Outcome::Kind::stopped);
    CHECK(stopped.outcome.leftovers == 0);
    CHECK(stopped.log == Lines{"0 send SIGTERM a", "10000 kill all a"});
}

TEST_CASE("who escaped from a container that is gone is told at once, and got no SIGKILL") {
    FakeSystem system;
    auto& it = system.add("a");
    it.dies_of[15] = 5ms;
    it.others = 2;
    it.escapees = 1;
    const auto stopped = stop_one(system, "TERM/10/KILL@all/2/KILL@init/2");
    CHECK(stopped.outcome.kind == Outcome::Kind::still_running);
    CHECK(stopped.outcome.leftovers == 2);
    REQUIRE(stopped.outcome.survivors.size() == 1);
    CHECK(stopped.outcome.survivors[0].cause == "escaped");
    CHECK_FALSE(stopped.outcome.survivors[0].since_kill);
    CHECK(stopped.elapsed < 1s);
}

TEST_CASE("leftovers that do not die are survivors") {
    FakeSystem system;
    auto& it = system.add("a");
    it.dies_of[15] = 5ms;
    it.others = 2;
    it.others_die = false;
    const auto stopped = stop_one(system, "TERM/10/KILL@all/2/KILL@init/2");
    CHECK(stopped.outcome.kind == Outcome::Kind::still_running);
    CHECK(stopped.elapsed == 2005ms);  // KILL@init has nobody to aim at
}

TEST_CASE("a grace without end kills no leftovers: it waits for them") {
    FakeSystem system;
    auto& it = system.add("a");
    it.dies_of[15] = 5ms;
    it.others = 2;
    system.at(7s, [&] {
        it.others = 0;
        system.tell(0, kernel::Event::Kind::cgroup_changed);
    });
    const auto stopped = stop_one(system, "TERM/infinity");
    CHECK(stopped.outcome.kind == Outcome::Kind::stopped);
    CHECK(stopped.elapsed == 7s);
    CHECK(stopped.log == Lines{"0 send SIGTERM a"});
    CHECK(has_note(stopped, "the schedule does not kill them"));
}

TEST_CASE("leftovers from the start, and a schedule that never kills: they are told, not killed") {
    FakeSystem system;
    auto& it = system.add("a");
    it.init_is_alive = false;
    it.others = 2;
    const auto stopped = stop_one(system, "TERM/infinity");
    CHECK(stopped.outcome.kind == Outcome::Kind::still_running);
    CHECK(stopped.log.empty());
}

TEST_CASE("a paused container gets the signal first and is thawed then") {
    FakeSystem system;
    auto& it = system.add("a");
    it.is_frozen = true;
    it.dies_of[15] = 1ms;
    it.exit = {.by_signal = false, .value = 3};
    const auto stopped = stop_one(system);
    CHECK(stopped.log == Lines{"0 send SIGTERM a", "0 thaw a"});
    CHECK(stopped.outcome.exit == model::Exit{.by_signal = false, .value = 3});
}

TEST_CASE("a paused container that may not be signalled stays paused") {
    FakeSystem system;
    auto& it = system.add("a");
    it.is_frozen = true;
    it.send_errors[15] = error_from_errno(EPERM, "send");
    CHECK(stop_one(system).log == Lines{"0 send SIGTERM a"});
    CHECK(it.is_frozen);
}

TEST_CASE("a container that was paused during the grace is thawed for SIGKILL to init") {
    FakeSystem system;
    auto& it = system.add("a");
    system.at(500ms, [&it] { it.is_frozen = true; });
    const auto stopped = stop_one(system, "TERM/1/KILL@init/2");
    CHECK(stopped.log == Lines{"0 send SIGTERM a", "1000 send SIGKILL a", "1000 thaw a"});
    CHECK(stopped.outcome.kind == Outcome::Kind::stopped);
}

TEST_CASE("an init that job control stopped is continued after the signal") {
    FakeSystem system;
    auto& it = system.add("a");
    it.is_job_stopped = true;
    it.dies_of[15] = 1ms;
    CHECK(stop_one(system).log == Lines{"0 send SIGTERM a", "0 continue a"});
}

TEST_CASE("SIGSTOP as a signal is not undone") {
    FakeSystem system;
    system.add("a").is_job_stopped = true;
    CHECK(stop_one(system, "STOP/1/KILL@all/2").log == Lines{"0 send SIGSTOP a", "1000 kill all a"});
}

TEST_CASE("another stop is under way: the configured signal is not sent again, and the own deadline counts") {
    FakeSystem system;
    system.add("a").is_locked_by_another = true;
    const auto stopped = stop_one(system, "TERM/1/KILL@all/60");
    CHECK(stopped.outcome.kind == Outcome::Kind::stopped);
    CHECK(stopped.outcome.steps.at(0).result == "not sent: another stop is under way");
    CHECK(stopped.log == Lines{"1000 kill all a"});
}

TEST_CASE("what the user names is sent even when another stop is under way") {
    FakeSystem system;
    auto& it = system.add("a");
    it.is_locked_by_another = true;
    it.dies_of[1] = 1ms;
    auto plan = plan_for("a", "HUP/1/KILL@all/60");
    plan.is_explicit = true;
    CHECK(stop_one(system, plan).log == Lines{"0 send SIGHUP a"});
}

TEST_CASE("an interruption ends the wait, escalates nothing, and keeps what was already done") {
    FakeSystem system;
    system.add("a");
    system.interrupt_at(3s, sigint);
    const auto stopped = stop_one(system);
    CHECK(stopped.outcome.kind == Outcome::Kind::interrupted);
    CHECK(stopped.interrupted_by == sigint);
    CHECK(stopped.elapsed == 3s);
    CHECK(stopped.log == Lines{"0 send SIGTERM a"});
    CHECK(stopped.outcome.steps.size() == 1);
}

TEST_CASE("an interruption while SIGKILL is waited for") {
    FakeSystem system;
    system.add("a").dies_of.clear();
    system.interrupt_at(12s, sigterm);
    const auto stopped = stop_one(system);
    CHECK(stopped.outcome.kind == Outcome::Kind::interrupted);
    CHECK(stopped.outcome.escalated);
    CHECK(stopped.elapsed == 12s);
}

TEST_CASE("a schedule may repeat") {
    FakeSystem system;
    auto& it = system.add("a");
    system.at(9s, [&it] { it.dies_of[1] = 0ms; });
    const auto stopped = stop_one(system, "TERM/4/forever/HUP/2");
    CHECK(stopped.log == Lines{"0 send SIGTERM a", "4000 send SIGHUP a", "6000 send SIGHUP a", "8000 send SIGHUP a",
                               "10000 send SIGHUP a"});
    CHECK(stopped.outcome.kind == Outcome::Kind::stopped);
}

TEST_CASE("a repeated SIGKILL that is not permitted does not spin") {
    FakeSystem system;
    auto& it = system.add("a");
    it.kill_all_error = error_from_errno(EPERM, "kill the cgroup");
    system.interrupt_at(10500ms, sigint);
    const auto stopped = stop_one(system, "forever/KILL@all/5");
    CHECK(stopped.log == Lines{"0 kill all a", "5000 kill all a", "10000 kill all a"});
}

TEST_CASE("a repeated signal to an init that is dead does not spin") {
    FakeSystem system;
    auto& it = system.add("a");
    it.leaves_after = 1s;
    it.others = 1;
    system.interrupt_at(20s, sigint);
    const auto stopped = stop_one(system, "forever/HUP@init/5");
    CHECK(stopped.log == Lines{"0 send SIGHUP a"});
    CHECK(stopped.waits < 10);
}

TEST_CASE("a killed container without CPU time has its own quota lifted after a second") {
    FakeSystem system;
    system.add("a").starves = true;
    const auto stopped = stop_one(system, "KILL@all/60/KILL@init/60");
    CHECK(stopped.outcome.kind == Outcome::Kind::stopped);
    CHECK(stopped.log.at(1) == "1000 lift quota a");
    CHECK(stopped.elapsed == 1s);
    CHECK(has_note(stopped, "CPU quota"));
}

TEST_CASE("a zombie that nobody reaps is gone, and who does not reap is said") {
    FakeSystem system;
    auto& it = system.add("a");
    it.dies_of[15] = 1ms;
    it.idle_reaper = "shim (pid 7)";
    const auto stopped = stop_one(system);
    CHECK(stopped.outcome.kind == Outcome::Kind::stopped);
    CHECK(stopped.outcome.warnings == Lines{"init is a zombie that shim (pid 7) does not reap"});
}

TEST_CASE("a signal that the kernel will drop is told as soon as it is known") {
    FakeSystem system;
    auto& it = system.add("a");
    it.has_private_pid_namespace = true;
    it.signals = kernel::SignalSets{};
    const auto stopped = stop_one(system);
    CHECK(stopped.notes.at(1) ==
          "0: warning: init (init) has no handler for SIGTERM: the kernel will drop it; SIGKILL in 10 s; "
          "--skip-futile-grace skips the wait");
    CHECK(stopped.elapsed >= 10s);
}

namespace {

/// One whose init has no handler for SIGTERM, asked not to wait for that.
model::Plan skipping_plan(FakeSystem& system, std::string_view schedule) {
    auto& it = system.add("a");
    it.has_private_pid_namespace = true;
    it.signals = kernel::SignalSets{};
    model::Plan plan = plan_for("a", schedule);
    plan.skips_futile_grace = true;
    return plan;
}

}  // namespace

TEST_CASE("a grace that is provably futile is skipped when that was asked for") {
    FakeSystem system;
    const auto stopped = stop_one(system, skipping_plan(system, escalation));
    CHECK(stopped.outcome.kind == Outcome::Kind::stopped);
    CHECK(stopped.elapsed < 1s);
    CHECK(stopped.outcome.escalated);
    CHECK(has_note(stopped, "the kernel will drop it; SIGKILL at once"));
    CHECK(has_note(stopped, "SIGTERM failed in 0s"));
    CHECK(stopped.outcome.steps.size() == 2);
}

TEST_CASE("a grace that may be of use is never skipped") {
    for (const std::uint64_t blocked : {0ULL, 1ULL << 14}) {
        FakeSystem system;
        const model::Plan plan = skipping_plan(system, escalation);
        system["a"].signals =
            blocked != 0 ? kernel::SignalSets{.blocked = blocked} : kernel::SignalSets{.caught = 1ULL << 14};
        const auto stopped = stop_one(system, plan);
        CHECK(stopped.elapsed >= 10s);
        CHECK_FALSE(has_note(stopped, "warning"));
    }
    FakeSystem unreadable;
    const model::Plan plan = skipping_plan(unreadable, escalation);
    unreadable["a"].signals.reset();
    CHECK(stop_one(unreadable, plan).elapsed >= 10s);
}

TEST_CASE("a handler that appears before the signal arrives keeps the grace") {
    FakeSystem system;
    const model::Plan plan = skipping_plan(system, escalation);
    system["a"].signals_later = kernel::SignalSets{.caught = 1ULL << 14};
    const auto stopped = stop_one(system, plan);
    CHECK(stopped.elapsed >= 10s);
    CHECK_FALSE(has_note(stopped, "warning"));
}

TEST_CASE("what another stop sent is waited for: its handler may be at work and put back") {
    FakeSystem system;
    const model::Plan plan = skipping_plan(system, escalation);
    system["a"].is_locked_by_another = true;
    const auto stopped = stop_one(system, plan);
    CHECK(stopped.elapsed >= 10s);
    CHECK_FALSE(has_note(stopped, "warning"));
}

TEST_CASE("a repeated futile step takes its time, and the last one its wait") {
    FakeSystem system;
    auto plan = skipping_plan(system, "HUP/5/forever/TERM/1");
    system.at(4500ms, [&] { system.end_init("a", {.by_signal = false, .value = 0}); });
    const auto stopped = stop_one(system, plan);
    CHECK(stopped.elapsed >= 4500ms);
    CHECK(stopped.outcome.steps.size() == 6);
    FakeSystem last;
    plan = skipping_plan(last, "TERM/5");
    const auto survived = stop_one(last, plan);
    CHECK(survived.elapsed >= 5s);
    CHECK(survived.outcome.kind == Outcome::Kind::still_running);
}

TEST_CASE("not knowing what is left is told, and the schedule goes on") {
    FakeSystem system;
    auto& it = system.add("a");
    it.remains_error = error_from_errno(EIO, "read cgroup.procs");
    system.at(11s, [&it] { it.remains_error.reset(); });
    const auto stopped = stop_one(system);
    CHECK(stopped.outcome.kind == Outcome::Kind::stopped);
    CHECK(has_note(stopped, "look whether it is gone: read cgroup.procs: Input/output error"));
}

TEST_CASE("a look that fails for a moment is repeated before the grace is over") {
    for (const std::string_view schedule : {"TERM/60/KILL/60", "TERM/infinity"}) {
        FakeSystem system;
        auto& it = system.add("a");
        it.dies_of[15] = 5ms;
        it.remains_error = error_from_errno(ENFILE, "read cgroup.procs");
        system.at(300ms, [&it] { it.remains_error.reset(); });
        const auto stopped = stop_one(system, schedule);
        CHECK(stopped.outcome.kind == Outcome::Kind::stopped);
        CHECK(stopped.elapsed < 1s);
        CHECK(system.waits < 10);
    }
}

TEST_CASE("not knowing what is left in a wait without end is a failure, not a hang") {
    FakeSystem system;
    auto& it = system.add("a");
    it.leaves_after = 1s;
    it.remains_error = error_from_errno(EIO, "read cgroup.procs");
    CHECK(stop_one(system, "TERM/infinity").outcome.kind == Outcome::Kind::failed);
}

TEST_CASE("a step to all sends to everybody") {
    FakeSystem system;
    system.add("a").dies_of[1] = 2ms;
    const auto stopped = stop_one(system, "HUP@all/5/KILL/60");
    CHECK(stopped.log == Lines{"0 signal all SIGHUP a"});
    CHECK(stopped.outcome.kind == Outcome::Kind::stopped);
}

namespace {

model::Plan plan_with_restart(std::string name) {
    auto plan = plan_for("a", escalation);
    plan.settings.restart =
        model::RestartPolicy{.who = "docker", .name = std::move(name), .keep_down = "docker update --restart=no a"};
    return plan;
}

}  // namespace

TEST_CASE("a container that its engine starts again is told, as soon as it is seen") {
    FakeSystem system;
    auto& it = system.add("a");
    it.dies_of[15] = 2ms;
    system.at(200ms, [&] {
        it.is_recreated = true;
        system.tell(0, kernel::Event::Kind::state_changed);
    });
    const auto stopped = stop_one(system, plan_with_restart("always"));
    CHECK(stopped.outcome.kind == Outcome::Kind::stopped);
    CHECK(stopped.outcome.warnings == Lines{"restarted by docker; to keep it down: docker update --restart=no a"});
    CHECK(stopped.outcome.duration == 2ms);
    CHECK(stopped.elapsed == 200ms);
    CHECK(stopped.log == Lines{"0 send SIGTERM a"});
}

TEST_CASE("a container that stays down is watched for a moment only") {
    FakeSystem system;
    system.add("a").dies_of[15] = 2ms;
    const auto stopped = stop_one(system, plan_with_restart("unless-stopped"));
    CHECK(stopped.outcome.kind == Outcome::Kind::stopped);
    CHECK(stopped.outcome.warnings.empty());
    CHECK(stopped.elapsed == 1502ms);
    CHECK(stopped.waits == 2);
}

TEST_CASE("a success is not restarted on failure, and not waited for") {
    FakeSystem system;
    system.add("a").dies_of[15] = 2ms;
    CHECK(stop_one(system, plan_with_restart("on-failure")).elapsed == 2ms);
}

TEST_CASE("an interruption while a restart is watched for does not undo the stop") {
    FakeSystem system;
    system.add("a").dies_of[15] = 2ms;
    system.interrupt_at(500ms, sigint);
    const auto stopped = stop_one(system, plan_with_restart("always"));
    CHECK(stopped.outcome.kind == Outcome::Kind::stopped);
    CHECK(stopped.elapsed == 500ms);
}

TEST_CASE("a container of the same id that appeared meanwhile is told and left alone") {
    FakeSystem system;
    auto& it = system.add("a");
    it.dies_of[15] = 2ms;
    it.is_recreated = true;
    const auto stopped = stop_one(system);
    CHECK(stopped.outcome.warnings == Lines{"another container of the same id is there now, and was left alone"});
    CHECK(stopped.log == Lines{"0 send SIGTERM a"});
}
