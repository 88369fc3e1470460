#include "kernel/cgroup.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.hpp"
#include "kernel/open_beneath.hpp"

namespace cstop::kernel {

namespace {

/// cgroup.procs of a hundred thousand processes is below a megabyte.
constexpr std::size_t largest_control_file = 16UL * 1024 * 1024;

/// kernfs counts subdirectories in the link count: most containers have none, and need no listing.
bool has_children(const struct stat& cgroup) {
    return cgroup.st_nlink > 2;
}

std::string describe(std::string_view verb, const Directory& cgroup, const std::string& name) {
    return std::string(verb) + " " + cgroup.path() + "/" + name;
}

/// In a directory that was removed every name is missing (ENOENT), as is a file that this kernel does not have.
Failure control_failure(int errno_value, const Directory& cgroup, std::string what) {
    Error error = error_from_errno(errno_value, std::move(what));
    if (errno_value == ENOENT && is_removed(cgroup)) {
        error.code = ErrorCode::gone;
    } else if (errno_value == EOPNOTSUPP) {
        error.code = ErrorCode::unsupported;
    }
    return Failure(std::move(error));
}

Result<Descriptor> open_control(const Directory& cgroup, const std::string& name, int flags) {
    int number = -1;
    do {
        number = ::openat(cgroup.number(), name.c_str(), flags | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY);
    } while (number < 0 && errno == EINTR);
    if (number < 0) {
        return control_failure(errno, cgroup, describe("open", cgroup, name));
    }
    return Descriptor(number);
}

Result<std::string> read_open_control(const Directory& cgroup, const std::string& name, Ending ending) {
    CSTOP_TRY(const Descriptor file, open_control(cgroup, name, O_RDONLY));
    Result<std::string> text = read_all(file, largest_control_file, cgroup.path() + "/" + name, ending);
    if (!text && text.error().errno_value == EOPNOTSUPP) {
        text.error().code = ErrorCode::unsupported;
    }
    return text;
}

}  // namespace

bool has_hierarchy(const Cgroup& cgroup, std::string_view hierarchy) {
    return std::ranges::find(cgroup.hierarchies, hierarchy) != cgroup.hierarchies.end();
}

bool has_cgroup_of_others(std::span<const Cgroup> cgroups, std::uint32_t user) {
    return std::ranges::any_of(cgroups, [user](const Cgroup& cgroup) {
        // Nothing else is written in the other v1 hierarchies but a CPU quota, and that is a help, not a must.
        if (!cgroup.is_v2 && !has_hierarchy(cgroup, "freezer")) {
            return false;
        }
        struct stat status{};
        if (::fstat(cgroup.directory.number(), &status) == 0 && !has_children(status)) {
            return status.st_uid != user;
        }
        bool is_all_of_user = true;
        visit_tree(cgroup.directory, [&](const Directory& directory) {
            is_all_of_user = ::fstat(directory.number(), &status) != 0 || status.st_uid == user;
            return is_all_of_user;
        });
        return !is_all_of_user;
    });
}

bool is_removed(const Directory& cgroup) {
    // Every cgroup of either version has this file, the root too.
    return ::faccessat(cgroup.number(), "cgroup.procs", F_OK, 0) != 0 && (errno == ENOENT || errno == ENODEV);
}

Result<Cgroup> open_cgroup(CgroupMounts& mounts, const CgroupLocation& location) {
    CSTOP_TRY(const Directory* mount, mounts.open(location.mount));
    CSTOP_TRY(Descriptor descriptor,
              open_beneath(*mount, location.relative, O_RDONLY | O_DIRECTORY, Crossing::same_mount));
    const CgroupMount& where = mounts.at(location.mount);
    return Cgroup{.is_v2 = where.is_v2,
                  .hierarchies = where.hierarchies,
                  .path = location.path,
                  .directory = Directory(std::move(descriptor), mount->path() + "/" + location.relative)};
}

Result<Cgroup> open_first_cgroup(CgroupMounts& mounts, const std::vector<CgroupLocation>& locations) {
    Result<Cgroup> cgroup = fail(ErrorCode::not_found, "open cgroup: none");
    for (const CgroupLocation& location : locations) {
        cgroup = open_cgroup(mounts, location);
        if (cgroup || cgroup.error().code != ErrorCode::not_found) {
            break;
        }
    }
    return cgroup;
}

Result<std::string> read_control(const Directory& cgroup, const std::string& name) {
    Result<std::string> text = read_open_control(cgroup, name, Ending::short_read);
    if (text && text->ends_with('\n')) {
        text->pop_back();
    }
    return text;
}

Result<std::string> read_process_list(const Directory& cgroup) {
    return read_open_control(cgroup, "cgroup.procs", Ending::end_of_file);
}

Result<void> write_control(const Directory& cgroup, const std::string& name, std::string_view text) {
    CSTOP_TRY(const Descriptor file, open_control(cgroup, name, O_WRONLY));
    ssize_t count = -1;
    do {
        count = ::write(file.number(), text.data(), text.size());
    } while (count < 0 && errno == EINTR);
    if (count < 0) {
        return control_failure(errno, cgroup, describe("write", cgroup, name));
    }
    return {};
}

Result<void> check_control(const Directory& cgroup, const std::string& name) {
    CSTOP_CHECK(open_control(cgroup, name, O_PATH));
    if (::faccessat(cgroup.number(), name.c_str(), W_OK, 0) != 0) {
        return control_failure(errno, cgroup, describe("write", cgroup, name));
    }
    return {};
}

std::vector<Directory> open_children(const Directory& cgroup) {
    std::vector<Directory> children;
    struct stat status{};
    if (::fstat(cgroup.number(), &status) != 0 || !has_children(status)) {
        return children;
    }
    const Result<std::vector<std::string>> names = list_names(cgroup);
    if (!names) {
        return children;
    }
    for (const std::string& name : *names) {
        Result<Descriptor> child =
            open_beneath(cgroup, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, Crossing::same_mount);
        if (child) {
            children.emplace_back(*std::move(child), cgroup.path() + "/" + name);
        }
    }
    return children;
}

Directory open_parent(const Directory& cgroup) {
    const std::string path = cgroup.path().substr(0, cgroup.path().rfind('/'));
    Directory parent(Descriptor(::openat(cgroup.number(), "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC)), path);
    return parent.is_open() && !is_removed(parent) ? std::move(parent) : Directory();
}

std::int64_t parse_keyed_number(std::string_view text, std::string_view key) {
    for (const std::string_view line : split_text(text, '\n')) {
        if (line.starts_with(key) && line.substr(key.size()).starts_with(' ')) {
            const auto value = parse_number(line.substr(key.size() + 1), 0, INT64_MAX);
            return value ? static_cast<std::int64_t>(*value) : -1;
        }
    }
    return -1;
}

}  // namespace cstop::kernel
