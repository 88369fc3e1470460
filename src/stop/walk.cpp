#include "stop/walk.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "stop/futility.hpp"

namespace cstop::stop {

namespace {

using model::Aim;
using model::Outcome;

/// How long a SIGKILL is given before a container that is starved of CPU time is helped (faults.md F18: without help
/// eleven seconds, with it four milliseconds).
constexpr Duration first_nudge = std::chrono::seconds(1);

kernel::Target make_target(const model::Container& container) {
    kernel::Target target;
    target.id = container.id;
    target.state_directory = container.state_directory;
    target.pid = container.pid;
    target.start_time = container.start_time;
    target.state_owner = container.state_owner;
    for (const auto& cgroup : container.cgroups) {
        target.cgroups.push_back(
            {.hierarchy = cgroup.hierarchy, .path = cgroup.path, .below_mount = cgroup.below_mount});
    }
    return target;
}

/// How long an engine with a restart policy is watched after the end: docker starts a container again within 200 ms
/// (faults.md F26), podman's conmon within about a second.
constexpr Duration restart_watch = std::chrono::milliseconds(1500);

bool is_out_of_descriptors(const Error& error) {
    return error.errno_value == EMFILE || error.errno_value == ENFILE;
}

bool is_kill_all(const model::Step& step) {
    return step.signal == sigkill && step.aim == Aim::all;
}

/// After these a SIGCONT would undo what was asked for.
bool is_suspending(Signal signal) {
    return signal == sigstop || signal.number == SIGTSTP || signal.number == SIGTTIN || signal.number == SIGTTOU;
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
    if (!is_finished_ && !is_due_ && step_deadline_.has_value() && now >= *step_deadline_) {
        // The end may have come with the deadline: nobody is killed, or called a survivor, who is dead already.
        look_around();
        if (!is_finished_ && !is_due_) {
            if (*step().signal != sigkill) {
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
    if (step_deadline_.has_value() && nudge_.has_value()) {
        return std::min(*step_deadline_, *nudge_);
    }
    return step_deadline_.has_value() ? step_deadline_ : nudge_;
}

/// The only caller of do_step: everything else marks a step as due and returns here, so no step is done within a step.
void Walk::proceed() {
    while (!is_finished_ && is_due_) {
        is_due_ = false;
        do_step();
    }
}

void Walk::do_step() {
    const model::Step& current = step();
    nudge_.reset();
    step_deadline_.reset();
    if (current.wait != forever) {
        step_deadline_ = system_.now() + current.wait;
    }
    if (current.aim == Aim::init && !init_is_alive_) {
        skip_step();
        return;
    }
    if (is_sent_by_another()) {
        tell_step("not sent: another stop is under way", "");
        return;
    }
    if (*current.signal == sigkill) {
        tell_escalation();
    }
    if (current.aim == Aim::init) {
        send_to_init();
    } else if (*current.signal == sigkill) {
        kill_everybody();
    } else {
        signal_everybody();
    }
}

void Walk::send_to_init() {
    const Signal signal = *step().signal;
    auto sent = system_.send_signal(*handle_, signal);
    if (!sent.has_value()) {
        on_step_error(std::move(sent).error());
        return;
    }
    tell_step("sent", *std::move(sent));
    if (signal == sigkill) {
        is_kill_done_ = true;
        nudge_wait_ = first_nudge;
        nudge_ = system_.now() + nudge_wait_;
        // On v1 even SIGKILL waits for the thaw.
        thaw();
        return;
    }
    after_signal_to_init();
}

/// Only after the signal is pending may the process run on: thawed or continued before, it would run without having
/// seen it.
void Walk::after_signal_to_init() {
    if (opened_.is_frozen) {
        thaw();
    }
    if (!is_suspending(*step().signal)) {
        auto resumed = system_.resume_init(*handle_);
        if (!resumed.has_value() && resumed.error().code != ErrorCode::gone) {
            warn(format_error(with_context("continue the stopped init", std::move(resumed).error())));
        }
    }
    tell_futility();
}

void Walk::signal_everybody() {
    auto report = system_.signal_all(*handle_, *step().signal);
    if (!report.has_value()) {
        on_step_error(std::move(report).error());
        return;
    }
    tell_step("sent", report->way);
    if (opened_.is_frozen) {
        thaw();
    }
    look_around();
}

void Walk::kill_everybody() {
    is_kill_all_tried_ = true;
    auto report = system_.kill_all(*handle_);
    if (!report.has_value()) {
        on_step_error(std::move(report).error());
        return;
    }
    is_kill_done_ = true;
    if (is_at_leftovers_) {
        outcome_.leftovers += report->signalled;
    }
    tell_step("sent", report->way);
    if (!report->reason.empty() && report->way == "init alone") {
        warn(fmt::format("only init was killed: {}", report->reason));
    }
    nudge_wait_ = first_nudge;
    nudge_ = system_.now() + nudge_wait_;
    look_around();
}

void Walk::on_step_error(Error error) {
    if (error.code == ErrorCode::gone) {
        tell_step("gone", "");
        look_around();
        return;
    }
    tell_step(format_error(error), "");
    if (!first_error_.has_value()) {
        first_error_ = error;
    }
    const Signal signal = *step().signal;
    if (signal != sigkill && error.errno_value == EACCES) {
        // A security module, not the user's rights: SIGKILL through the cgroup may still work, but only when its time
        // comes.
        warn(fmt::format("{} was denied by a security module: {}", format_signal(signal), format_error(error)));
        return;
    }
    if (signal == sigkill) {
        // Another way to kill may be left, and there is nothing to wait for.
        skip_step();
        return;
    }
    finish_failed(std::move(error));
}

/// The configured stop signal is sent once, however many cstops stop the container; each keeps its own deadline. What
/// the user named is always sent.
bool Walk::is_sent_by_another() {
    const bool is_configured_signal = !plan_.is_explicit && index_ == 0 && *step().signal != sigkill;
    return is_configured_signal && !system_.lock_stop(*handle_);
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
    const auto remains = system_.read_remains(*handle_);
    if (!remains.has_value()) {
        auto error = with_context("look whether it is gone", remains.error());
        if (!step_deadline_.has_value()) {
            finish_failed(std::move(error));  // nothing else would ever end this wait
            return;
        }
        warn(format_error(error));
        return;
    }
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

void Walk::turn_to_leftovers(std::size_t processes) {
    is_at_leftovers_ = true;
    if (is_kill_all_tried_) {
        return;  // they have been killed with init and are on their way out, or it cannot be done
    }
    const auto found = find_kill_all();
    if (!found.has_value()) {
        warn(fmt::format("init has ended, {} of its processes remain, and the schedule does not kill them", processes));
        if (step_deadline_.has_value() || is_kill_done_) {
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
        const auto again = std::find_if(steps.begin() + static_cast<std::ptrdiff_t>(*plan_.schedule.repeat_from),
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
    if (system_.lift_cpu_quota(*handle_).value_or(false)) {
        warn("lifted the container's CPU quota, which kept it from dying");
    }
    if (is_kill_all(step())) {
        auto report = system_.kill_all(*handle_);
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

void Walk::tell_step(std::string result, std::string way) {
    outcome_.steps.push_back({.signal = *step().signal,
                              .aim = step().aim,
                              .sent_at = elapsed(),
                              .result = std::move(result),
                              .way = std::move(way)});
    audience_.on_step(number_, outcome_.steps.back());
}

void Walk::tell_escalation() {
    if (failed_step_.has_value() && init_is_alive_ && !outcome_.escalated) {
        outcome_.escalated = true;
        audience_.on_escalation(number_, *failed_step_->signal, failed_step_->wait);
    }
}

void Walk::tell_futility() {
    auto sentence = explain_futility(opened_, *step().signal);
    if (!sentence.has_value()) {
        return;
    }
    if (index_ + 1 < plan_.schedule.steps.size() && *plan_.schedule.steps[index_ + 1].signal == sigkill) {
        *sentence += fmt::format("; SIGKILL in {}", format_duration(step().wait));
    }
    warn(*std::move(sentence));
}

void Walk::warn(std::string sentence) {
    if (std::ranges::find(outcome_.warnings, sentence) != outcome_.warnings.end()) {
        return;
    }
    audience_.on_warning(number_, sentence);
    outcome_.warnings.push_back(std::move(sentence));
}

void Walk::thaw() {
    auto thawed = system_.thaw(*handle_);
    if (!thawed.has_value() && thawed.error().code != ErrorCode::gone) {
        warn(format_error(with_context("thaw", std::move(thawed).error())));
    }
}

void Walk::finish_gone() {
    if (const auto status = system_.read_exit(*handle_)) {
        outcome_.exit = model::Exit{.by_signal = status->by_signal, .value = status->value};
    }
    if (const auto reaper = system_.read_idle_reaper(*handle_)) {
        warn(fmt::format("init is a zombie that {} does not reap", escape_text(*reaper)));
    }
    outcome_.duration = elapsed();
    const bool was_running = opened_.init_is_alive || !outcome_.steps.empty();
    if (!was_running) {
        finish(Outcome::Kind::not_running);
    } else if (may_come_back()) {
        watch_for_restart();
    } else {
        if (system_.is_recreated(*handle_)) {
            warn("another container of the same id is there now, and was left alone");
        }
        finish(Outcome::Kind::stopped);
    }
}

/// The kubelet starts a new container of another id, seconds later: that is not waited for.
bool Walk::may_come_back() const {
    const auto& restart = plan_.settings.restart;
    if (!restart.has_value() || restart->name.empty()) {
        return false;
    }
    const bool is_success = outcome_.exit == model::Exit{.by_signal = false, .value = 0};
    return !(restart->name.starts_with("on-failure") && is_success);
}

void Walk::watch_for_restart() {
    is_due_ = false;
    step_deadline_.reset();
    nudge_.reset();
    restart_deadline_ = system_.now() + restart_watch;
    const auto watched = system_.watch_state(*handle_);
    if (!watched.has_value()) {
        warn(format_error(with_context("watch for a restart", watched.error())));
    }
    // It may have come back before the watch began.
    tell_restart();
    if (!watched.has_value() && !is_finished_) {
        finish(Outcome::Kind::stopped);
    }
}

void Walk::tell_restart() {
    if (!system_.is_recreated(*handle_)) {
        return;
    }
    const auto& restart = *plan_.settings.restart;
    auto sentence = fmt::format("restarted by {}", restart.who);
    if (!restart.keep_down.empty()) {
        sentence += fmt::format("; to keep it down: {}", restart.keep_down);
    }
    warn(std::move(sentence));
    finish(Outcome::Kind::stopped);
}

void Walk::finish_surviving() {
    if (!is_kill_done_ && first_error_.has_value()) {
        finish_failed(*first_error_);
        return;
    }
    for (auto& survivor : system_.examine_survivors(*handle_)) {
        outcome_.survivors.push_back({.pid = survivor.pid,
                                      .command = std::move(survivor.command),
                                      .state = survivor.state,
                                      .wchan = std::move(survivor.wchan),
                                      .cause = std::move(survivor.cause)});
    }
    finish(Outcome::Kind::still_running);
}

void Walk::finish_failed(Error error) {
    outcome_.error = std::move(error);
    finish(Outcome::Kind::failed);
}

void Walk::finish(Outcome::Kind kind) {
    outcome_.kind = kind;
    if (!restart_deadline_.has_value()) {
        outcome_.duration = elapsed();
    }
    is_finished_ = true;
    is_due_ = false;
    step_deadline_.reset();
    nudge_.reset();
    if (handle_.has_value()) {
        system_.close(*handle_);
        handle_.reset();
    }
    audience_.on_outcome(number_, outcome_);
}

Duration Walk::elapsed() const {
    return started_.has_value() ? std::chrono::duration_cast<Duration>(system_.now() - *started_) : Duration::zero();
}

}  // namespace cstop::stop
