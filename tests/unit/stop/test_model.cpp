// A model of the walk: random containers, random faults, random schedules, random moments; whatever comes, the rules of
// walk.hpp hold. A failing run names its seed; put it in as first_seed to see it again.

#include <algorithm>
#include <cerrno>
#include <random>

#include <doctest/doctest.h>

#include "fake_system.hpp"
#include "stop/stop.hpp"

using namespace cstop;
using namespace cstop::test;
using namespace std::chrono_literals;
using model::Aim;
using model::Outcome;

namespace {

constexpr std::uint64_t first_seed = 1;
constexpr std::size_t least_steps = 1'000'000;

class Dice {
public:
    explicit Dice(std::uint64_t seed) : engine_(seed) {}
    int below(int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(engine_); }
    bool is_one_in(int count) { return below(count) == 0; }

private:
    std::mt19937_64 engine_;
};

/// What the rules are checked against, noted at the moment of each call.
class ModelSystem : public FakeSystem {
public:
    struct Trace {
        bool was_told_gone = false;
        bool was_told_init_dead = false;
        bool was_refrozen = false;
        std::size_t delivered = 0;
        bool owes_thaw = false;  ///< a paused container got a signal
        std::optional<Error> thaw_error;
        std::optional<milliseconds> first_kill_of_living;
        bool killed_all_of_dead_init = false;
        milliseconds opened_at{};
    };

    Result<kernel::Opened> open(const kernel::Target& target) override {
        ++steps;
        auto opened = FakeSystem::open(target);
        if (opened.has_value()) {
            traces[opened->handle].opened_at = elapsed();
            traces[opened->handle].was_told_init_dead = !opened->init_is_alive;
        }
        return opened;
    }
    Result<std::string> send_signal(kernel::Handle handle, Signal signal) override {
        note_signal(handle, signal);
        auto sent = FakeSystem::send_signal(handle, signal);
        note_delivery(handle, sent.has_value());
        return sent;
    }
    Result<kernel::KillReport> kill_all(kernel::Handle handle) override {
        note_signal(handle, sigkill);
        traces[handle].killed_all_of_dead_init |= traces[handle].was_told_init_dead;
        auto report = FakeSystem::kill_all(handle);
        traces[handle].delivered += report.has_value() ? 1U : 0U;
        return report;
    }
    Result<kernel::KillReport> signal_all(kernel::Handle handle, Signal signal) override {
        note_signal(handle, signal);
        auto report = FakeSystem::signal_all(handle, signal);
        note_delivery(handle, report.has_value());
        return report;
    }
    Result<bool> thaw(kernel::Handle handle) override {
        ++steps;
        auto thawed = FakeSystem::thaw(handle);
        traces[handle].owes_thaw = false;
        if (!thawed.has_value()) {
            traces[handle].thaw_error = thawed.error();
        }
        return thawed;
    }
    void close(kernel::Handle handle) override {
        check_debt(handle);
        FakeSystem::close(handle);
    }
    Result<kernel::Remains> read_remains(kernel::Handle handle) override {
        ++steps;
        auto remains = FakeSystem::read_remains(handle);
        if (remains.has_value()) {
            traces[handle].was_told_gone |= remains->is_gone();
            traces[handle].was_told_init_dead |= !remains->init_is_alive;
        }
        return remains;
    }
    Result<std::span<const kernel::Event>> wait(std::optional<kernel::Instant> until) override {
        ++steps;
        if (waits > 10'000) {
            throw std::logic_error("spins");
        }
        for (const auto& [handle, trace] : traces) {
            check_debt(handle);
        }
        return FakeSystem::wait(until);
    }

