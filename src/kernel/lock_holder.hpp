#pragma once
// Who holds a flock(2), found out without asking for the lock: /proc/locks (proc(5)) lists every one.

#include <cstdint>
#include <optional>
#include <string_view>

#include "kernel/directory.hpp"

namespace cstop::kernel {

/// The file as the kernel names it: the device of its file system and the inode.
struct LockedFile {
    unsigned major = 0;
    unsigned minor = 0;
    std::uint64_t inode = 0;
    bool operator==(const LockedFile&) const = default;
};

/// The pid that holds a flock on `file`, as /proc/locks lists it. Those who only wait for one do not count.
std::optional<std::int32_t> parse_lock_holder(std::string_view locks, const LockedFile& file);

/// None: nobody that our pid namespace shows. On btrfs the kernel lists another device than stat(2) does, and nobody is
/// found.
std::optional<std::int32_t> find_lock_holder(const Directory& directory);

}  // namespace cstop::kernel
