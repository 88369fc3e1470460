#include "stop/crowd.hpp"

#include <algorithm>
#include <utility>

namespace cstop::stop {

Crowd::Crowd(kernel::System& system, std::span<const model::Plan> plans, model::Audience& audience)
    : system_(system), plans_(plans), audience_(audience) {
    for (std::size_t number = 0; number < plans.size(); ++number) {
        walks_.emplace_back(system, plans[number], number, audience);
        pending_.push_back(number);
    }
}

Run Crowd::run() {
    begin_ready();
    show();
    while (!active_.empty()) {
        wait_and_deliver();
        std::erase_if(active_, [this](std::size_t number) { return walks_[number].is_finished(); });
        begin_ready();
        show();
    }
    Run run;
    run.interrupted_by = interrupted_by_;
    for (auto& walk : walks_) {
        run.outcomes.push_back(std::move(walk.outcome()));
    }
    return run;
}

/// Begins everybody whose turn it is. Who finds no descriptor left waits until another walk has ended and given some
/// back.
void Crowd::begin_ready() {
    bool has_room = true;
    bool has_begun = true;
    while (has_begun && has_room && !pending_.empty()) {
        has_begun = false;
        std::vector<std::size_t> later;
        for (const auto number : pending_) {
            if (!has_room || !is_ready(number)) {
                later.push_back(number);
            } else if (walks_[number].begin(!active_.empty())) {
                has_begun = true;
                note_begun(number);
            } else {
                has_room = false;
                later.push_back(number);
            }
        }
        pending_ = std::move(later);
    }
    if (pending_.empty() && !is_opening_finished_) {
        is_opening_finished_ = true;
        system_.finish_opening();
    }
}

bool Crowd::is_ready(std::size_t number) const {
    return std::ranges::all_of(plans_[number].after, [this](std::size_t other) { return walks_[other].is_finished(); });
}

void Crowd::note_begun(std::size_t number) {
    const auto handle = walks_[number].handle();
    if (!handle.has_value()) {
        return;  // it has ended already
    }
    active_.push_back(number);
    if (by_handle_.size() <= *handle) {
        by_handle_.resize(*handle + 1);
    }
    by_handle_[*handle] = number;
}

void Crowd::wait_and_deliver() {
    const auto events = system_.wait(next_waking());
    if (!events.has_value()) {
        const auto error = with_context("wait for the container", events.error());
        for (auto& walk : walks_) {
            walk.on_failure(error);
        }
        pending_.clear();
        return;
    }
    for (const auto& event : *events) {
        deliver(event);
    }
    const auto now = system_.now();
    for (const auto number : active_) {
        const auto deadline = walks_[number].deadline();
        if (deadline.has_value() && now >= *deadline) {
            walks_[number].on_time();
        }
    }
}

/// The next look is counted from now: one that takes long makes it later, never the looks more frequent.
void Crowd::show() {
    if (next_look_.has_value() && !active_.empty() && system_.now() >= *next_look_) {
        audience_.on_look(*this);
        next_look_.reset();
    }
    const auto interval = next_look_.has_value() ? std::nullopt : audience_.look_interval();
    if (interval.has_value()) {
        next_look_ = system_.now() + *interval;
    }
}

std::optional<model::Standing> Crowd::look_at(std::size_t plan) {
    return walks_.at(plan).look();
}

void Crowd::deliver(const kernel::Event& event) {
    if (event.kind == kernel::Event::Kind::interrupted) {
        interrupted_by_ = event.signal;
        for (auto& walk : walks_) {
            walk.on_interrupt();
        }
        pending_.clear();
        return;
    }
    if (event.handle >= by_handle_.size()) {
        return;
    }
    // An earlier event of the same batch may have closed the container.
    auto& walk = walks_[by_handle_[event.handle]];
    if (walk.handle() == event.handle) {
        walk.on_change();
    }
}

std::optional<kernel::Instant> Crowd::next_waking() const {
    auto earliest = next_look_;
    for (const auto number : active_) {
        const auto deadline = walks_[number].deadline();
        if (deadline.has_value() && (!earliest.has_value() || *deadline < *earliest)) {
            earliest = deadline;
        }
    }
    return earliest;
}

Run run_plans(kernel::System& system, std::span<const model::Plan> plans, model::Audience& audience) {
    return Crowd(system, plans, audience).run();
}

}  // namespace cstop::stop
