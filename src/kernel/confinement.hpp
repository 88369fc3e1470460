#pragma once
// Giving away what stopping does not need (design section 6): no_new_privs, capabilities, a seccomp allowlist.

#include <string>
#include <vector>

namespace cstop::kernel {

/// Confines this process for good. What the kernel lacks is left out and named in the answer: one sentence each, for
/// -v.
std::vector<std::string> confine_process();

}  // namespace cstop::kernel
