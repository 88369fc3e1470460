#pragma once
// In which cgroups a process is, as /proc/PID/cgroup says (cgroups(7)).

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace cstop::kernel {

struct Membership {
    std::vector<std::string> hierarchies;  ///< v2: ""
    std::string path;                      ///< "/" or "/a/b"
};

using Memberships = std::vector<Membership>;

/// Lines that make no sense are skipped.
Memberships parse_memberships(std::string_view text);

/// Errors: gone, denied.
Result<Memberships> read_memberships(std::int32_t pid);

/// The path in the hierarchy that goes by one of these names; nullptr when the process is in none.
const std::string* find_path(const Memberships& memberships, const std::vector<std::string>& hierarchies);

/// Is `path` the directory `ancestor` or below it? Both absolute.
bool is_at_or_below(std::string_view path, std::string_view ancestor);

}  // namespace cstop::kernel
