#pragma once
// Carries out plans: all containers at the same time, one thread, one wait.

#include <optional>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "kernel/system.hpp"
#include "model/audience.hpp"
#include "model/outcome.hpp"
#include "model/plan.hpp"

namespace cstop::stop {

struct Run {
    std::vector<model::Outcome> outcomes;  ///< one a plan, in their order
    std::optional<Signal> interrupted_by;
};

/// Stops every plan's container. One stubborn container never keeps the others. Never fails as a whole: when waiting
/// itself is impossible every container that is not finished gets that error.
Run run_plans(kernel::System& system, std::span<const model::Plan> plans, model::Audience& audience);

}  // namespace cstop::stop
