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

Result<std::string> read_proc_file(std::int32_t pid, std::string_view name) {
    const std::string path = fmt::format("/proc/{}/{}", pid, name);
    Result<Descriptor> file = open_file(path);
    // ENOENT at open, ESRCH at read: the process ended before or in between.
    if (!file) {
        Error error = std::move(file).error();
        error.code = error.code == ErrorCode::not_found ? ErrorCode::gone : error.code;
        return Failure(std::move(error));
    }
    return read_all(*file, largest_proc_file, path, Ending::short_read);
}

bool is_absence(const Error& error) {
    return error.errno_value == ESRCH;
}

std::uint64_t read_namespace_inode(const std::string& path) {
    struct stat status{};
    return ::stat(path.c_str(), &status) == 0 ? status.st_ino : 0;
}

}  // namespace cstop::kernel
