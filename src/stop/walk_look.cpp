// How a walk stands, for whoever watches it on a terminal.

#include <algorithm>

#include "stop/walk.hpp"

namespace cstop::stop {

namespace {

using model::Standing;

bool is_kill(const model::Step& step) {
    return signal_of(step) == sigkill;
}

/// When the wait that is shown began: with the first step after the last change from asking to killing, or back.
Duration find_beginning(const std::vector<model::StepReport>& steps) {
    Duration beginning{};
    for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
        if ((step->signal == sigkill) != (steps.back().signal == sigkill)) {
            break;
        }
        beginning = step->sent_at;
    }
    return beginning;
}

}  // namespace

std::optional<Standing> Walk::look() const {
    if (!handle_.has_value() || is_finished_) {
        return std::nullopt;
    }
    Standing standing;
    if (!outcome_.steps.empty()) {
        standing.step = outcome_.steps.back();
    }
    standing.elapsed = elapsed();
    if (restart_deadline_.has_value()) {
        standing.next = Standing::Next::restart;
        return standing;
    }
    standing.processes = system_.count_processes(*handle_);
    look_ahead(standing);
    standing.whole = standing.left + standing.elapsed - find_beginning(outcome_.steps);
    return standing;
}

/// Sets `next` and `left`: the rest of this step's wait, and the waits of those that follow before `next`.
void Walk::look_ahead(Standing& standing) const {
    standing.next = Standing::Next::nothing;
    if (!step_deadline_.has_value()) {
        return;
    }
    const auto& steps = plan_.schedule.steps;
    const auto rest = std::chrono::duration_cast<Duration>(*step_deadline_ - system_.now());
    standing.left = std::max(rest, Duration::zero());
    std::size_t index = index_ + 1;
    // One round more than the schedule has steps: whatever it repeats has been seen then.
    for (std::size_t round = 0; round <= steps.size(); ++round, ++index) {
        if (index == steps.size()) {
            if (!plan_.schedule.repeat_from.has_value()) {
                standing.next = Standing::Next::give_up;
                return;
            }
            index = *plan_.schedule.repeat_from;
        }
        if (is_kill(steps[index]) && !is_kill(step())) {
            standing.next = Standing::Next::kill;
            return;
        }
        if (steps[index].wait == forever) {
            return;
        }
        standing.left += steps[index].wait;
    }
}

}  // namespace cstop::stop
