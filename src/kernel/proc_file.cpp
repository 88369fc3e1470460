#include "kernel/proc_file.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>

#include <fmt/format.h>

#include "kernel/descriptor.hpp"
#include "kernel/open_beneath.hpp"

namespace cstop::kernel {

namespace {

constexpr std::size_t largest_proc_file = 256UL * 1024;

Result<Descriptor> open_file(const std::string& path) {
    int number = -1;
    do {
        number = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
    } while (number < 0 && errno == EINTR);
    if (number < 0) {
        return fail_with_errno(errno, "open " + path);
    }
    return Descriptor(number);
}

}  // namespace

Result<std::string> read_proc_path(const std::string& path, std::size_t limit) {
    CSTOP_TRY(const Descriptor file, open_file(path));
    return read_all(file, limit, path);
}

Result<Descriptor> open_proc_file(std::int32_t pid, std::string_view name) {
    Result<Descriptor> file = open_file(fmt::format("/proc/{}/{}", pid, name));
    // ENOENT at open, ESRCH at read: the process ended before or in between.
    if (!file && file.error().code == ErrorCode::not_found) {
        file.error().code = ErrorCode::gone;
    }
    return file;
}

Result<std::string> read_proc_file(std::int32_t pid, std::string_view name) {
    CSTOP_TRY(const Descriptor file, open_proc_file(pid, name));
    return read_all(file, largest_proc_file, fmt::format("/proc/{}/{}", pid, name), Ending::short_read);
}

bool is_absence(const Error& error) {
    return error.errno_value == ESRCH;
}

std::uint64_t read_namespace_inode(const std::string& path) {
    struct stat status{};
    return ::stat(path.c_str(), &status) == 0 ? status.st_ino : 0;
}

}  // namespace cstop::kernel
