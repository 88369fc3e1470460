#include "kernel/directory.hpp"

#include <algorithm>
#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <climits>
#include <fmt/format.h>

#include "kernel/open_beneath.hpp"
#include "kernel/permission.hpp"
#include "kernel/served_mounts.hpp"

namespace cstop::kernel {

namespace {

/// O_NONBLOCK: a FIFO in the place of a file must not hold us (faults.md R2).
constexpr int file_flags = O_RDONLY | O_NONBLOCK | O_NOFOLLOW;

std::optional<FileIdentity> identify(int directory, const char* path, int flags) {
    struct statx status{};
    if (::statx(directory, path, flags, STATX_TYPE | STATX_INO | STATX_BTIME, &status) != 0 ||
        !S_ISDIR(status.stx_mode)) {
        return std::nullopt;
    }
    const std::int64_t born_at =
        (status.stx_mask & STATX_BTIME) != 0 ? status.stx_btime.tv_sec * 1'000'000'000 + status.stx_btime.tv_nsec : 0;
    return FileIdentity{.device = gnu_dev_makedev(status.stx_dev_major, status.stx_dev_minor),
                        .inode = status.stx_ino,
                        .born_at = born_at};
}

Result<FileContent> read_regular(const Descriptor& descriptor, std::size_t limit, std::string_view name) {
    struct stat status{};
    if (::fstat(descriptor.number(), &status) != 0) {
        return fail_with_errno(errno, fmt::format("stat {}", name));
    }
    if (!S_ISREG(status.st_mode)) {
        return fail(ErrorCode::damaged, fmt::format("read {}: not a regular file", name));
    }
    CSTOP_TRY(std::string bytes, read_all(descriptor, limit, name, static_cast<std::size_t>(status.st_size)));
    return FileContent{.bytes = std::move(bytes), .writers = writers_of(status)};
}

Result<Descriptor> open_absolute(const std::string& path, int flags) {
    int number = -1;
    do {
        number = ::open(path.c_str(), flags | O_CLOEXEC | O_NOCTTY);
    } while (number < 0 && errno == EINTR);
    if (number < 0) {
        const int errno_value = errno;
        Error error = error_from_errno(errno_value, "open " + path);
        if (errno_value == ELOOP || errno_value == ENOTDIR) {
            error.code = ErrorCode::damaged;
        }
        return Failure(advise_opening(std::move(error), path));
    }
    return Descriptor(number);
}

std::string join(const Directory& parent, std::string_view relative) {
    std::string path;
    path.reserve(parent.path().size() + 1 + relative.size());
    return path.append(parent.path()).append("/").append(relative);
}

}  // namespace

Writers writers_of(const struct stat& status) {
    const bool by_mode = (status.st_mode & (S_IWGRP | S_IWOTH)) != 0;
    const bool is_sticky_directory = S_ISDIR(status.st_mode) && (status.st_mode & S_ISVTX) != 0;
    return {.owner = status.st_uid, .others_may_write = by_mode && !is_sticky_directory};
}

Result<Directory> open_directory(const std::string& path) {
    CSTOP_TRY(Descriptor descriptor, open_absolute(path, O_RDONLY | O_DIRECTORY));
    return Directory(std::move(descriptor), path);
}

Result<Directory> open_unserved_directory(const std::string& path) {
    CSTOP_TRY(const Descriptor place, open_absolute(path, O_PATH | O_DIRECTORY));
    CSTOP_CHECK(read_unserved_type(place, path));
    const int number = ::openat(place.number(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (number < 0) {
        return Failure(advise_opening(error_from_errno(errno, "open " + path), path));
    }
    return Directory(Descriptor(number), path);
}

Result<Directory> open_directory_below(const Directory& parent, std::string_view relative, Crossing crossing) {
    CSTOP_TRY(Descriptor descriptor, open_beneath(parent, relative, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, crossing));
    return Directory(std::move(descriptor), join(parent, relative));
}

Result<Writers> read_writers(const Directory& directory) {
    struct stat status{};
    if (::fstat(directory.number(), &status) != 0) {
        return fail_with_errno(errno, "stat " + directory.path());
    }
    return writers_of(status);
}

std::optional<FileIdentity> read_identity(const Directory& directory) {
    return directory.is_open() ? identify(directory.number(), "", AT_EMPTY_PATH) : std::nullopt;
}

std::optional<FileIdentity> read_identity(const std::string& path) {
    return identify(AT_FDCWD, path.c_str(), AT_SYMLINK_NOFOLLOW);
}

Result<FileContent> read_file_below(const Directory& parent, std::string_view relative, std::size_t limit,
                                    Crossing crossing) {
    CSTOP_TRY(const Descriptor descriptor, open_beneath(parent, relative, file_flags, crossing));
    return read_regular(descriptor, limit, join(parent, relative));
}

Result<std::string_view> peek_file_below(const Directory& parent, std::string_view relative, std::string& buffer,
                                         Crossing crossing) {
    constexpr std::size_t usual_room = 64UL * 1024;
    CSTOP_TRY(const Descriptor descriptor, open_beneath(parent, relative, file_flags, crossing));
    std::size_t length = 0;
    while (length <= largest_file) {
        if (length == buffer.size()) {
            buffer.resize(std::clamp(2 * length, usual_room, largest_file + 1));
        }
        const ssize_t count = ::read(descriptor.number(), buffer.data() + length, buffer.size() - length);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return fail_with_errno(errno, "read " + join(parent, relative));
        }
        length += static_cast<std::size_t>(count);
        // Only a FUSE gives less than there is, and no root is on one (open_unserved_directory).
        if (length < buffer.size()) {
            return std::string_view(buffer).substr(0, length);
        }
    }
    return fail(ErrorCode::damaged, fmt::format("read {}: larger than {} bytes", join(parent, relative), largest_file));
}

Result<FileContent> read_file(const std::string& path, std::size_t limit) {
    CSTOP_TRY(const Descriptor descriptor, open_absolute(path, O_RDONLY | O_NONBLOCK));
    return read_regular(descriptor, limit, path);
}

Result<std::string> read_standard_input(std::size_t limit) {
    // A copy with its own number: the owner type closes it, standard input stays.
    const int number = ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
    if (number < 0) {
        return fail_with_errno(errno, "read standard input");
    }
    return read_all(Descriptor(number), limit, "standard input");
}

bool has_entry(const Directory& parent, std::string_view relative) {
    return open_beneath(parent, relative, O_PATH | O_NOFOLLOW).has_value();
}

Result<std::string> read_link_below(const Directory& parent, std::string_view relative) {
    // openat2 refuses a symlink as the last component too, so the directory is opened and the name is looked up in it.
    const std::size_t slash = relative.rfind('/');
    Directory holder;
    if (slash != std::string_view::npos) {
        CSTOP_TRY(holder, open_directory_below(parent, relative.substr(0, slash)));
    }
    const std::string name(slash == std::string_view::npos ? relative : relative.substr(slash + 1));
    if (name.empty() || name == "." || name == ".." || name.find('\0') != std::string::npos) {
        return fail(ErrorCode::damaged, fmt::format("read link {}: not a plain name", join(parent, relative)));
    }
    std::string text(PATH_MAX, '\0');
    const ssize_t length =
        ::readlinkat(holder.is_open() ? holder.number() : parent.number(), name.c_str(), text.data(), text.size());
    if (length < 0) {
        const int errno_value = errno;
        Error error = error_from_errno(errno_value, "read link " + join(parent, relative));
        if (errno_value == EINVAL) {
            error.code = ErrorCode::damaged;
        }
        return Failure(std::move(error));
    }
    text.resize(static_cast<std::size_t>(length));
    return text;
}

Result<std::vector<std::string>> list_names(const Directory& directory) {
    // A new open file: the position of ours is not moved, so a directory can be listed twice.
    const int number = ::openat(directory.number(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (number < 0) {
        return Failure(advise_opening(error_from_errno(errno, "list " + directory.path()), directory, "."));
    }
    const auto close_stream = [](DIR* stream) { ::closedir(stream); };
    const std::unique_ptr<DIR, decltype(close_stream)> stream(::fdopendir(number), close_stream);
    if (!stream) {
        const int errno_value = errno;
        ::close(number);
        return fail_with_errno(errno_value, "list " + directory.path());
    }
    std::vector<std::string> names;
    while (true) {
        errno = 0;
        const dirent* entry = ::readdir(stream.get());  // NOLINT(concurrency-mt-unsafe): a stream of our own
        if (entry == nullptr) {
            if (errno != 0) {
                return fail_with_errno(errno, "list " + directory.path());
            }
            return names;
        }
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..") {
            names.emplace_back(name);
        }
    }
}

}  // namespace cstop::kernel
