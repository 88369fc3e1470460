#include "kernel/mounts.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>

#include "base/text.hpp"
#include "kernel/proc_file.hpp"

namespace cstop::kernel {

namespace {

/// A host with ten thousand containers has some megabytes of it.
constexpr std::size_t largest_mountinfo = 64UL * 1024 * 1024;

bool is_octal(char letter) {
    return letter >= '0' && letter <= '7';
}

/// Blank, tab, newline and backslash are written \040, \011, \012, \134.
std::string decode_octal(std::string_view text) {
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 3 < text.size() && is_octal(text[i + 1]) && is_octal(text[i + 2]) &&
            is_octal(text[i + 3])) {
            const int value = (text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0');
            decoded.push_back(static_cast<char>(value));
            i += 3;
        } else {
            decoded.push_back(text[i]);
        }
    }
    return decoded;
}

/// What remains of the super options is controllers and "name=...": cgroup(7), kernel's cgroup1_show_options.
bool is_mount_flag(std::string_view option) {
    constexpr std::array<std::string_view, 9> flags = {"rw",   "ro",  "xattr",        "noprefix", "clone_children",
                                                       "none", "all", "favordynmods", "seclabel"};
    return std::ranges::find(flags, option) != flags.end() || option.starts_with("release_agent=") ||
           option == "cpuset_v2_mode";
}

std::vector<std::string> hierarchies_of(std::string_view super_options) {
    std::vector<std::string> hierarchies;
    for (const std::string_view option : split_text(super_options, ',')) {
        if (!option.empty() && !is_mount_flag(option)) {
            hierarchies.emplace_back(option);
        }
    }
    return hierarchies;
}

/// 36 35 98:0 ROOT MOUNTPOINT options optional... - TYPE SOURCE SUPEROPTIONS
void add_line(std::string_view line, std::vector<CgroupMount>& mounts) {
    constexpr std::string_view separator = " - ";
    const std::size_t middle = line.find(" - cgroup");  // blanks in paths are escaped: this cannot be inside one
    if (middle == std::string_view::npos) {
        return;
    }
    const std::vector<std::string_view> head = split_text(line.substr(0, middle), ' ');
    const std::vector<std::string_view> tail = split_text(line.substr(middle + separator.size()), ' ');
    if (head.size() < 5 || tail.size() < 3 || (tail[0] != "cgroup" && tail[0] != "cgroup2")) {
        return;
    }
    CgroupMount mount{.is_v2 = tail[0] == "cgroup2",
                      .hierarchies = {},
                      .root = decode_octal(head[3]),
                      .mount_point = decode_octal(head[4])};
    mount.hierarchies = mount.is_v2 ? std::vector<std::string>{""} : hierarchies_of(tail[2]);
    if (!mount.root.starts_with('/') || !mount.mount_point.starts_with('/') || mount.hierarchies.empty()) {
        return;
    }
    // A later mount on the same point hides the earlier one.
    std::erase_if(mounts, [&](const CgroupMount& other) { return other.mount_point == mount.mount_point; });
    mounts.push_back(std::move(mount));
}

}  // namespace

std::vector<CgroupMount> parse_cgroup_mounts(std::string_view mountinfo) {
    std::vector<CgroupMount> mounts;
    while (!mountinfo.empty()) {
        const std::size_t end = std::min(mountinfo.find('\n'), mountinfo.size());
        add_line(mountinfo.substr(0, end), mounts);
        mountinfo.remove_prefix(std::min(end + 1, mountinfo.size()));
    }
    return mounts;
}

bool has_hierarchy(const CgroupMount& mount, std::string_view hierarchy) {
    return std::ranges::find(mount.hierarchies, hierarchy) != mount.hierarchies.end();
}

Result<const Directory*> CgroupMounts::open(std::size_t index) {
    Directory& directory = directories_.at(index);
    if (!directory.is_open()) {
        const std::string& path = mounts_[index].mount_point;
        CSTOP_TRY(Directory opened, open_directory(path));
        struct statfs status{};
        if (::fstatfs(opened.number(), &status) != 0) {
            return fail_with_errno(errno, "statfs " + path);
        }
        if (status.f_type != CGROUP_SUPER_MAGIC && status.f_type != CGROUP2_SUPER_MAGIC) {
            return fail(ErrorCode::damaged, "open " + path + ": no cgroup file system");
        }
        directory = std::move(opened);
    }
    return &directory;
}

CgroupMounts& read_own_cgroup_mounts() {
    // Never destroyed: the end of the process closes a dozen directories with one call.
    static CgroupMounts* const mounts = [] {
        const Result<std::string> text = read_proc_path("/proc/self/mountinfo", largest_mountinfo);
        return new CgroupMounts(text ? parse_cgroup_mounts(*text) : std::vector<CgroupMount>());  // NOLINT
    }();
    return *mounts;
}

}  // namespace cstop::kernel
