#include "discover/name_book.hpp"

#include <unistd.h>
#include <utility>

#include "kernel/directory.hpp"

namespace cstop::discover {

namespace {

constexpr std::size_t largest_store = 64UL * 1024 * 1024;

}  // namespace

Result<Names> parse_storage_names(std::string_view bytes) {
    CSTOP_TRY(const Json containers, read_json(bytes, {"*.id", "*.names"}));
    Names names;
    for (const Json& container : containers.elements()) {
        const std::string_view id = container["id"].text().value_or("");
        const auto given = container["names"].elements();
        const std::string_view name = given.empty() ? "" : given.front().text().value_or("");
        if (!id.empty() && !name.empty()) {
            names.emplace(id, name);
        }
    }
    return names;
}

Result<std::string> read_store_file(const model::Container& container, const std::string& directory,
                                    std::string_view name) {
    CSTOP_TRY(const kernel::Directory opened, kernel::open_directory(directory));
    CSTOP_TRY(kernel::FileContent file, kernel::read_file_below(opened, name, largest_store));
    const bool is_trusted_state = container.state_owner == 0 || container.state_owner == geteuid();
    const bool is_trusted_file = file.writers.owner == 0 || file.writers.owner == geteuid();
    if (file.writers.owner != container.state_owner && !(is_trusted_state && is_trusted_file)) {
        return fail(ErrorCode::denied, directory + "/" + std::string(name) + ": belongs to somebody else");
    }
    return std::move(file.bytes);
}

const Names& NameBook::read_names(const model::Container& container, const std::string& directory,
                                  std::string_view file) {
    auto key = std::pair(container.state_owner, directory + "/" + std::string(file));
    if (const auto found = files_.find(key); found != files_.end()) {
        return found->second;
    }
    // An unreadable store is a store without names: the ids still work.
    Names names;
    if (const auto bytes = read_store_file(container, directory, file)) {
        if (auto parsed = parse_storage_names(*bytes)) {
            names = *std::move(parsed);
        }
    }
    return files_.emplace(std::move(key), std::move(names)).first->second;
}

std::optional<std::string> NameBook::read_storage_name(const model::Container& container,
                                                       const std::string& directory) {
    for (const std::string_view file : {"containers.json", "volatile-containers.json"}) {
        const Names& names = read_names(container, directory, file);
        if (const auto found = names.find(container.id); found != names.end()) {
            return found->second;
        }
    }
    return std::nullopt;
}

}  // namespace cstop::discover
