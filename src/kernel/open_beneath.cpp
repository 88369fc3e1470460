#include "kernel/open_beneath.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <linux/openat2.h>
#include <optional>
#include <string>
#include <sys/syscall.h>
#include <unistd.h>

#include <climits>
#include <fmt/format.h>

#include "base/text.hpp"
#include "kernel/permission.hpp"

namespace cstop::kernel {

namespace {

std::string describe(const Directory& parent, std::string_view relative) {
    return fmt::format("open {}/{}", parent.path(), relative);
}

Failure open_failure(int errno_value, const Directory& parent, std::string_view relative) {
    Error error = error_from_errno(errno_value, describe(parent, relative));
    // A symlink (ELOOP), a way out (EXDEV) or a file in the middle (ENOTDIR): not what its writer should have written.
    if (errno_value == ELOOP || errno_value == EXDEV || errno_value == ENOTDIR) {
        error.code = ErrorCode::damaged;
    }
    return Failure(advise_opening(std::move(error), parent, relative));
}

bool is_plain_relative(std::string_view relative) {
    if (relative.empty() || relative.front() == '/' || relative.find('\0') != std::string_view::npos) {
        return false;
    }
    for (std::size_t begin = 0; begin <= relative.size();) {
        const std::size_t end = std::min(relative.find('/', begin), relative.size());
        const std::string_view part = relative.substr(begin, end - begin);
        if (part == "." || part == "..") {
            return false;
        }
        begin = end + 1;
    }
    return true;
}

int call_openat(int directory, const std::string& name, int flags) {
    int number = -1;
    do {
        number = ::openat(directory, name.c_str(), flags);
    } while (number < 0 && errno == EINTR);
    return number;
}

int call_openat2(int directory, const char* relative, int flags, Crossing crossing) {
    open_how how{};
    how.flags = static_cast<decltype(how.flags)>(flags);
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    if (crossing == Crossing::same_mount) {
        how.resolve |= RESOLVE_NO_XDEV;
    }
    long number = -1;
    int attempts_left = 16;  // EAGAIN: a rename or mount raced with the walk (openat2(2))
    do {
        number = ::syscall(SYS_openat2, directory, relative, &how, sizeof(how));
    } while (number < 0 && (errno == EINTR || (errno == EAGAIN && --attempts_left > 0)));
    return static_cast<int>(number);
}

/// Without openat2: O_NOFOLLOW at each component does the same, because none of them is "..". A mount in between is
/// not noticed: whoever can mount there does not need us.
Result<Descriptor> open_step_by_step(const Directory& parent, std::string_view relative, int flags) {
    Descriptor holder;
    int directory = parent.number();
    const std::vector<std::string_view> parts = split_text(relative, '/');
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const bool is_last = i + 1 == parts.size();
        if (parts[i].empty() && !is_last) {
            continue;
        }
        const std::string name(parts[i].empty() ? "." : parts[i]);
        const int number =
            call_openat(directory, name, is_last ? flags | O_NOFOLLOW : O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (number < 0) {
            return open_failure(errno, parent, relative);
        }
        holder = Descriptor(number);
        directory = number;
    }
    return holder;
}

}  // namespace

Result<Descriptor> open_beneath(const Directory& parent, std::string_view relative, int flags, Crossing crossing) {
    if (!is_plain_relative(relative)) {
        return fail(ErrorCode::damaged, describe(parent, relative) + ": not a plain relative path");
    }
    flags |= O_CLOEXEC | ((flags & O_PATH) != 0 ? 0 : O_NOCTTY);  // openat2 refuses the two together
    if (relative.size() >= PATH_MAX) {
        return open_failure(ENAMETOOLONG, parent, relative);
    }
    std::array<char, PATH_MAX> path;  // NOLINT(cppcoreguidelines-pro-type-member-init): mostly not used
    *std::ranges::copy(relative, path.begin()).out = '\0';
    const int number = call_openat2(parent.number(), path.data(), flags, crossing);
    if (number >= 0) {
        return Descriptor(number);
    }
    // EPERM: container engines of 2020 and before answer so to calls that their seccomp profile does not know.
    if (errno == ENOSYS || errno == EPERM) {
        return open_step_by_step(parent, relative, flags);
    }
    return open_failure(errno, parent, relative);
}

namespace {

constexpr std::size_t page_size = 4096;

/// When is what read(2) has given so far everything?
struct End {
    Ending ending = Ending::end_of_file;
    std::optional<std::size_t> expected;  ///< a regular file that is as long as its status says has no more
};

Result<std::string> read_until(const Descriptor& descriptor, std::size_t limit, std::string_view name, End end) {
    std::string bytes;
    std::size_t length = 0;
    // A file that the kernel makes says that it has 0 bytes.
    const std::size_t expected = end.expected.value_or(0);
    std::size_t room = expected == 0 ? page_size : expected + 1;
    while (true) {
        // One byte more than allowed tells "exactly the limit" from "too long".
        // Not filled with zeros first: that would cost more than a short read.
        bytes.resize_and_overwrite(std::min(limit + 1, room), [](char*, std::size_t size) { return size; });
        const ssize_t count = ::read(descriptor.number(), bytes.data() + length, bytes.size() - length);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return fail_with_errno(errno, fmt::format("read {}", name));
        }
        length += static_cast<std::size_t>(count);
        const bool is_short = length < bytes.size() && (end.ending == Ending::short_read || end.expected == length);
        if (count == 0 || is_short) {
            bytes.resize(length);
            return bytes;
        }
        if (length > limit) {
            return fail(ErrorCode::damaged, fmt::format("read {}: larger than {} bytes", name, limit));
        }
        // The kernel gives the lists that it makes a page at a time.
        if (bytes.size() - length < page_size) {
            room = 2 * bytes.size();
        }
    }
}

}  // namespace

Result<std::string> read_all(const Descriptor& descriptor, std::size_t limit, std::string_view name, Ending ending) {
    return read_until(descriptor, limit, name, {.ending = ending, .expected = std::nullopt});
}

Result<std::string> read_all(const Descriptor& descriptor, std::size_t limit, std::string_view name,
                             std::size_t expected) {
    return read_until(descriptor, limit, name, {.ending = Ending::end_of_file, .expected = expected});
}

}  // namespace cstop::kernel
