#pragma once
// A dry run: the containers are opened and proven as a stop would do it, looked at, and left as they are.

#include <span>
#include <vector>

#include "base/result.hpp"
#include "kernel/system.hpp"
#include "model/evidence.hpp"
#include "model/plan.hpp"

namespace cstop::stop {

/// The evidence for every plan, in their order, and what run_plans would do. Nothing is sent, written or locked. Error:
/// the one with which a stop of that container would fail at once.
std::vector<Result<model::Evidence>> examine_plans(kernel::System& system, std::span<const model::Plan> plans);

}  // namespace cstop::stop
