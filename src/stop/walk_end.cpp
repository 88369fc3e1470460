// How a walk ends: gone, and perhaps started again by its engine; surviving; failed.

#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "stop/walk.hpp"

namespace cstop::stop {

namespace {

using model::Outcome;

/// How long an engine with a restart policy is watched after the end: docker starts a container again within 200 ms
/// (faults.md F26), podman's conmon within about a second.
constexpr Duration restart_watch = std::chrono::milliseconds(1500);

}  // namespace

void Walk::finish_gone() {
    if (const auto status = system_.read_exit(opened_.handle)) {
        outcome_.exit = model::Exit{.by_signal = status->by_signal, .value = status->value};
    }
    if (const auto reaper = system_.read_idle_reaper(opened_.handle)) {
        warn(fmt::format("init is a zombie that {} does not reap", escape_text(*reaper)));
    }
    outcome_.duration = elapsed();
    const bool was_running = opened_.init_is_alive || !outcome_.steps.empty();
    note_survivors(system_.examine_escapees(opened_.handle));
    if (!outcome_.survivors.empty()) {
        finish(Outcome::Kind::still_running);
        return;
    }
    if (was_running && may_come_back()) {
        watch_for_restart();
        return;
    }
    if (system_.is_recreated(opened_.handle)) {
        warn("another container of the same id is there now, and was left alone");
    }
    finish(was_running ? Outcome::Kind::stopped : Outcome::Kind::not_running);
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
    const auto watched = system_.watch_state(opened_.handle);
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
    if (!system_.is_recreated(opened_.handle)) {
        return;
    }
    const auto restart = plan_.settings.restart.value_or(model::RestartPolicy());
    auto sentence = fmt::format("restarted by {}", restart.who);
    if (!restart.keep_down.empty()) {
        sentence += fmt::format("; to keep it down: {}", restart.keep_down);
    }
    warn(std::move(sentence));
    finish(Outcome::Kind::stopped);
}

void Walk::finish_surviving() {
    if (!killed_at_.has_value() && first_error_.has_value()) {
        finish_failed(*first_error_);
        return;
    }
    note_survivors(system_.examine_survivors(opened_.handle));
    finish(Outcome::Kind::still_running);
}

void Walk::note_survivors(std::vector<kernel::SurvivorReport> survivors) {
    std::optional<Duration> since_kill;
    if (killed_at_.has_value()) {
        since_kill = std::chrono::duration_cast<Duration>(system_.now() - *killed_at_);
    }
    for (auto& survivor : survivors) {
        outcome_.survivors.push_back({.pid = survivor.pid,
                                      .command = std::move(survivor.command),
                                      .state = survivor.state,
                                      .wchan = std::move(survivor.wchan),
                                      .cause = std::move(survivor.cause),
                                      .since_kill = survivor.is_escapee ? std::nullopt : since_kill});
    }
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
    next_look_.reset();
    if (handle_.has_value()) {
        system_.close(opened_.handle);
        handle_.reset();
    }
    audience_.on_outcome(number_, outcome_);
}

}  // namespace cstop::stop
