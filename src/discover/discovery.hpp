#pragma once
// Which containers are there, and which of them the user means.

#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/result.hpp"
#include "model/container.hpp"
#include "model/request.hpp"

namespace cstop::discover {

/// What one word means.
struct Answer {
    std::string word;  ///< as typed; the full id for --all and --filter
    /// Errors: not_found, ambiguous (what lists the candidates), damaged, denied, unsupported.
    Result<model::Container> container;
};

struct Selection {
    /// One for every word in their order, a container that two words mean only under the first; or one for every match.
    std::vector<Answer> answers;
    /// What could not be read while scanning; it hides nobody else.
    std::vector<Error> problems;
    /// Nothing was found, and why nothing could be: where it was looked for. Empty: otherwise.
    std::string notice;
};

/// The words of the request with files and standard input read: one word a container. Error: usage, when a word is
/// neither an id nor a name (faults.md R1), or a cidfile is unreadable, empty or no id. With --ignore a cidfile
/// that is missing names a container that does not exist.
Result<std::vector<std::string>> read_words(const model::Request& request);

/// What is there, for --list: every container that the request lists, by id, and those that cannot be read, each with
/// the reason. Error: as select_containers.
Result<Selection> list_containers(const model::Request& request);

/// Looks for every word, or for everything that matches. A word that is a full id costs one open a root; nothing is
/// scanned for it. Error: usage or denied, when a --root cannot be read.
Result<Selection> select_containers(const model::Request& request, const std::vector<std::string>& words);

}  // namespace cstop::discover
