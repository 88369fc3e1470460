#include "kernel/mounts.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/text.hpp"
#include "kernel/membership.hpp"
#include "kernel/proc_file.hpp"

namespace cstop::kernel {

namespace {

/// A host with ten thousand containers has some megabytes of it.
constexpr std::size_t largest_mountinfo = 64UL * 1024 * 1024;

constexpr std::string_view usual_place = "/sys/fs/cgroup";
/// include/linux/proc_ns.h: of the first cgroup namespace, since Linux 4.6.
constexpr std::uint64_t first_cgroup_namespace = 0xEFFFFFFB;
/// fs/kernfs numbers what it makes from 1 on, and the root is the first.
constexpr std::uint64_t root_cgroup_inode = 1;

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

struct Mounted {
    Directory directory;
    bool is_v2 = false;
};

Result<Mounted> open_mount(const std::string& path) {
    CSTOP_TRY(Directory directory, open_directory(path));
    struct statfs status{};
    if (::fstatfs(directory.number(), &status) != 0) {
        return fail_with_errno(errno, "statfs " + path);
    }
    if (status.f_type != CGROUP_SUPER_MAGIC && status.f_type != CGROUP2_SUPER_MAGIC) {
        return fail(ErrorCode::damaged, "open " + path + ": no cgroup file system");
    }
    return Mounted{.directory = std::move(directory), .is_v2 = status.f_type == CGROUP2_SUPER_MAGIC};
}

/// Open only if it is the whole v2 hierarchy and we are in the first cgroup namespace: else what is below it has
/// another name there than in /proc/PID/cgroup, and only the list of mounts tells which.
Directory open_usual_place() {
    Result<Mounted> mounted = open_mount(std::string(usual_place));
    struct stat status{};
    const bool is_root = mounted && mounted->is_v2 && ::fstat(mounted->directory.number(), &status) == 0 &&
                         status.st_ino == root_cgroup_inode &&
                         read_namespace_inode("/proc/self/ns/cgroup") == first_cgroup_namespace;
    return is_root ? std::move(mounted->directory) : Directory();
}

bool is_in_usual_place(const CgroupName& name) {
    return name.hierarchy.empty() && (name.below_mount || is_at_or_below(name.path, usual_place));
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

std::span<const CgroupMount> CgroupMounts::all() {
    if (known_ != Known::everything) {
        const Result<std::string> text = read_proc_path("/proc/self/mountinfo", largest_mountinfo);
        take(text ? parse_cgroup_mounts(*text) : std::vector<CgroupMount>());
    }
    return mounts_;
}

std::span<const CgroupMount> CgroupMounts::all_for(std::span<const CgroupName> names) {
    if (known_ == Known::everything || !std::ranges::all_of(names, is_in_usual_place)) {
        return all();
    }
    if (known_ == Known::nothing) {
        Directory directory = open_usual_place();
        if (!directory.is_open()) {
            return all();
        }
        take({{.is_v2 = true, .hierarchies = {""}, .root = "/", .mount_point = std::string(usual_place)}});
        directories_.front() = std::move(directory);
        known_ = Known::usual_place;
    }
    return mounts_;
}

void CgroupMounts::take(std::vector<CgroupMount> mounts) {
    mounts_ = std::move(mounts);
    directories_ = std::vector<Directory>(mounts_.size());
    known_ = Known::everything;
}

Result<const Directory*> CgroupMounts::open(std::size_t index) {
    Directory& directory = directories_.at(index);
    if (!directory.is_open()) {
        CSTOP_TRY(Mounted mounted, open_mount(mounts_[index].mount_point));
        directory = std::move(mounted.directory);
    }
    return &directory;
}

CgroupMounts& own_cgroup_mounts() {
    // Never destroyed: the end of the process closes a dozen directories with one call.
    static auto* const mounts = new CgroupMounts;  // NOLINT
    return *mounts;
}

}  // namespace cstop::kernel
