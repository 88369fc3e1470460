#include "discover/scan.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "discover/gvisor.hpp"
#include "kernel/foreign_parser.hpp"

namespace cstop::discover {

namespace {

/// No container there at all: no directory, a plain file, or one without a runtime's state.
bool is_no_container(const Error& error) {
    return error.code == ErrorCode::not_found || error.errno_value == ENOTDIR;
}

void add_sighting(const Root& root, std::string_view id, Detail detail, NameBook& book,
                  std::vector<Sighting>& sightings) {
    auto container = read_container(root, id, detail, book);
    if (!container && is_no_container(container.error())) {
        return;
    }
    sightings.push_back({.id = std::string(id), .root = root.directory.path(), .container = std::move(container)});
}

/// Each may cost a process that parses it.
constexpr std::size_t most_entries_of_stranger = 1024;

/// What a root lists, unsorted. `.name` is no container: crun and containerd park things there.
std::vector<std::string> list_entries(const Root& root, std::vector<Error>& problems) {
    auto names = kernel::list_names(root.directory);
    if (!names) {
        problems.push_back(std::move(names).error());
        return {};
    }
    std::erase_if(*names, [](const std::string& name) { return name.starts_with('.'); });
    if (kernel::is_foreign(root.writers) && names->size() > most_entries_of_stranger) {
        problems.push_back({.code = ErrorCode::unsupported,
                            .errno_value = 0,
                            .what = fmt::format("{}: of another user's {} entries only {} are looked at",
                                                root.directory.path(), names->size(), most_entries_of_stranger)});
        std::ranges::sort(*names);
        names->resize(most_entries_of_stranger);
    }
    return *std::move(names);
}

/// A name in a root that is a gVisor container's file.
bool add_gvisor(const Root& root, std::string_view name, std::vector<Sighting>& sightings) {
    const auto id = parse_gvisor_name(name);
    if (!id) {
        return false;
    }
    sightings.push_back({.id = std::string(*id),
                         .root = root.directory.path(),
                         .container = Failure(make_gvisor_error(*id, root.directory.path()))});
    return true;
}

bool is_meant(NameFilter& filter, const std::string& id, std::span<const std::string> words) {
    if (!is_container_id(id)) {
        return parse_gvisor_name(id).has_value();
    }
    const bool is_prefix = std::ranges::any_of(words, [&](const std::string& word) { return id.starts_with(word); });
    return is_prefix || filter.admits(id);
}

void add_all(const Root& root, std::vector<std::string> names, Detail detail, NameBook& book,
             std::vector<Sighting>& sightings) {
    std::ranges::sort(names);
    for (const std::string& name : names) {
        if (!add_gvisor(root, name, sightings) && is_container_id(name)) {
            add_sighting(root, name, detail, book, sightings);
        }
    }
}

}  // namespace

std::vector<Sighting> look_up_id(std::span<const Root> roots, std::string_view id, Detail detail, NameBook& book) {
    std::vector<Sighting> sightings;
    for (const Root& root : roots) {
        add_sighting(root, id, detail, book, sightings);
    }
    return sightings;
}

std::vector<Sighting> scan_for_words(std::span<const Root> roots, std::span<const std::string> words, Detail detail,
                                     NameBook& book, std::vector<Error>& problems) {
    std::vector<Sighting> sightings;
    for (const Root& root : roots) {
        auto names = list_entries(root, problems);
        NameFilter filter(root, words);
        std::erase_if(names, [&](const std::string& name) { return !is_meant(filter, name, words); });
        add_all(root, std::move(names), detail, book, sightings);
    }
    return sightings;
}

std::vector<Sighting> scan_all(std::span<const Root> roots, Detail detail, NameBook& book,
                               std::vector<Error>& problems) {
    std::vector<Sighting> sightings;
    for (const Root& root : roots) {
        add_all(root, list_entries(root, problems), detail, book, sightings);
    }
    return sightings;
}

}  // namespace cstop::discover
