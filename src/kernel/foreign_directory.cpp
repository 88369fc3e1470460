#include "kernel/foreign_directory.hpp"

#include <cerrno>
#include <fcntl.h>
#include <ranges>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include <climits>

#include "base/text.hpp"
#include "kernel/served_mounts.hpp"

namespace cstop::kernel {

namespace {

/// As many as the kernel follows (path_resolution(7)).
constexpr int most_links = 40;

/// `name` in the directory `above`, or an absolute path.
Result<Descriptor> open_at(int above, const std::string& name, int flags, const std::string& path) {
    const int number = ::openat(above, name.c_str(), flags | O_CLOEXEC);
    if (number < 0) {
        const int errno_value = errno;
        Error error = error_from_errno(errno_value, "open " + path);
        if (errno_value == ENOTDIR) {
            error.code = ErrorCode::damaged;
        }
        return Failure(std::move(error));
    }
    return Descriptor(number);
}

Result<Descriptor> open_root(const std::string& path) {
    return open_at(AT_FDCWD, "/", O_PATH | O_DIRECTORY, path);
}

/// The components of a path that is still to be walked, the next one last.
void add_components(std::vector<std::string>& ahead, std::string_view path) {
    for (const std::string_view part : std::views::reverse(split_text(path, '/'))) {
        if (!part.empty() && part != ".") {
            ahead.emplace_back(part);
        }
    }
}

/// The text of a symbolic link that is open itself.
Result<std::string> read_own_link(const Descriptor& link, const std::string& path) {
    std::string text(PATH_MAX, '\0');
    const ssize_t length = ::readlinkat(link.number(), "", text.data(), text.size());
    if (length < 0) {
        return fail_with_errno(errno, "read link in " + path);
    }
    text.resize(static_cast<std::size_t>(length));
    return text;
}

}  // namespace

Result<Directory> open_foreign_directory(const std::string& path) {
    if (!path.starts_with('/') || path.size() >= PATH_MAX || path.contains('\0')) {
        return fail(ErrorCode::damaged, "open " + path + ": not an absolute path");
    }
    CSTOP_TRY(Descriptor place, open_root(path));
    std::vector<std::string> ahead;
    add_components(ahead, path);
    int links_left = most_links;
    while (!ahead.empty()) {
        const std::string name = std::move(ahead.back());
        ahead.pop_back();
        CSTOP_TRY(Descriptor next, open_at(place.number(), name, O_PATH | O_NOFOLLOW, path));
        CSTOP_TRY(const mode_t type, read_unserved_type(next, path));
        if (type != S_IFLNK) {
            place = std::move(next);
            continue;
        }
        CSTOP_TRY(const std::string target, read_own_link(next, path));
        if (--links_left < 0) {
            return fail(ErrorCode::damaged, "open " + path + ": too many symbolic links");
        }
        if (target.starts_with('/')) {
            CSTOP_TRY(place, open_root(path));
        }
        add_components(ahead, target);
    }
    CSTOP_TRY(Descriptor opened, open_at(place.number(), ".", O_RDONLY | O_DIRECTORY, path));
    return Directory(std::move(opened), path);
}

}  // namespace cstop::kernel
