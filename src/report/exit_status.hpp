#pragma once
// The exit status: a pure merge, so that a script can rely on it.

#include <span>

#include "base/error.hpp"
#include "model/outcome.hpp"

namespace cstop::report {

enum class ExitStatus {
    done = 0,    ///< everything asked for is stopped or was not running
    failed = 1,  ///< something could not be read or signalled
    usage = 2,
    unknown = 3,  ///< no such container, or ambiguous
    still_running = 4,
    killed = 5,  ///< stopped, but SIGKILL was needed (--fail-on-kill)
};

/// Of an entry without a plan. `ignore_missing`: not_found counts as done.
ExitStatus exit_status_of(const Error& error, bool ignore_missing);
/// An interrupted stop is `failed`; whoever was interrupted by a signal dies of it instead.
ExitStatus exit_status_of(const model::Outcome& outcome, bool fail_on_kill);

/// The one that counts: 4, then 1, 3, 5, 0; usage, which is found before anything is done, comes before 3. Nothing at
/// all: done.
ExitStatus merge_exit_statuses(std::span<const ExitStatus> statuses);

}  // namespace cstop::report
