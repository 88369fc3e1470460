// What a walk does when a step is due: signals to init or to everybody, and what follows from their errors.

#include <cerrno>
#include <csignal>
#include <utility>

#include <fmt/format.h>

#include "stop/futility.hpp"
#include "stop/walk.hpp"

namespace cstop::stop {

namespace {

using model::Aim;

/// How long a SIGKILL is given before a container that is starved of CPU time is helped (faults.md F18: without help
/// eleven seconds, with it four milliseconds).
constexpr Duration first_nudge = std::chrono::seconds(1);

/// After these a SIGCONT would undo what was asked for.
bool is_suspending(Signal signal) {
    return signal == sigstop || signal.number == SIGTSTP || signal.number == SIGTTIN || signal.number == SIGTTOU;
}

}  // namespace

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
    if (signal_of(current) == sigkill) {
        tell_escalation();
    }
    if (current.aim == Aim::init) {
        send_to_init();
    } else if (signal_of(current) == sigkill) {
        kill_everybody();
    } else {
        signal_everybody();
    }
}

void Walk::send_to_init() {
    const Signal signal = signal_of(step());
    auto sent = system_.send_signal(opened_.handle, signal);
    if (!sent.has_value()) {
        on_step_error(std::move(sent).error());
        return;
    }
    tell_step("sent", *std::move(sent));
    if (signal == sigkill) {
        note_kill();
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
    if (!is_suspending(signal_of(step()))) {
        auto resumed = system_.resume_init(opened_.handle);
        if (!resumed.has_value() && resumed.error().code != ErrorCode::gone) {
            warn(format_error(with_context("continue the stopped init", std::move(resumed).error())));
        }
    }
    meet_futility();
}

void Walk::signal_everybody() {
    auto report = system_.signal_all(opened_.handle, signal_of(step()));
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
    auto report = system_.kill_all(opened_.handle);
    if (!report.has_value()) {
        on_step_error(std::move(report).error());
        return;
    }
    if (is_at_leftovers_) {
        outcome_.leftovers += report->signalled;
    }
    tell_step("sent", report->way);
    if (!report->reason.empty() && report->way == "init alone") {
        warn(fmt::format("only init was killed: {}", report->reason));
    }
    note_kill();
    look_around();
}

void Walk::note_kill() {
    const auto now = system_.now();
    killed_at_ = killed_at_.value_or(now);
    nudge_wait_ = first_nudge;
    nudge_ = now + nudge_wait_;
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
    const Signal signal = signal_of(step());
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
    const bool is_configured_signal = !plan_.is_explicit && index_ == 0 && signal_of(step()) != sigkill;
    return is_configured_signal && !system_.lock_stop(opened_.handle);
}

void Walk::tell_step(std::string result, std::string way) {
    outcome_.steps.push_back({.signal = signal_of(step()),
                              .aim = step().aim,
                              .sent_at = elapsed(),
                              .result = std::move(result),
                              .way = std::move(way)});
    audience_.on_step(number_, outcome_.steps.back());
}

void Walk::tell_escalation() {
    if (failed_step_.has_value() && init_is_alive_ && !outcome_.escalated) {
        outcome_.escalated = true;
        audience_.on_escalation(number_, signal_of(*failed_step_), failed_step_->wait);
    }
}

/// Futile before the signal was sent and after it: looked at only before, an init that has just begun may have
/// installed its handler in between; looked at only after, one that is ending may have put it back.
std::optional<std::string> Walk::explain_sent_in_vain() {
    const Signal signal = signal_of(step());
    if (step().aim != Aim::init || !explain_futility(opened_, signal).has_value()) {
        return std::nullopt;
    }
    opened_.signals = system_.read_signals(opened_.handle);
    return explain_futility(opened_, signal);
}

/// A wait for a signal that init never sees is ended only when the user asked for it and another step follows; a
/// repeated step takes its time whatever comes of it. What another stop sent is never called futile: the handler may be
/// at work, and no longer be installed.
void Walk::meet_futility() {
    auto sentence = explain_sent_in_vain();
    if (!sentence.has_value()) {
        return;
    }
    const bool has_next = index_ + 1 < plan_.schedule.steps.size();
    const bool is_skipped = plan_.skips_futile_grace && has_next && !is_repeating();
    if (has_next && signal_of(plan_.schedule.steps[index_ + 1]) == sigkill) {
        *sentence +=
            is_skipped ? std::string("; SIGKILL at once")
                       : fmt::format("; SIGKILL in {}; --skip-futile-grace skips the wait", format_brief(step().wait));
    }
    warn(*std::move(sentence));
    if (is_skipped) {
        failed_step_ = step();
        failed_step_->wait = Duration::zero();
        advance();
    }
}

void Walk::thaw() {
    auto thawed = system_.thaw(opened_.handle);
    if (!thawed.has_value() && thawed.error().code != ErrorCode::gone) {
        warn(format_error(with_context("thaw", std::move(thawed).error())));
    }
}

}  // namespace cstop::stop
