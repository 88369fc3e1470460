#pragma once
// Does a signal reach anything? The most frequent ten-second wait there is: `sleep` as PID 1, which no SIGTERM can end.

#include <optional>
#include <string>

#include "base/signal.hpp"
#include "kernel/system.hpp"
#include "model/evidence.hpp"

namespace cstop::stop {

/// Why init will never act on `signal`: "init (sleep) has no handler for SIGTERM: the kernel will drop it"; none: it
/// may. A blocked signal stays pending and may be read by sigwait(3) or a signalfd, so it is never called futile. The
/// kernel drops a signal without a handler only for the init of a pid namespace (pid_namespaces(7)).
std::optional<std::string> explain_futility(const kernel::Opened& opened, Signal signal);

/// What init does with `signal`. `later`: its sets at another moment, with what may be in sigwait(3) counted as blocked
/// (System::read_signals); only what both say is proven.
model::Reception find_reception(const kernel::Opened& opened, const std::optional<kernel::SignalSets>& later,
                                Signal signal);

/// Is it one of the set?
bool has_signal(std::uint64_t signals, Signal signal);

}  // namespace cstop::stop
