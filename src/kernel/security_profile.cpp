#include "kernel/security_profile.hpp"

#include <string_view>

#include "kernel/proc_file.hpp"

namespace cstop::kernel {

std::string read_security_profile(std::int32_t pid) {
    const std::string profile = read_proc_file(pid, "attr/current").value_or("");
    return profile.substr(0, profile.find_first_of(std::string_view("\n\0", 2)));
}

}  // namespace cstop::kernel
