#pragma once
// From what a container's files say to whom the kernel is asked to prove.

#include "kernel/system.hpp"
#include "model/container.hpp"

namespace cstop::stop {

kernel::Target make_target(const model::Container& container);

}  // namespace cstop::stop
