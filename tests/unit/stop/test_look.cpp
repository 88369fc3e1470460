// What an audience sees of stops that wait.

#include <doctest/doctest.h>

#include "fake_system.hpp"
#include "stop/stop.hpp"

using namespace cstop;
using namespace cstop::test;
using namespace std::chrono_literals;
using model::Standing;

namespace {

/// Looks at plan 0 again and again, and notes when and what it saw.
class LookingAudience : public NotingAudience {
public:
    LookingAudience(FakeSystem& system, Duration interval, std::size_t plan = 0)
        : system_(system), interval_(interval), plan_(plan) {}
    std::optional<Duration> look_interval() const override { return interval_; }
    void on_look(model::Scene& scene) override { seen.emplace_back(system_.elapsed(), scene.look_at(plan_)); }

    std::vector<std::pair<milliseconds, std::optional<Standing>>> seen;

private:
    FakeSystem& system_;
    Duration interval_;
    std::size_t plan_;
};

struct Row {
    milliseconds when;
    std::string_view sent;  ///< empty: nothing
    Standing::Next next;
    Duration left;
    Duration whole;
    std::size_t processes;
};

void check(const LookingAudience& audience, std::initializer_list<Row> rows) {
    REQUIRE(audience.seen.size() == rows.size());
    auto seen = audience.seen.begin();
    for (const Row& row : rows) {
        CAPTURE(row.when);
        CHECK(seen->first == row.when);
        REQUIRE(seen->second.has_value());
        const Standing& standing = *seen->second;
        CHECK((standing.step ? format_signal(standing.step->signal) : "") == row.sent);
        CHECK(standing.next == row.next);
        CHECK(standing.left == row.left);
        CHECK(standing.whole == row.whole);
        CHECK(standing.elapsed == row.when);
        CHECK(standing.processes == row.processes);
        ++seen;
    }
}

}  // namespace

TEST_CASE("whoever does not look costs no wake-up") {
    FakeSystem system;
    system.add("a");
    const std::vector plans = {plan_for("a", "TERM/10/KILL@all/60")};
    NotingAudience audience;
    stop::run_plans(system, plans, audience);
    CHECK(system.waits == 2);  // the grace, and the end
}

TEST_CASE("who begins to want to look is asked after the next event, and not woken any more when it is satisfied") {
    /// Wants to look once a step was done, twice.
    class LateAudience final : public LookingAudience {
    public:
        using LookingAudience::LookingAudience;
        std::optional<Duration> look_interval() const override {
            return notes.empty() || seen.size() == 2 ? std::nullopt : LookingAudience::look_interval();
        }
    };
    FakeSystem system;
    system.add("a");
    const std::vector plans = {plan_for("a", "TERM/4/KILL@all/4")};
    LateAudience audience(system, 1s);
    stop::run_plans(system, plans, audience);
    REQUIRE(audience.seen.size() == 2);
    CHECK(audience.seen[0].first == 1s);
    CHECK(audience.seen[1].first == 2s);
}

TEST_CASE("a look sees the time left before SIGKILL, then before the end of the schedule") {
    FakeSystem system;
    auto& container = system.add("a");
    container.others = 2;
    container.dies_of[9] = 5s;
    const std::vector plans = {plan_for("a", "TERM/4/KILL@all/4/KILL@init/1")};
    LookingAudience audience(system, 1500ms);
    stop::run_plans(system, plans, audience);
    check(audience, {{1500ms, "SIGTERM", Standing::Next::kill, 2500ms, 4s, 3},
                     {3000ms, "SIGTERM", Standing::Next::kill, 1s, 4s, 3},
                     {4500ms, "SIGKILL", Standing::Next::give_up, 4500ms, 5s, 1},
                     {6000ms, "SIGKILL", Standing::Next::give_up, 3s, 5s, 1},
                     {7500ms, "SIGKILL", Standing::Next::give_up, 1500ms, 5s, 1}});
}

TEST_CASE("the time left counts every signal before SIGKILL") {
    FakeSystem system;
    system.add("a");
    const std::vector plans = {plan_for("a", "HUP/2/TERM/3/KILL@all/60")};
    LookingAudience audience(system, 1200ms);
    stop::run_plans(system, plans, audience);
    check(audience, {{1200ms, "SIGHUP", Standing::Next::kill, 3800ms, 5s, 1},
                     {2400ms, "SIGTERM", Standing::Next::kill, 2600ms, 5s, 1},
                     {3600ms, "SIGTERM", Standing::Next::kill, 1400ms, 5s, 1},
                     {4800ms, "SIGTERM", Standing::Next::kill, 200ms, 5s, 1}});
}

TEST_CASE("a schedule without an end has no time left, one without SIGKILL ends by giving up") {
    const auto first_look = [](std::string_view schedule) {
        FakeSystem system;
        auto& container = system.add("a");
        container.leaves_after = 1500ms;
        container.dies_of.clear();
        const std::vector plans = {plan_for("a", schedule)};
        LookingAudience audience(system, 1s);
        stop::run_plans(system, plans, audience);
        REQUIRE(audience.seen.size() == 1);
        return audience.seen[0].second.value_or(Standing());
    };
    CHECK(first_look("TERM/infinity").next == Standing::Next::nothing);
    CHECK(first_look("TERM/5/HUP/infinity").next == Standing::Next::nothing);
    CHECK(first_look("forever/TERM/5").next == Standing::Next::nothing);
    CHECK(first_look("TERM/5").next == Standing::Next::give_up);
    const Standing again = first_look("TERM/2/forever/HUP/3/KILL/4");
    CHECK(again.next == Standing::Next::kill);
    CHECK(again.left == 4s);
    const Standing around = first_look("forever/KILL@init/1/TERM/4");
    CHECK(around.next == Standing::Next::kill);
    CHECK(around.left == 4s);
    CHECK(first_look("forever/KILL@init/5").next == Standing::Next::nothing);
}

TEST_CASE("what has not begun and what is finished cannot be seen") {
    FakeSystem system;
    system.add("a").dies_of[15] = 1500ms;
    system.add("b").dies_of[15] = 1500ms;
    std::vector plans = {plan_for("a", "TERM/10/KILL@all/60"), plan_for("b", "TERM/10/KILL@all/60")};
    plans[1].after = {0};
    LookingAudience second(system, 1s, 1);
    stop::run_plans(system, plans, second);
    REQUIRE(second.seen.size() == 2);
    CHECK_FALSE(second.seen[0].second.has_value());
    CHECK(second.seen[1].second.has_value());
}

TEST_CASE("a container that is gone is watched for a restart") {
    FakeSystem system;
    system.add("a").dies_of[15] = 500ms;
    std::vector plans = {plan_for("a", "TERM/10/KILL@all/60")};
    plans[0].settings.restart = model::RestartPolicy{.who = "docker", .name = "always", .keep_down = ""};
    LookingAudience audience(system, 1s);
    stop::run_plans(system, plans, audience);
    REQUIRE(audience.seen.size() == 1);
    REQUIRE(audience.seen[0].second.has_value());
    CHECK(audience.seen[0].second->next == Standing::Next::restart);
}
