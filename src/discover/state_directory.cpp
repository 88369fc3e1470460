#include "discover/state_directory.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <unistd.h>
#include <utility>

#include "discover/runtime.hpp"
#include "discover/status.hpp"
#include "kernel/foreign_parser.hpp"

namespace cstop::discover {

namespace {

Failure fail_at(const std::string& path, Error error) {
    return Failure(with_context("read " + path, std::move(error)));
}

/// One owner for the file and its directory, and nobody else may write them. Somebody who is neither root nor the
/// caller and owns any of the three levels owns the container: the kernel then proves that the process is theirs.
Result<std::uint32_t> find_owner(const kernel::Writers& root, const kernel::Writers& directory,
                                 const kernel::Writers& file) {
    if (root.others_may_write || directory.others_may_write || file.others_may_write) {
        return fail(ErrorCode::denied, "refused: users other than its owner may write it or a directory above it");
    }
    if (file.owner != directory.owner) {
        return fail(ErrorCode::denied, "refused: its directory has another owner (uid " +
                                           std::to_string(directory.owner) + ", not " + std::to_string(file.owner) +
                                           ")");
    }
    const auto is_stranger = [](std::uint32_t owner) { return owner != 0 && owner != geteuid(); };
    if (!is_stranger(root.owner) || root.owner == file.owner) {
        return file.owner;
    }
    if (is_stranger(file.owner)) {
        return fail(ErrorCode::denied, "refused: its root belongs to another user (uid " + std::to_string(root.owner) +
                                           ", not " + std::to_string(file.owner) + ")");
    }
    return root.owner;
}

/// The second file of a runtime; empty when it cannot be read or others wrote it.
std::string read_companion(const kernel::Directory& directory, const Runtime& runtime, std::uint32_t owner) {
    if (runtime.companion_file.empty()) {
        return {};
    }
    auto file =
        kernel::read_file_below(directory, runtime.companion_file, kernel::largest_file, kernel::Crossing::same_mount);
    if (!file || file->writers.others_may_write || file->writers.owner != owner) {
        return {};
    }
    return std::move(file->bytes);
}

/// Offers the file to every runtime that uses its name.
Result<model::Container> parse_state(const kernel::Directory& directory, const Runtime& first, std::string_view id,
                                     const kernel::FileContent& file) {
    for (const Runtime& runtime : known_runtimes()) {
        if (runtime.state_file != first.state_file) {
            continue;
        }
        const std::string companion = read_companion(directory, runtime, file.writers.owner);
        CSTOP_TRY(auto container, runtime.parse({.id = id,
                                                 .state = file.bytes,
                                                 .companion = companion,
                                                 .read = kernel::json_reader_for(file.writers)}));
        if (container) {
            container->runtime = runtime.name;
            return *std::move(container);
        }
    }
    return fail(ErrorCode::damaged, "the state of no runtime that is known");
}

/// The first state file that is there, with the runtime that may have written it. None: there is none.
struct StateFile {
    const Runtime* runtime = nullptr;
    kernel::FileContent content;
};

Result<StateFile> read_state_file(const kernel::Directory& directory) {
    std::string_view tried;
    for (const Runtime& runtime : known_runtimes()) {
        if (runtime.state_file == tried) {
            continue;
        }
        tried = runtime.state_file;
        auto content = kernel::read_file_below(directory, tried, kernel::largest_file, kernel::Crossing::same_mount);
        if (content) {
            return StateFile{.runtime = &runtime, .content = *std::move(content)};
        }
        if (content.error().code != ErrorCode::not_found) {
            return Failure(std::move(content).error());
        }
    }
    return StateFile{};
}

}  // namespace

Result<model::Container> read_container(const Root& root, std::string_view id, Detail detail, NameBook& book) {
    const std::string path = root.directory.path() + "/" + std::string(id);
    CSTOP_TRY(const kernel::Directory directory,
              kernel::open_directory_below(root.directory, id, kernel::Crossing::same_mount));
    CSTOP_TRY(const StateFile file, read_state_file(directory));
    if (file.runtime == nullptr) {
        return fail(ErrorCode::not_found, path + ": holds no runtime's state");
    }
    const std::string file_path = path + "/" + std::string(file.runtime->state_file);
    CSTOP_TRY(const kernel::Writers writers, kernel::read_writers(directory));
    auto owner = find_owner(root.writers, writers, file.content.writers);
    if (!owner) {
        return fail_at(file_path, std::move(owner).error());
    }
    auto parsed = parse_state(directory, *file.runtime, id, file.content);
    if (!parsed) {
        return fail_at(file_path, std::move(parsed).error());
    }
    model::Container container = *std::move(parsed);
    container.state_directory = path;
    container.state_file = file.runtime->state_file;
    container.state_identity = kernel::read_identity(directory);
    container.state_owner = *owner;
    name_container(container, root.directory.path(), book);
    switch (detail) {
        case Detail::names: break;
        case Detail::start: derive_start(container, directory); break;
        case Detail::life: derive_life(container, directory); break;
        case Detail::status:
            derive_life(container, directory);
            note_pause(container);
            break;
    }
    return container;
}

/// The first state file that is there, as read_state_file would find it.
std::optional<NameFilter::Peek> NameFilter::peek_state(std::string_view id) {
    std::string_view tried;
    for (const Runtime& runtime : known_runtimes()) {
        if (runtime.state_file == tried) {
            continue;
        }
        tried = runtime.state_file;
        path_.assign(id).append("/").append(tried);
        const auto state = kernel::peek_file_below(root_.directory, path_, state_, kernel::Crossing::same_mount);
        if (state) {
            return Peek{.companion_file = runtime.companion_file, .state = *state};
        }
        if (state.error().code != ErrorCode::not_found) {
            return std::nullopt;
        }
    }
    return std::nullopt;
}

bool NameFilter::admits(std::string_view id) {
    const auto found = peek_state(id);
    if (!found) {
        return false;
    }
    const std::string& root = root_.directory.path();
    StateText text = {.id = id, .state = found->state, .companion = ""};
    if (!may_have_name(text, root)) {
        return false;
    }
    if (!found->companion_file.empty()) {
        path_.assign(id).append("/").append(found->companion_file);
        text.companion = kernel::peek_file_below(root_.directory, path_, companion_, kernel::Crossing::same_mount)
                             .value_or(std::string_view());
    }
    return std::ranges::any_of(words_, [&](const std::string& word) { return may_be_named(word, text, root); });
}

}  // namespace cstop::discover
