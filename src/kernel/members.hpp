#pragma once
// Who is in a container's own cgroups: the union of all its hierarchies, sub-cgroups included (faults.md R9).

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "kernel/cgroup.hpp"

namespace cstop::kernel {

struct Members {
    std::vector<std::int32_t> pids;  ///< sorted, each once, all above 0
    /// v2 writes 0 for a process that our pid namespace does not show: it is there and can never be signalled by pid.
    std::size_t hidden = 0;
    std::size_t threaded = 0;  ///< cgroups that have somebody inside and list nobody (cgroups(7), threaded)

    bool is_empty() const { return count() == 0; }
    std::size_t count() const { return pids.size() + hidden + threaded; }
};

/// The text of a cgroup.procs. Lines that are no pid are skipped.
void parse_members(std::string_view text, Members& members);

/// A cgroup that was removed has no members. Errors: denied, system; they never hide members that were found.
Result<Members> read_members(std::span<const Cgroup> cgroups);

/// Does the pids controller of v1 count somebody? It counts also who is outside of our pid namespace, whom
/// cgroup.procs leaves out, and zombies.
bool has_counted_processes(std::span<const Cgroup> cgroups);

/// Those that are not zombies without live threads. (Kernels before 5.2 list zombies until they are reaped.)
Members without_zombies(Members members);

}  // namespace cstop::kernel
