#pragma once
// Directories whose paths strangers wrote: whoever serves a file system there may hang, and everybody who asks it hangs
// with them, whatever signal comes (faults.md F14).

#include <string>

#include "base/result.hpp"
#include "kernel/directory.hpp"

namespace cstop::kernel {

/// Every directory on the way, and where a symlink leads, is asked for nothing before it is known to be on no FUSE.
/// What is below it is to be read with Crossing::same_mount. Errors: not_found, denied; damaged, when it is no
/// directory; unsupported, when it is on a FUSE.
Result<Directory> open_foreign_directory(const std::string& path);

}  // namespace cstop::kernel
