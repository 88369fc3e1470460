#include "kernel/confinement.hpp"

#include <array>
#include <cerrno>
#include <linux/capability.h>
#include <sys/prctl.h>

#include "kernel/capabilities.hpp"
#include "kernel/system_call_filter.hpp"

namespace cstop::kernel {

namespace {

constexpr std::array while_opening = {CAP_KILL, CAP_SYS_PTRACE, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH};
constexpr std::array with_others_containers = {CAP_KILL, CAP_SYS_PTRACE, CAP_DAC_OVERRIDE};
constexpr std::array with_own_containers = {CAP_KILL, CAP_SYS_PTRACE};

}  // namespace

std::vector<std::string> confine_process() {
    std::vector<std::string> missing;
    const auto note = [&](const Result<void>& done) {
        if (!done) {
            missing.push_back("not confined: " + format_error(done.error()));
        }
    };
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        note(fail_with_errno(errno, "set no_new_privs"));
    }
    note(keep_capabilities(while_opening));
    note(load_system_call_filter());
    return missing;
}

void drop_opening_capabilities(Containers opened) {
    // Best effort: what cannot be dropped was already told by confine_process.
    static_cast<void>(opened == Containers::some_are_others ? keep_capabilities(with_others_containers)
                                                            : keep_capabilities(with_own_containers));
}

}  // namespace cstop::kernel
