#include "kernel/permission.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <linux/capability.h>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "kernel/capabilities.hpp"
#include "kernel/proc_file.hpp"

namespace cstop::kernel {

namespace {

/// user_namespaces(7): the first one maps all of 32 bits to themselves.
bool is_in_first_user_namespace() {
    constexpr std::size_t largest_map = 16384;
    const auto map = read_proc_path("/proc/self/uid_map", largest_map);
    return !map || map->contains("4294967295");
}

bool has_capability(int capability) {
    const auto capabilities = read_capabilities();
    return !capabilities || ((*capabilities >> static_cast<unsigned>(capability)) & 1U) != 0;
}

std::string_view format_capability(int capability) {
    return capability == CAP_KILL ? "CAP_KILL" : "CAP_DAC_READ_SEARCH";
}

bool is_refusal(const Error& error) {
    return error.errno_value == EACCES || error.errno_value == EPERM;
}

std::optional<std::uint32_t> find_owner(int directory, const std::string& path) {
    struct stat status{};
    if (::fstatat(directory, path.c_str(), &status, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) != 0) {
        return std::nullopt;
    }
    return status.st_uid;
}

}  // namespace

std::string advise_owner(std::uint32_t owner, int capability) {
    if (::geteuid() == 0) {
        if (!is_in_first_user_namespace()) {
            return "cstop is root of a user namespace only: run it as root of the host";
        }
        return has_capability(capability) ? "" : fmt::format("run as root with {}", format_capability(capability));
    }
    if (owner == 0 || owner == ::geteuid()) {
        return "run as root";
    }
    return fmt::format("run as root, or as uid {}, who owns it", owner);
}

Error advise_opening(Error error, const std::string& path) {
    if (!is_refusal(error)) {
        return error;
    }
    // What cannot be looked at lies below what is closed.
    std::string closed = path;
    std::optional<std::uint32_t> owner = find_owner(AT_FDCWD, closed);
    while (!owner && closed.find_last_of('/') != std::string::npos && closed.size() > 1) {
        closed.resize(std::max<std::size_t>(closed.find_last_of('/'), 1));
        owner = find_owner(AT_FDCWD, closed);
    }
    error.advice = advise_owner(owner.value_or(0), CAP_DAC_READ_SEARCH);
    return error;
}

Error advise_signalling(Error error, std::uint32_t owner) {
    if (error.errno_value == EPERM) {
        error.advice = advise_owner(owner, CAP_KILL);
    }
    return error;
}

Error advise_opening(Error error, const Directory& parent, std::string_view name) {
    // A path of several names could meanwhile lead over a link of somebody else's.
    if (is_refusal(error) && !name.contains('/')) {
        const auto owner = find_owner(parent.number(), std::string(name));
        error.advice = advise_owner(owner.value_or(0), CAP_DAC_READ_SEARCH);
    }
    return error;
}

}  // namespace cstop::kernel
