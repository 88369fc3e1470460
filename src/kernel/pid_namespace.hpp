#pragma once
// Who keeps a pid namespace from ending. Its init has done everything of its own end but waits for all others, and
// SIGKILL cannot hurry what is asleep or what somebody outside does not reap (pid_namespaces(7), faults.md F12).

#include <cstdint>
#include <span>
#include <string>

namespace cstop::kernel {

/// "sh (pid 812) and 2 others"; "sh (pid 812), a zombie that actor (pid 7) does not reap"; empty: nobody is seen.
/// `init` is the namespace's; `members` may be in namespaces below it.
std::string describe_blockers(std::int32_t init, std::span<const std::int32_t> members);

}  // namespace cstop::kernel
