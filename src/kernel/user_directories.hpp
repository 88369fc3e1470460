#pragma once
// Where a user keeps configuration and data (XDG base directory specification): rootless engines do, and name it in
// none of their state.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cstop::kernel {

/// All empty: the user is in no file that is read here (LDAP, ...).
struct UserDirectories {
    std::string home;
    std::string configuration;  ///< $XDG_CONFIG_HOME, ~/.config
    std::string data;           ///< $XDG_DATA_HOME, ~/.local/share
};

/// The value of an environment variable when it is an absolute path; else empty.
std::string read_path_variable(const char* name);

/// The home directory of `user` in the text of a passwd(5).
std::optional<std::string_view> find_home(std::string_view passwd, std::uint32_t user);

/// Of the caller by the environment, of others by /etc/passwd. Looks at none of the directories.
UserDirectories find_user_directories(std::uint32_t user);

}  // namespace cstop::kernel
