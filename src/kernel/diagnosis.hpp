#pragma once
// Why somebody outlives SIGKILL. Reads nothing that can block: neither cmdline nor anything of the memory (faults.md
// R12, F11-F18).

#include <span>
#include <string>
#include <vector>

#include "kernel/cgroup.hpp"
#include "kernel/descriptor.hpp"
#include "kernel/init_process.hpp"
#include "kernel/members.hpp"
#include "kernel/system.hpp"

namespace cstop::kernel {

inline constexpr std::size_t most_survivors = 64;

/// Init, if it lives, and the members of the cgroups, at most `most_survivors`.
std::vector<SurvivorReport> examine(const InitProcess& init, std::span<const Cgroup> cgroups);

/// Who is left in the container's mount namespace (escapees.hpp) when its cgroups are empty or were given up, at most
/// `most_survivors`. `given_up`: the members of those.
std::vector<SurvivorReport> examine_escapees(const Descriptor& mount_namespace, const Members& given_up);

/// "containerd-shim (pid 812)"; the pid alone when its name cannot be read.
std::string describe_process(std::int32_t pid);

}  // namespace cstop::kernel
