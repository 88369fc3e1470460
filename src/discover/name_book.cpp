#include "discover/name_book.hpp"

#include <unistd.h>
#include <utility>

#include "base/bbolt.hpp"
#include "kernel/directory.hpp"
#include "kernel/foreign_directory.hpp"
#include "kernel/foreign_parser.hpp"
#include "kernel/page_file.hpp"

namespace cstop::discover {

namespace {

constexpr std::size_t largest_store = 64UL * 1024 * 1024;

bool is_trusted(std::uint32_t owner) {
    return owner == 0 || owner == geteuid();
}

/// A directory that the container's state names: where a stranger wrote that, it shall hold nobody up.
Result<kernel::Directory> open_store(const model::Container& container, const std::string& directory) {
    return is_trusted(container.state_owner) ? kernel::open_directory(directory)
                                             : kernel::open_foreign_directory(directory);
}

/// Does a store of `owner` belong to the container's own side?
bool may_be_read_for(const model::Container& container, std::uint32_t owner) {
    return owner == container.state_owner || (is_trusted(container.state_owner) && is_trusted(owner));
}

}  // namespace

Result<Names> parse_storage_names(std::string_view bytes, JsonReader read) {
    CSTOP_TRY(const Json containers, read(bytes, {"*.id", "*.names"}));
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

Result<kernel::FileContent> read_store_file(const model::Container& container, const std::string& directory,
                                            std::string_view name) {
    const std::size_t limit = is_trusted(container.state_owner) ? largest_store : kernel::largest_file;
    CSTOP_TRY(const kernel::Directory opened, open_store(container, directory));
    CSTOP_TRY(kernel::FileContent file, kernel::read_file_below(opened, name, limit, kernel::Crossing::same_mount));
    if (!may_be_read_for(container, file.writers.owner)) {
        return fail(ErrorCode::denied, directory + "/" + std::string(name) + ": belongs to somebody else");
    }
    return file;
}

namespace {

/// null: it is not there.
Result<Json> find_registered_name(const BboltSnapshot& snapshot, std::string_view id) {
    CSTOP_TRY(const auto registry, snapshot.find_bucket(snapshot.root(), {"id-registry"}));
    if (!registry) {
        return Json();
    }
    CSTOP_TRY(std::optional<std::string> name, snapshot.find_value(*registry, id));
    return name ? Json(Json::Value(*std::move(name))) : Json();
}

/// libpod's id-registry: id -> name, of containers and pods.
Result<std::optional<std::string>> read_registered_name(const model::Container& container, const std::string& directory,
                                                        std::string_view id) {
    CSTOP_TRY(const kernel::Directory opened, open_store(container, directory));
    CSTOP_TRY(const kernel::Writers writers, kernel::read_writers(opened));
    if (!may_be_read_for(container, writers.owner)) {
        return fail(ErrorCode::denied, directory + ": belongs to somebody else");
    }
    CSTOP_TRY(const kernel::PageFile database, kernel::open_page_file(opened, "bolt_state.db"));
    CSTOP_TRY(const Json name, kernel::parse_written_by(database.writers(), [&] {
                  return read_consistently(
                      database, [&](const BboltSnapshot& snapshot) { return find_registered_name(snapshot, id); });
              }));
    const auto text = name.text();
    return text ? std::optional(std::string(*text)) : std::nullopt;
}

}  // namespace

const Names& NameBook::read_names(const model::Container& container, const std::string& directory,
                                  std::string_view file) {
    auto key = std::pair(container.state_owner, directory + "/" + std::string(file));
    if (const auto found = files_.find(key); found != files_.end()) {
        return found->second;
    }
    // An unreadable store is a store without names: the ids still work.
    Names names;
    if (const auto content = read_store_file(container, directory, file)) {
        if (auto parsed = parse_storage_names(content->bytes, kernel::json_reader_for(content->writers))) {
            names = *std::move(parsed);
        }
    }
    return files_.emplace(std::move(key), std::move(names)).first->second;
}

std::optional<std::string> NameBook::read_pod_name(const model::Container& container, const std::string& directory,
                                                   std::string_view id) {
    auto key = std::pair(container.state_owner, directory + "/" + std::string(id));
    if (const auto found = pods_.find(key); found != pods_.end()) {
        return found->second;
    }
    auto name = read_registered_name(container, directory, id);
    return pods_.emplace(std::move(key), name ? *std::move(name) : std::nullopt).first->second;
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
