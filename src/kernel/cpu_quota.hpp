#pragma once
// A container that has no CPU time left cannot even die (faults.md F18).

#include <span>
#include <string>

#include "base/result.hpp"
#include "kernel/cgroup.hpp"

namespace cstop::kernel {

/// Of these cgroups only, never of an ancestor. True: there was one.
Result<bool> lift_cpu_quotas(std::span<const Cgroup> cgroups);

/// Has it a quota? v2: cpu.max; v1: cpu.cfs_quota_us.
bool has_cpu_quota(const Cgroup& cgroup);

/// The nearest ancestor whose quota has kept somebody waiting: "/sys/fs/cgroup/cpu/a"; empty: none.
std::string find_starving_ancestor(const Cgroup& cgroup);

}  // namespace cstop::kernel
