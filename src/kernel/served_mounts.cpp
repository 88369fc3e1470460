#include "kernel/served_mounts.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/text.hpp"
#include "kernel/proc_file.hpp"

namespace cstop::kernel {

namespace {

constexpr std::size_t largest_mountinfo = 64UL * 1024 * 1024;

/// "0:52" of the third field, when what follows " - " is "fuse", "fuseblk" or "fuse.sshfs".
bool take_served(std::string_view line, dev_t& device) {
    const auto separator = line.find(" - fuse");
    if (separator == std::string_view::npos) {
        return false;
    }
    const auto fields = split_text(line.substr(0, separator), ' ');
    const auto numbers = split_text(fields.size() > 2 ? fields[2] : "", ':');
    const auto major = parse_number(numbers.front(), 0, UINT32_MAX);
    const auto minor = numbers.size() == 2 ? parse_number(numbers[1], 0, UINT32_MAX) : std::nullopt;
    if (!major || !minor) {
        return false;
    }
    device = makedev(static_cast<unsigned>(*major), static_cast<unsigned>(*minor));
    return true;
}

dev_t read_device(const char* path) {
    struct stat status{};
    return ::stat(path, &status) == 0 ? status.st_dev : 0;
}

}  // namespace

std::vector<dev_t> parse_served_devices(std::string_view mountinfo) {
    std::vector<dev_t> devices;
    for (const std::string_view line : split_text(mountinfo, '\n')) {
        dev_t device = 0;
        if (take_served(line, device)) {
            devices.push_back(device);
        }
    }
    return devices;
}

bool is_served(dev_t device) {
    static std::vector<dev_t> plain = {read_device("/run")};
    if (std::ranges::find(plain, device) != plain.end()) {
        return false;
    }
    static std::vector<dev_t> served;
    if (std::ranges::find(served, device) == served.end()) {
        const auto mountinfo = read_proc_path("/proc/self/mountinfo", largest_mountinfo);
        served = mountinfo ? parse_served_devices(*mountinfo) : std::vector<dev_t>();
    }
    const bool is_found = std::ranges::find(served, device) != served.end();
    if (!is_found) {
        plain.push_back(device);
    }
    return is_found;
}

Result<mode_t> read_unserved_type(const Descriptor& place, const std::string& path) {
    struct statx status{};
    if (::statx(place.number(), "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_TYPE, &status) != 0) {
        // Before Linux 4.11 the C library plays statx and refuses the flag; there a FUSE is asked, as by any open.
        struct stat older{};
        if ((errno != EINVAL && errno != ENOSYS) || ::fstat(place.number(), &older) != 0) {
            return fail_with_errno(errno, "stat " + path);
        }
        if (is_served(older.st_dev)) {
            return fail(ErrorCode::unsupported, path + " is not read: it is on a FUSE, which may hang");
        }
        return older.st_mode & S_IFMT;
    }
    if (is_served(makedev(status.stx_dev_major, status.stx_dev_minor))) {
        return fail(ErrorCode::unsupported, path + " is not read: it is on a FUSE, which may hang");
    }
    return static_cast<mode_t>(status.stx_mode & S_IFMT);
}

}  // namespace cstop::kernel
