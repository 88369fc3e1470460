#include "plan/escalation.hpp"

#include <utility>

#include <fmt/format.h>

namespace cstop::plan {

namespace {

using model::Aim;
using model::Schedule;

/// The original's escalation (containerd's StopContainer). What follows an endless wait would never be reached: it is
/// left out, so that the schedule shown is the schedule done.
Schedule make_escalation(Duration grace, Duration kill_timeout) {
    Schedule schedule;
    if (grace != Duration::zero()) {
        schedule.steps.push_back({.signal = std::nullopt, .aim = Aim::init, .wait = grace});
    }
    if (grace != forever) {
        schedule.steps.push_back({.signal = sigkill, .aim = Aim::all, .wait = kill_timeout});
        if (kill_timeout != forever) {
            schedule.steps.push_back({.signal = sigkill, .aim = Aim::init, .wait = kill_timeout});
        }
    }
    return schedule;
}

/// What a person has to know before the stop: it may not last.
std::string format_restart(const model::RestartPolicy& restart) {
    auto sentence = restart.name.empty()
                        ? fmt::format("{} may start it again", restart.who)
                        : fmt::format("{} may start it again (restart policy {})", restart.who, restart.name);
    if (!restart.keep_down.empty()) {
        sentence += fmt::format("; to keep it down: {}", restart.keep_down);
    }
    return sentence;
}

}  // namespace

model::Plan make_plan(const model::Request& request, std::string word, model::Container container,
                      model::StopSettings settings) {
    model::Plan plan;
    plan.schedule =
        request.schedule.has_value() ? *request.schedule : make_escalation(settings.grace.value, request.kill_timeout);
    for (auto& step : plan.schedule.steps) {
        if (!step.signal.has_value()) {
            step.signal = settings.signal.value;
        }
    }
    plan.skips_futile_grace = request.skip_futile_grace;
    plan.is_explicit = request.signal.has_value() || request.schedule.has_value();
    plan.warnings = container.warnings;
    plan.warnings.insert(plan.warnings.end(), settings.warnings.begin(), settings.warnings.end());
    if (settings.restart.has_value()) {
        plan.warnings.push_back(format_restart(*settings.restart));
    }
    plan.word = std::move(word);
    plan.container = std::move(container);
    plan.settings = std::move(settings);
    return plan;
}

}  // namespace cstop::plan
