#pragma once
// Plans and outcomes for the report's tests.

#include <string>

#include "model/outcome.hpp"
#include "model/plan.hpp"

namespace cstop {

/// A running runc container "c0ffee" with the default plan, asked for as `word`.
inline model::Plan make_test_plan(std::string word) {
    using namespace std::chrono_literals;
    model::Plan plan;
    plan.word = std::move(word);
    plan.container.id = "c0ffee";
    plan.container.engine = "runc";
    plan.container.runtime = "runc";
    plan.container.state_directory = "/run/runc/c0ffee";
    plan.container.state_file = "state.json";
    plan.container.pid = 4242;
    plan.container.status = model::Status::running;
    plan.container.cgroups = {{.hierarchy = "", .path = "/web"}, {.hierarchy = "freezer", .path = "/web"}};
    plan.schedule.steps = {{.signal = sigterm, .aim = model::Aim::init, .wait = 10s},
                           {.signal = sigkill, .aim = model::Aim::all, .wait = 60s}};
    return plan;
}

inline model::StepReport make_test_step(Signal signal, model::Aim aim, Duration sent_at, std::string result = "sent",
                                        std::string way = "pidfd") {
    return {.signal = signal, .aim = aim, .sent_at = sent_at, .result = std::move(result), .way = std::move(way)};
}

/// Stopped by SIGTERM in 12 ms with exit code 3.
inline model::Outcome make_test_outcome() {
    using namespace std::chrono_literals;
    model::Outcome outcome;
    outcome.kind = model::Outcome::Kind::stopped;
    outcome.steps = {make_test_step(sigterm, model::Aim::init, 0ms)};
    outcome.exit = model::Exit{.by_signal = false, .value = 3};
    outcome.duration = 12ms;
    return outcome;
}

}  // namespace cstop