    std::map<kernel::Handle, Trace> traces;
    std::size_t steps = 0;

private:
    /// A paused container that got a signal is thawed before anything else is waited for, or left.
    void check_debt(kernel::Handle handle) {
        if (traces[handle].owes_thaw) {
            throw std::logic_error("has not even tried to thaw");
        }
    }
    void note_delivery(kernel::Handle handle, bool is_delivered) {
        auto& trace = traces[handle];
        trace.delivered += is_delivered ? 1U : 0U;
        trace.owes_thaw |= is_delivered && is_frozen(handle) && !trace.was_refrozen;
    }
    void note_signal(kernel::Handle handle, Signal signal) {
        ++steps;
        auto& trace = traces[handle];
        if (trace.was_told_gone) {
            throw std::logic_error("signalled after gone");
        }
        if (signal == sigkill && !trace.was_told_init_dead && !trace.first_kill_of_living.has_value()) {
            trace.first_kill_of_living = elapsed() - trace.opened_at;
        }
    }
};

model::Schedule random_schedule(Dice& dice) {
    constexpr std::array<std::string_view, 7> signals = {"TERM", "HUP@all", "KILL",    "KILL@init",
                                                         "INT",  "STOP",    "KILL@all"};
    constexpr std::array<std::string_view, 5> waits = {"0", "10ms", "1", "10", "60"};
    if (dice.is_one_in(3)) {
        return *model::parse_schedule("TERM@init/10/KILL@all/60/KILL@init/60");
    }
    std::string text;
    const int count = 1 + dice.below(4);
    const int repeat = dice.is_one_in(4) ? dice.below(count) : -1;
    for (int item = 0; item < count; ++item) {
        text += item == repeat ? "forever/" : "";
        text += signals[static_cast<std::size_t>(dice.below(static_cast<int>(signals.size())))];
        // A repeated part must take time: its waits are never zero.
        const int shortest = repeat >= 0 ? 2 : 0;
        const auto wait =
            waits[static_cast<std::size_t>(shortest + dice.below(static_cast<int>(waits.size()) - shortest))];
        text += fmt::format("/{}/", item + 1 == count && repeat < 0 && dice.is_one_in(5) ? "infinity" : wait);
    }
    text.pop_back();
    auto schedule = model::parse_schedule(text);
    REQUIRE_MESSAGE(schedule.has_value(), text);
    return *schedule;
}

Error random_error(Dice& dice) {
    constexpr std::array<int, 6> numbers = {EPERM, EACCES, ESRCH, ENOSYS, EIO, EMFILE};
    return error_from_errno(numbers[static_cast<std::size_t>(dice.below(static_cast<int>(numbers.size())))],
                            "injected");
}

milliseconds random_delay(Dice& dice) {
    constexpr std::array<int, 6> delays = {0, 1, 9, 1000, 10000, 70000};
    return milliseconds(delays[static_cast<std::size_t>(dice.below(static_cast<int>(delays.size())))] + dice.below(3));
}

void shape(FakeContainer& it, Dice& dice) {
    if (dice.is_one_in(2)) {
        it.dies_of[15] = random_delay(dice);
    }
    if (dice.is_one_in(6)) {
        it.dies_of.erase(9);
    }
    it.others = dice.is_one_in(3) ? static_cast<std::size_t>(dice.below(4)) : 0;
    it.others_die = !dice.is_one_in(6);
    if (dice.is_one_in(5)) {
        it.leaves_after = random_delay(dice);
    }
    it.init_is_in_cgroup = !dice.is_one_in(8);
    it.has_cgroup = !dice.is_one_in(8);
    it.starves = dice.is_one_in(12);
    for (const int number : {1, 2, 9, 15, 19}) {
        if (dice.is_one_in(15)) {
            it.send_errors[number] = random_error(dice);
        }
    }
    if (dice.is_one_in(15)) {
        it.kill_all_error = random_error(dice);
    }
    if (dice.is_one_in(20)) {
        it.open_error = random_error(dice);
    }
    if (dice.is_one_in(20)) {
        it.remains_error = random_error(dice);
    }
    if (dice.is_one_in(8)) {
        it.thaw_error = random_error(dice);
    }
    it.is_locked_by_another = dice.is_one_in(8);
    it.init_is_alive = !dice.is_one_in(8);
    it.is_frozen = dice.is_one_in(6);
    it.is_job_stopped = dice.is_one_in(6);
}

/// Things that happen to a container while it is being stopped.
void plan_surprises(ModelSystem& system, const std::string& id, kernel::Handle handle, Dice& dice) {
    const int count = dice.below(4);
    for (int number = 0; number < count; ++number) {
        const int kind = dice.below(6);
        system.at(random_delay(dice), [&system, id, handle, kind] {
            auto& it = system[id];
            switch (kind) {
                case 0: system.end_init(id, {.by_signal = true, .value = 11}); break;
                case 1: system.tell(handle, kernel::Event::Kind::cgroup_changed); break;
                case 2: system.tell(handle, kernel::Event::Kind::init_exited); break;  // spurious
                case 3:
                    it.others = 0;
                    system.tell(handle, kernel::Event::Kind::cgroup_changed);
                    break;
                case 4:
                    it.is_recreated = true;
                    system.tell(handle, kernel::Event::Kind::state_changed);
                    break;
                default:
                    if (it.init_is_alive) {
                        it.is_frozen = true;
                        system.traces[handle].was_refrozen = true;
                    }
                    break;
            }
        });
    }
}

/// The time that has to pass before the schedule itself comes to SIGKILL; none: it never does.
std::optional<Duration> time_before_kill(const model::Schedule& schedule) {
    Duration sum{};
    for (const auto& step : schedule.steps) {
        if (*step.signal == sigkill) {
            return sum;
        }
        if (step.wait == forever) {
            return std::nullopt;
        }
        sum += step.wait;
    }
    return std::nullopt;
}

Duration total_time(const model::Schedule& schedule) {
    Duration sum{};
    for (const auto& step : schedule.steps) {
        if (step.wait == forever) {
            return forever;
        }
        sum += step.wait;
    }
    return sum;
}

bool is_within_schedule(const model::Schedule& schedule, const std::vector<model::StepReport>& done) {
    if (schedule.repeat_from.has_value()) {
        return true;
    }
    auto next = schedule.steps.begin();
    for (const auto& report : done) {
        next = std::find_if(next, schedule.steps.end(), [&report](const model::Step& step) {
            return *step.signal == report.signal && step.aim == report.aim;
        });
        if (next == schedule.steps.end()) {
            return false;
        }
        ++next;
    }
    return true;
}

void check_rules(const model::Plan& plan, const Outcome& outcome, const ModelSystem::Trace& trace,
                 const FakeContainer& it) {
    const auto& schedule = plan.schedule;
    const bool has_kill_all = std::ranges::find_if(schedule.steps, [](const model::Step& step) {
                                  return *step.signal == sigkill && step.aim == Aim::all;
                              }) != schedule.steps.end();
    if (trace.first_kill_of_living.has_value()) {
        const auto earliest = time_before_kill(schedule);
        CHECK(earliest.has_value());
        CHECK(*trace.first_kill_of_living >= earliest.value_or(Duration::zero()));
    }
    if (trace.killed_all_of_dead_init) {
        CHECK(has_kill_all);
    }
    CHECK(is_within_schedule(schedule, outcome.steps));
    if (outcome.kind == Outcome::Kind::stopped || outcome.kind == Outcome::Kind::not_running) {
        CHECK(trace.was_told_gone);
        CHECK_FALSE(it.init_is_alive);
    }
    // Who was paused and got a signal runs on, so that it can act on it; or it is said why not.
    if (trace.delivered > 0 && !trace.was_refrozen && it.is_frozen) {
        REQUIRE(trace.thaw_error.has_value());
        const bool is_told = std::ranges::any_of(
            outcome.warnings, [](const std::string& sentence) { return sentence.starts_with("thaw: "); });
        CHECK((is_told || trace.thaw_error->code == ErrorCode::gone));
    }
    if (outcome.kind == Outcome::Kind::failed) {
        CHECK(outcome.error.has_value());
    }
    if (!schedule.repeat_from.has_value() && total_time(schedule) != forever) {
        CHECK(outcome.duration <= total_time(schedule));
    }
}

std::size_t run_once(std::uint64_t seed) {
    Dice dice(seed);
    ModelSystem system;
    std::vector<model::Plan> plans;
    const int count = 1 + dice.below(3);
    for (int number = 0; number < count; ++number) {
        const auto id = fmt::format("c{}", number);
        shape(system.add(id), dice);
        auto plan = plan_for(id, "KILL/1");
        plan.schedule = random_schedule(dice);
        plan.is_explicit = dice.is_one_in(3);
        if (dice.is_one_in(6)) {
            plan.settings.restart = model::RestartPolicy{.who = "docker", .name = "always", .keep_down = ""};
        }
        if (number > 0 && dice.is_one_in(4)) {
            plan.after = {0};
        }
        plans.push_back(std::move(plan));
        plan_surprises(system, id, static_cast<kernel::Handle>(number), dice);
    }
    if (dice.is_one_in(6)) {
        system.most_open = static_cast<std::size_t>(1 + dice.below(2));
    }
    // Also what ends the waits that have no end.
    system.interrupt_at(dice.is_one_in(4) ? random_delay(dice) : 10min, sigint);

    NotingAudience audience;
    const auto run = stop::run_plans(system, plans, audience);
    REQUIRE(run.outcomes.size() == plans.size());
    CHECK(system.open_count() == 0);
    for (std::size_t number = 0; number < plans.size(); ++number) {
        CHECK(audience.outcomes[number] == 1);
        const auto handle = static_cast<kernel::Handle>(number);
        check_rules(plans[number], run.outcomes[number], system.traces[handle], system[plans[number].word]);
    }
    return system.steps;
}

}  // namespace

TEST_CASE("a million random steps break no rule of the walk") {
    std::size_t steps = 0;
    for (auto seed = first_seed; steps < least_steps; ++seed) {
        INFO("seed ", seed);
        bool has_thrown = false;
        try {
            steps += run_once(seed);
        } catch (const std::logic_error& error) {
            has_thrown = true;
            MESSAGE(std::string(error.what()));
        }
        REQUIRE_FALSE(has_thrown);
    }
    MESSAGE("steps: ", steps);
}
