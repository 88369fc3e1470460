#pragma once
// Looking through whole roots, for words that are no full ids and for --all.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/result.hpp"
#include "discover/roots.hpp"
#include "discover/state_directory.hpp"
#include "model/container.hpp"

namespace cstop::discover {

/// A container that was seen: read, or the reason why it could not be. A damaged one is still one that a word may mean.
struct Sighting {
    std::string id;
    std::string root;
    Result<model::Container> container;
};

/// The container `id` in every root that has it: one open a root, nothing is listed.
std::vector<Sighting> look_up_id(std::span<const Root> roots, std::string_view id, Detail detail, NameBook& book);

/// Every container that one of `words` could mean by name or by prefix. Reads as little of the others as possible.
std::vector<Sighting> scan_for_words(std::span<const Root> roots, std::span<const std::string> words, Detail detail,
                                     NameBook& book, std::vector<Error>& problems);

/// Every container, by id within its root.
std::vector<Sighting> scan_all(std::span<const Root> roots, Detail detail, NameBook& book,
                               std::vector<Error>& problems);

}  // namespace cstop::discover
