#pragma once
// Two containers in one cgroup: whoever is killed with it, only one of them was meant (design section 6).

#include <cstdint>
#include <optional>

#include "kernel/init_process.hpp"
#include "kernel/members.hpp"

namespace cstop::kernel {

/// A member that is the init of another container: the first process of a pid namespace, with a parent that is neither
/// a member nor `init`, and in no session that one of these leads. What a container starts itself has a parent inside,
/// also after its own parent died, because init adopts it (pid_namespaces(7)), or is in a session that it was born into
/// (setsid(2)). None also where nothing of a process can be read.
std::optional<std::int32_t> find_foreign_init(const Members& members, const InitProcess& init);

}  // namespace cstop::kernel
