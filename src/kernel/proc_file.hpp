#pragma once
// Small files below /proc.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/result.hpp"
#include "kernel/descriptor.hpp"

namespace cstop::kernel {

/// /proc/PID/`name`, one that the kernel makes in one piece: stat, status, cgroup, wchan, attr/... Errors: gone when
/// the process is (ENOENT, ESRCH); denied.
Result<std::string> read_proc_file(std::int32_t pid, std::string_view name);

/// The same file, open. Errors as above.
Result<Descriptor> open_proc_file(std::int32_t pid, std::string_view name);

/// The process ended between open and read, or a thread of it that is not the first is in the middle of exec: the two
/// exchange their ids, and for a moment nobody has the pid. A pidfd tells which.
bool is_absence(const Error& error);

/// So often a read is repeated that found nobody while the pidfd says that the process lives.
inline constexpr int most_absences = 100;

/// A file by its whole path, for those of no process or our own: "/proc/self/mountinfo".
Result<std::string> read_proc_path(const std::string& path, std::size_t limit);

/// The inode that a link below /proc/PID/ns names, 0 when that cannot be read.
std::uint64_t read_namespace_inode(const std::string& path);

}  // namespace cstop::kernel
