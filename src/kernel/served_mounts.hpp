#pragma once
// File systems that a process serves (FUSE): when it hangs, so does everybody who asks (faults.md F14).

#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

#include "base/result.hpp"
#include "kernel/descriptor.hpp"

namespace cstop::kernel {

/// The devices of the FUSE mounts in the text of a mountinfo (proc(5)).
std::vector<dev_t> parse_served_devices(std::string_view mountinfo);

/// Is it one of them? The mounts are read once for each device that is asked for, because somebody may have mounted it
/// just now; not for that of /run, where nearly every state root is.
bool is_served(dev_t device);

/// What `place` has opened, perhaps only with O_PATH: its S_IFMT bits. Its file system is asked nothing. Errors:
/// unsupported, with `path` in what, when it is on one of them; system.
Result<mode_t> read_unserved_type(const Descriptor& place, const std::string& path);

}  // namespace cstop::kernel
