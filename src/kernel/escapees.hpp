#pragma once
// Processes of a container that have left its cgroups (faults.md F22). In a pid namespace of their own they die with
// init. Where the pid namespace is shared they live on, in no list that is ours; but a process keeps its mount
// namespace, and the container's is its own.

#include <cstdint>
#include <vector>

#include "kernel/descriptor.hpp"

namespace cstop::kernel {

/// The mount namespace of `pid`, held: the number of one that has ended is given to the next. Not open when it tells
/// nothing: it is also that of cstop, of the first process or of the process's parent, or it cannot be opened.
Descriptor hold_own_mount_namespace(std::int32_t pid);

/// Who is in that mount namespace and has not begun to end, sorted. Reads one link a process of the machine.
std::vector<std::int32_t> find_escapees(const Descriptor& mount_namespace);

}  // namespace cstop::kernel
