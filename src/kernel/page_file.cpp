#include "kernel/page_file.hpp"

#include <cerrno>
#include <fcntl.h>
#include <limits>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "kernel/open_beneath.hpp"

namespace cstop::kernel {

Result<std::string> PageFile::read(std::uint64_t offset, std::size_t size) const {
    if (offset > static_cast<std::uint64_t>(std::numeric_limits<off_t>::max()) - size) {
        return fail_short_page(offset);
    }
    std::string bytes(size, '\0');
    std::size_t done = 0;
    while (done < size) {
        const ssize_t count =
            ::pread(descriptor_.number(), bytes.data() + done, size - done, static_cast<off_t>(offset + done));
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return fail_with_errno(errno, "read");
        }
        if (count == 0) {
            return fail_short_page(offset + done);
        }
        done += static_cast<std::size_t>(count);
    }
    return bytes;
}

Result<PageFile> open_page_file(const Directory& parent, std::string_view relative) {
    CSTOP_TRY(Descriptor descriptor,
              open_beneath(parent, relative, O_RDONLY | O_NONBLOCK | O_NOFOLLOW, Crossing::same_mount));
    const std::string name = fmt::format("{}/{}", parent.path(), relative);
    struct stat status{};
    if (::fstat(descriptor.number(), &status) != 0) {
        return fail_with_errno(errno, "stat " + name);
    }
    if (!S_ISREG(status.st_mode)) {
        return fail(ErrorCode::damaged, fmt::format("read {}: not a regular file", name));
    }
    return PageFile(std::move(descriptor), writers_of(status));
}

}  // namespace cstop::kernel
