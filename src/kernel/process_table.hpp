#pragma once
// Everybody that /proc shows.

#include <cstdint>
#include <vector>

#include "base/result.hpp"

namespace cstop::kernel {

/// The pids in /proc, unsorted: of our pid namespace and those below it. Errors: denied, system.
Result<std::vector<std::int32_t>> list_processes();

}  // namespace cstop::kernel
