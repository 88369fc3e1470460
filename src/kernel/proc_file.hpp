#pragma once
// Small files below /proc.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace cstop::kernel {

/// /proc/PID/`name`, one that the kernel makes in one piece: stat, status, cgroup, wchan, attr/... Errors: gone when
/// the process is (ENOENT, ESRCH); denied.
Result<std::string> read_proc_file(std::int32_t pid, std::string_view name);

/// A file by its whole path, for those of no process or our own: "/proc/self/mountinfo".
Result<std::string> read_proc_path(const std::string& path, std::size_t limit);

/// The inode that a link below /proc/PID/ns names, 0 when that cannot be read.
std::uint64_t read_namespace_inode(const std::string& path);

}  // namespace cstop::kernel
