#pragma once
// The order within a pod: its sandbox or infra container holds the namespaces of the others, so it goes last.

#include <span>

#include "model/plan.hpp"

namespace cstop::plan {

/// Lets every sandbox among `plans` wait for the other containers of its pod.
void order_pods(std::span<model::Plan> plans);

}  // namespace cstop::plan
