#pragma once
// Is a container's own cgroup frozen? For the derived status; `System` does the thawing.

#include <span>

#include "kernel/system.hpp"

namespace cstop::kernel {

/// True when one of the cgroups that the state names exists and is frozen (v1 freezer.state other than THAWED, v2
/// cgroup.freeze 1). Unknown or missing: false. `pid` helps to find a path that was recorded in another mount view.
bool is_frozen(std::span<const CgroupName> cgroups, std::string_view id, std::int32_t pid);

}  // namespace cstop::kernel
