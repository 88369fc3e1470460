#pragma once
// Opening below a directory that we hold, without symlinks and without leaving it (openat2(2), Linux 5.6; before that
// component by component).

#include <string_view>

#include "base/result.hpp"
#include "kernel/descriptor.hpp"
#include "kernel/directory.hpp"

namespace cstop::kernel {

/// `relative` has components that are neither "." nor "..", and is not absolute. `flags` are those of open(2);
/// O_CLOEXEC and O_NOCTTY are added. Errors: not_found, denied; damaged for a symlink or an escape; gone for a cgroup
/// that was removed.
Result<Descriptor> open_beneath(const Directory& parent, std::string_view relative, int flags,
                                Crossing crossing = Crossing::any_mount);

enum class Ending {
    end_of_file,
    short_read,  ///< for files that the kernel makes in one piece, such as /proc/PID/stat: one read(2) less
};

/// read(2) until the end, EINTR handled. Error: damaged when there are more than `limit` bytes.
Result<std::string> read_all(const Descriptor& descriptor, std::size_t limit, std::string_view name,
                             Ending ending = Ending::end_of_file);

/// The same of a regular file whose status says that it has `expected` bytes: mostly one read(2). Whatever it says, no
/// more than `limit` are kept.
Result<std::string> read_all(const Descriptor& descriptor, std::size_t limit, std::string_view name,
                             std::size_t expected);

}  // namespace cstop::kernel
