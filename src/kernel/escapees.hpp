#pragma once
// Processes of a container that have left its cgroups (faults.md F22). In a pid namespace of their own they die with
// init. Where the pid namespace is shared they live on, in no list that is ours; but a process keeps its mount
// namespace, and the container's is its own.

#include <cstdint>
#include <vector>

namespace cstop::kernel {

/// The inode of the mount namespace of `pid`, 0 when it tells nothing: it is also that of cstop, of the first process,
/// or of the process's parent, or cannot be read.
std::uint64_t read_own_mount_namespace(std::int32_t pid);

/// Who is in that mount namespace and has not ended, sorted. Reads one link a process of the machine.
std::vector<std::int32_t> find_escapees(std::uint64_t mount_namespace);

}  // namespace cstop::kernel
