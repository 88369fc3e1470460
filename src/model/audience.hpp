#pragma once
// Whoever wants to hear what `stop` does while it does it. `stop` speaks, `report` listens; neither knows the other.

#include <cstddef>

#include "model/outcome.hpp"

namespace cstop::model {

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
};

}  // namespace cstop::model
