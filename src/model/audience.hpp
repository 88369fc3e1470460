#pragma once
// Whoever wants to hear what `stop` does while it does it. `stop` speaks, `report` listens; neither knows the other.

#include <cstddef>

#include "model/outcome.hpp"
#include "model/standing.hpp"

namespace cstop::model {

/// What an audience can see of the stops while they wait.
class Scene {
public:
    virtual ~Scene() = default;
    /// None: plan number `plan` has not begun, or its last word is said.
    virtual std::optional<Standing> look_at(std::size_t plan) = 0;
};

class Audience {
public:
    virtual ~Audience() = default;
    /// A step of plan number `plan` was done. Its wait begins now.
    virtual void on_step(std::size_t plan, const StepReport& step) = 0;
    /// Another signal had its time and failed; SIGKILL comes next.
    virtual void on_escalation(std::size_t plan, Signal failed, Duration waited) = 0;
    /// Anything else worth telling at once: a warning that a person can act on.
    virtual void on_warning(std::size_t plan, std::string_view sentence) = 0;
    /// The last word on plan number `plan`. Called exactly once a plan.
    virtual void on_outcome(std::size_t plan, const Outcome& outcome) = 0;

    /// How long from now it wants to look, while containers are waited for. None: nobody wakes up for it. It is asked
    /// again after each look and, as long as it wanted none, after each event.
    virtual std::optional<Duration> look_interval() const { return std::nullopt; }
    /// Its time to look. `scene` is valid during the call.
    virtual void on_look(Scene& scene) { static_cast<void>(scene); }
};

}  // namespace cstop::model
