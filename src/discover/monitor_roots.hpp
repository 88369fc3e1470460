#pragma once
// The state roots that only the processes know which watch the containers: containerd's shims and conmon.

#include <span>
#include <string>

#include "discover/roots.hpp"

namespace cstop::discover {

/// conmon's --runtime-arg --root=DIR, or --root and DIR as two of them; empty: the runtime's own default.
std::string find_runtime_root(std::span<const std::string> arguments);

/// containerd's state directory of a bundle, <state>/io.containerd.runtime.v2.task/<namespace>/<id>; empty: it is none.
std::string find_state_directory(std::string_view bundle);

/// Looks through every process: for words that were not found otherwise, and for --all.
void add_monitor_roots(RootList& list);

}  // namespace cstop::discover
