#include "stop/forecast.hpp"

#include <algorithm>
#include <utility>

#include "stop/walk.hpp"

namespace cstop::stop {

namespace {

using model::Aim;
using model::ForeseenStep;
using model::Step;

class Prophet {
public:
    Prophet(const model::Plan& plan, const Situation& situation) : plan_(plan), situation_(situation) {}

    model::Forecast foresee() {
        const bool has_work = situation_.init_is_alive || situation_.is_populated;
        if (situation_.is_created || !has_work) {
            return {};
        }
        const auto& steps = plan_.schedule.steps;
        const std::size_t first = situation_.init_is_alive ? 0 : find_kill_all(plan_.schedule).value_or(0);
        bool ends = true;
        for (std::size_t index = first; index < steps.size() && ends; ++index) {
            ends = add(index);
        }
        if (ends && !forecast_.repeat_from) {
            forecast_.end = at_;
        }
        return std::move(forecast_);
    }

private:
    bool is_repeated(std::size_t index) const {
        return plan_.schedule.repeat_from.has_value() && index >= *plan_.schedule.repeat_from;
    }

    /// False: nothing comes after it.
    bool add(std::size_t index) {
        const Step& step = plan_.schedule.steps[index];
        const bool is_missed = step.aim == Aim::init && !situation_.init_is_alive;
        if (is_missed && !is_repeated(index)) {
            return true;
        }
        if (is_repeated(index) && !forecast_.repeat_from) {
            forecast_.repeat_from = forecast_.steps.size();
        }
        ForeseenStep foreseen;
        foreseen.at = at_;
        foreseen.signal = signal_of(step);
        foreseen.aim = step.aim;
        foreseen.wait = step.wait;
        foreseen.omission = is_missed ? "init is dead" : explain_omission(index);
        if (foreseen.omission.empty()) {
            foreseen.way = way_of(step);
            foreseen.thaws = std::exchange(is_paused_, false);
            foreseen.wait = cuts_wait(index) ? Duration::zero() : step.wait;
        }
        forecast_.steps.push_back(foreseen);
        if (foreseen.wait == forever) {
            return false;
        }
        at_ += foreseen.wait;
        return true;
    }

    std::string explain_omission(std::size_t index) const {
        const bool is_configured = !plan_.is_explicit && index == 0 && signal_of(plan_.schedule.steps[0]) != sigkill;
        return is_configured && situation_.is_sent_already ? "another stop has sent it" : "";
    }

    std::string way_of(const Step& step) const {
        if (step.aim == Aim::init) {
            return situation_.handle;
        }
        if (signal_of(step) == sigkill) {
            return situation_.kill_way;
        }
        return situation_.has_cgroup ? "walk" : "init alone";
    }

    bool cuts_wait(std::size_t index) const {
        const Step& step = plan_.schedule.steps[index];
        return plan_.skips_futile_grace && step.aim == Aim::init && index + 1 < plan_.schedule.steps.size() &&
               !is_repeated(index) && situation_.is_futile(signal_of(step));
    }

    const model::Plan& plan_;
    const Situation& situation_;
    bool is_paused_ = situation_.is_paused;
    Duration at_{};
    model::Forecast forecast_;
};

}  // namespace

model::Forecast make_forecast(const model::Plan& plan, const Situation& situation) {
    return Prophet(plan, situation).foresee();
}

std::optional<std::size_t> find_kill_all(const model::Schedule& schedule) {
    const auto found = std::ranges::find_if(
        schedule.steps, [](const Step& step) { return signal_of(step) == sigkill && step.aim == Aim::all; });
    return found == schedule.steps.end() ? std::nullopt
                                         : std::optional(static_cast<std::size_t>(found - schedule.steps.begin()));
}

}  // namespace cstop::stop
