#pragma once
// May everybody in a cgroup be killed as "the container" (design section 6, faults.md R7)? Pure. Who is really inside
// is looked at again right before the kill: see kill.hpp.

#include <string>
#include <string_view>
#include <vector>

namespace cstop::kernel {

/// The state file claims that the cgroup at `path` is the container's own. All paths are of the same hierarchy, as
/// /proc/PID/cgroup writes them.
struct CgroupClaim {
    std::string_view path;  ///< empty: cannot be known
    std::string_view container_id;
    bool init_is_alive = false;
    bool init_has_private_pid_namespace = false;
    const std::string* init = nullptr;  ///< nullptr: in no cgroup of this hierarchy
    const std::string* own = nullptr;   ///< cstop's
};

/// Does the last component bear the id, whole or as in "libpod-ID" and "docker-ID.scope"? Below such a scope one more
/// component is allowed ("libpod-ID.scope/container").
bool is_named_after(std::string_view path, std::string_view container_id);

/// Every id that the cgroup at `path` is named after, the longest of a component first. Parts of `path`; most of them
/// are no container's.
std::vector<std::string_view> list_borne_ids(std::string_view path);

/// Empty when the claim holds; else why not.
std::string explain_refusal(const CgroupClaim& claim);

}  // namespace cstop::kernel
