#pragma once
// The walk (walk.hpp) told beforehand, for a container on which nothing has an effect until the last step.

#include <functional>
#include <optional>
#include <string>

#include "model/evidence.hpp"
#include "model/plan.hpp"

namespace cstop::stop {

/// What the forecast depends on.
struct Situation {
    bool is_created = false;  ///< and not started: nothing is done
    bool init_is_alive = false;
    bool is_populated = false;  ///< somebody of it can be killed with its cgroup, init not counted
    bool is_paused = false;
    bool is_sent_already = false;  ///< another stop has sent the configured signal
    std::string handle;            ///< of init: "pidfd"
    std::string kill_way;          ///< of KILL@all
    bool has_cgroup = false;
    /// Does init provably never act on it?
    std::function<bool(Signal)> is_futile;
};

model::Forecast make_forecast(const model::Plan& plan, const Situation& situation);

/// The first step that kills everybody, to which a walk turns when init is dead; none: there is none.
std::optional<std::size_t> find_kill_all(const model::Schedule& schedule);

}  // namespace cstop::stop
