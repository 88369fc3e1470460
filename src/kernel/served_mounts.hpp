#pragma once
// File systems that a process serves (FUSE): when it hangs, so does everybody who asks (faults.md F14).

#include <string_view>
#include <sys/types.h>
#include <vector>

namespace cstop::kernel {

/// The devices of the FUSE mounts in the text of a mountinfo (proc(5)).
std::vector<dev_t> parse_served_devices(std::string_view mountinfo);

/// Is it one of them? The mounts are read once, and only when the answer is not plain: not for the device of /run,
/// where nearly every state root is.
bool is_served(dev_t device);

}  // namespace cstop::kernel
