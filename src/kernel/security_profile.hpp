#pragma once
// What a security module confines a process by.

#include <cstdint>
#include <string>

namespace cstop::kernel {

/// "docker-default (enforce)", from /proc/PID/attr/current; empty: none, or no such module.
std::string read_security_profile(std::int32_t pid);

}  // namespace cstop::kernel
