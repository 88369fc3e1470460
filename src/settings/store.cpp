#include "settings/store.hpp"

#include <unistd.h>
#include <utility>

#include "kernel/foreign_directory.hpp"

namespace cstop::settings {

Result<kernel::Directory> open_store(const model::Container& container, const std::string& path) {
    if (!path.starts_with('/')) {
        return fail(ErrorCode::damaged, "no absolute path: \"" + path + "\"");
    }
    if (container.state_owner == 0 || container.state_owner == geteuid()) {
        return kernel::open_directory(path);
    }
    CSTOP_TRY(kernel::Directory directory, kernel::open_foreign_directory(path));
    CSTOP_TRY(const kernel::Writers writers, kernel::read_writers(directory));
    if (writers.owner != container.state_owner) {
        return fail(ErrorCode::denied, path + " does not belong to the container's owner");
    }
    return directory;
}

std::string strip_components(std::string_view path, int count) {
    for (; count > 0; --count) {
        const std::size_t slash = path.rfind('/');
        if (slash == std::string_view::npos || slash == 0) {
            return {};
        }
        path = path.substr(0, slash);
    }
    return std::string(path);
}

}  // namespace cstop::settings
