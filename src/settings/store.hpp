#pragma once
// Directories that a container's state file names: its bundle, its engine's store.

#include <string>

#include "base/result.hpp"
#include "kernel/directory.hpp"
#include "model/container.hpp"

namespace cstop::settings {

/// `path`, which the container's state file names. When somebody other than root and the caller wrote that file, the
/// directory must be theirs: they shall not make a privileged caller read for them (faults.md R3), nor wait for a file
/// system of theirs (F14): what is below it is to be read with Crossing::same_mount. Errors: not_found, denied,
/// damaged, unsupported.
Result<kernel::Directory> open_store(const model::Container& container, const std::string& path);

/// The first `count` directories above `path`, taken off: ("/a/b/c", 2) is "/a". Empty when there are not as many.
std::string strip_components(std::string_view path, int count);

}  // namespace cstop::settings
