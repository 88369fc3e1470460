#include "kernel/user_directories.hpp"

#include <cstdlib>
#include <unistd.h>
#include <vector>

#include "base/text.hpp"
#include "kernel/directory.hpp"

namespace cstop::kernel {

namespace {

std::string choose(const std::string& wanted, const std::string& home, std::string_view below) {
    return wanted.empty() && !home.empty() ? home + std::string(below) : wanted;
}

/// getpwuid(3) would load code for LDAP and its like, and talk to sockets: neither is for a tool that runs confined.
std::string read_home(std::uint32_t user) {
    const auto passwd = read_file("/etc/passwd");
    const auto home = passwd ? find_home(passwd->bytes, user) : std::nullopt;
    return std::string(home.value_or(""));
}

}  // namespace

std::string read_path_variable(const char* name) {
    const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): one thread, nobody calls setenv
    return value != nullptr && value[0] == '/' ? value : "";
}

std::optional<std::string_view> find_home(std::string_view passwd, std::uint32_t user) {
    constexpr std::size_t user_field = 2;
    constexpr std::size_t home_field = 5;
    for (const std::string_view line : split_text(passwd, '\n')) {
        const std::vector<std::string_view> fields = split_text(line, ':');
        if (fields.size() > home_field && parse_number(fields[user_field], 0, UINT32_MAX) == user) {
            const std::string_view home = fields[home_field];
            return home.starts_with('/') ? std::optional(home) : std::nullopt;
        }
    }
    return std::nullopt;
}

UserDirectories find_user_directories(std::uint32_t user) {
    const bool is_caller = user == geteuid();
    UserDirectories found;
    found.home = is_caller ? read_path_variable("HOME") : "";
    if (found.home.empty()) {
        found.home = read_home(user);
    }
    found.configuration = choose(is_caller ? read_path_variable("XDG_CONFIG_HOME") : "", found.home, "/.config");
    found.data = choose(is_caller ? read_path_variable("XDG_DATA_HOME") : "", found.home, "/.local/share");
    return found;
}

}  // namespace cstop::kernel
