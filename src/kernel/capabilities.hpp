#pragma once
// The capabilities of this process (capabilities(7)).

#include <cstdint>
#include <span>

#include "base/result.hpp"

namespace cstop::kernel {

/// Keeps those of `kept` (CAP_KILL, ...) that the process has, and no other, ever. Error: the system call's.
Result<void> keep_capabilities(std::span<const int> kept);

/// Those that are in effect, bit n for capability n.
Result<std::uint64_t> read_capabilities();

}  // namespace cstop::kernel
