#pragma once
// The system calls that cstop may make (seccomp(2)).
//
// Dying half way is the worst outcome: between a freeze and its thaw a container would stay frozen (faults.md 0). So a
// call that nobody thought of, say of a new libc, answers ENOSYS, and libcs have an older way for that. Only what an
// intruder would need and cstop never does kills the process.

#include "base/result.hpp"

namespace cstop::kernel {

/// For good, and inherited by children. Errors: unsupported, denied, system.
Result<void> load_system_call_filter();

}  // namespace cstop::kernel
