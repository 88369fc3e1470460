#pragma once
// Giving away what stopping does not need (design section 6, faults.md R13, R14): no_new_privs, capabilities, a seccomp
// allowlist. No Landlock here: it would make a killed zombie's exit code read 0.
//
// Capabilities go in two stages. While containers are found and opened, other people's files must be readable and their
// cgroups openable (DAC_READ_SEARCH, DAC_OVERRIDE); signals need KILL; exit codes, wchan and the namespaces of others
// need SYS_PTRACE. Once all are open KILL and SYS_PTRACE are enough, because root owns its own cgroups: only where a
// container belongs to another user must DAC_OVERRIDE stay, or a frozen sub-cgroup of it could not be thawed.

#include <string>
#include <vector>

namespace cstop::kernel {

/// Confines this process for good. What the kernel lacks is left out and named in the answer: one sentence each, for
/// -v.
std::vector<std::string> confine_process();

enum class Containers { all_are_ours, some_are_others };

/// The second stage, when everything that will be stopped is open. Files of other users cannot be read after it, except
/// with some_are_others.
void drop_opening_capabilities(Containers opened);

}  // namespace cstop::kernel
