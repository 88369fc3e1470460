#include "stop/walk.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fmt/format.h>

#include "stop/target.hpp"

namespace cstop::stop {

namespace {

using model::Outcome;

/// Then, in a step without end, it is a failure; in any other it goes on at this pace.
constexpr Duration longest_look_wait = std::chrono::seconds(2);

bool is_out_of_descriptors(const Error& error) {
    return error.errno_value == EMFILE || error.errno_value == ENFILE;
}

bool is_kill_all(const model::Step& step) {
    return step.signal == sigkill && step.aim == model::Aim::all;
}

}  // namespace

Walk::Walk(kernel::System& system, const model::Plan& plan, std::size_t number, model::Audience& audience)
    : system_(system), plan_(plan), number_(number), audience_(audience) {}

bool Walk::begin(bool may_postpone) {
    started_ = system_.now();
    if (plan_.container.status == model::Status::created) {
        finish(Outcome::Kind::not_running);
        return true;
    }
    auto opened = system_.open(make_target(plan_.container));
    if (!opened.has_value()) {
        if (may_postpone && is_out_of_descriptors(opened.error())) {
            started_.reset();
            return false;
        }
        finish_failed(std::move(opened).error());
        return true;
    }
    opened_ = *std::move(opened);
    handle_ = opened_.handle;
    init_is_alive_ = opened_.init_is_alive;
    for (auto& sentence : opened_.warnings) {
        warn(std::move(sentence));
    }
    if (!init_is_alive_) {
        is_due_ = false;
        look_around();
    }
    proceed();
    return true;
}

void Walk::on_change() {
    if (restart_deadline_.has_value()) {
        tell_restart();
        return;
    }
    look_around();
    proceed();
}

void Walk::on_time() {
    const auto now = system_.now();
    if (restart_deadline_.has_value()) {
        finish(Outcome::Kind::stopped);
        return;
    }
    if (nudge_.has_value() && now >= *nudge_) {
        nudge(now);
    }
    if (!is_finished_ && next_look_.has_value() && now >= *next_look_) {
        look_around();
    }
    if (!is_finished_ && !is_due_ && step_deadline_.has_value() && now >= *step_deadline_) {
        // The end may have come with the deadline: nobody is killed, or called a survivor, who is dead already.
        look_around();
        if (!is_finished_ && !is_due_) {
            if (signal_of(step()) != sigkill) {
                failed_step_ = step();
            }
            advance();
        }
    }
    proceed();
}

void Walk::on_interrupt() {
    if (!is_finished_) {
        finish(restart_deadline_.has_value() ? Outcome::Kind::stopped : Outcome::Kind::interrupted);
    }
}

void Walk::on_failure(Error error) {
    if (!is_finished_) {
        finish_failed(std::move(error));
    }
}

std::optional<kernel::Instant> Walk::deadline() const {
    if (restart_deadline_.has_value()) {
        return restart_deadline_;
    }
    std::optional<kernel::Instant> earliest = step_deadline_;
    for (const auto& other : {nudge_, next_look_}) {
        if (other.has_value() && (!earliest.has_value() || *other < *earliest)) {
            earliest = other;
        }
    }
    return earliest;
}

/// The only caller of do_step: everything else marks a step as due and returns here, so no step is done within a step.
void Walk::proceed() {
    while (!is_finished_ && is_due_) {
        is_due_ = false;
        do_step();
    }
}

void Walk::advance() {
    ++index_;
    if (index_ == plan_.schedule.steps.size()) {
        if (!plan_.schedule.repeat_from.has_value()) {
            --index_;
            finish_surviving();
            return;
        }
        index_ = *plan_.schedule.repeat_from;
    }
    is_due_ = true;
}

/// The next step, at once. Only a repeated step takes its time even when it could not be done: else the schedule would
/// spin.
void Walk::skip_step() {
    if (!is_repeating()) {
        advance();
    }
}

bool Walk::is_repeating() const {
    return plan_.schedule.repeat_from.has_value() && index_ >= *plan_.schedule.repeat_from;
}

/// Finishes when nothing is left; turns to the leftovers when only init is gone.
void Walk::look_around() {
    const auto remains = system_.read_remains(opened_.handle);
    if (!remains.has_value()) {
        look_again(with_context("look whether it is gone", remains.error()));
        return;
    }
    next_look_.reset();
    look_wait_ = first_look_wait;
    init_is_alive_ = remains->init_is_alive;
    if (!remains->doubt.empty()) {
        warn(remains->doubt);
    }
    if (remains->is_gone()) {
        finish_gone();
    } else if (!init_is_alive_ && !is_at_leftovers_) {
        turn_to_leftovers(remains->processes);
    }
}

/// The event that made us look may have been the last: without another look, an end that was missed would cost the rest
/// of the grace. Ever more rarely, so that a wait stays a wait.
void Walk::look_again(Error error) {
    const bool is_waiting = step_deadline_.has_value() || !outcome_.steps.empty();
    const bool is_last = look_wait_ > longest_look_wait;
    if (!is_waiting || (!step_deadline_.has_value() && is_last)) {
        finish_failed(std::move(error));  // nothing else would ever end this wait
        return;
    }
    warn(format_error(error));
    next_look_ = system_.now() + look_wait_;
    look_wait_ *= is_last ? 1 : 2;
}

void Walk::turn_to_leftovers(std::size_t processes) {
    is_at_leftovers_ = true;
    if (is_kill_all_tried_) {
        return;  // they have been killed with init and are on their way out, or it cannot be done
    }
    const auto found = find_kill_all();
    if (!found.has_value()) {
        warn(fmt::format("init has ended, {} of its processes remain, and the schedule does not kill them", processes));
        if (step_deadline_.has_value() || killed_at_.has_value()) {
            return;
        }
        // Nothing was sent yet: init was dead from the start.
        is_due_ = outcome_.steps.empty();
        return;
    }
    index_ = *found;
    is_due_ = true;
}

std::optional<std::size_t> Walk::find_kill_all() const {
    const auto& steps = plan_.schedule.steps;
    const auto found = std::find_if(steps.begin() + static_cast<std::ptrdiff_t>(index_), steps.end(), is_kill_all);
    if (found != steps.end()) {
        return static_cast<std::size_t>(found - steps.begin());
    }
    if (is_repeating()) {
        const auto again =
            std::find_if(steps.begin() + static_cast<std::ptrdiff_t>(plan_.schedule.repeat_from.value_or(0)),
                         steps.end(), is_kill_all);
        if (again != steps.end()) {
            return static_cast<std::size_t>(again - steps.begin());
        }
    }
    return std::nullopt;
}

/// SIGKILL was sent a while ago and somebody lives. A container without CPU time cannot even die: its own quota is
/// lifted. A walk that ran out of passes against a fork bomb goes on. Ever more rarely, so that a wait stays a wait.
void Walk::nudge(kernel::Instant now) {
    if (system_.lift_cpu_quota(opened_.handle).value_or(false)) {
        warn("lifted the container's CPU quota, which kept it from dying");
    }
    if (is_kill_all(step())) {
        auto report = system_.kill_all(opened_.handle);
        if (report.has_value() && is_at_leftovers_) {
            outcome_.leftovers = std::max(outcome_.leftovers, report->signalled);
        }
    } else {
        thaw();
    }
    nudge_wait_ *= 2;
    nudge_ = now + nudge_wait_;
    look_around();
}

void Walk::warn(std::string sentence) {
    if (std::ranges::find(outcome_.warnings, sentence) != outcome_.warnings.end()) {
        return;
    }
    audience_.on_warning(number_, sentence);
    outcome_.warnings.push_back(std::move(sentence));
}

Duration Walk::elapsed() const {
    return started_.has_value() ? std::chrono::duration_cast<Duration>(system_.now() - *started_) : Duration::zero();
}

}  // namespace cstop::stop
