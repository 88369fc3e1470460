#pragma once
// One state directory, <root>/<id>/, read through the runtime that wrote it.

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "discover/engine.hpp"
#include "discover/roots.hpp"
#include "model/container.hpp"

namespace cstop::discover {

enum class Detail {
    names,   ///< what the files say
    start,   ///< and whether it was ever started; one that was is called running, whether it lives or not
    life,    ///< and whether it lives; a paused one is called running
    status,  ///< and whether it is paused, which costs an open for each freezer
};

/// The container in <root>/<id>. Errors, with the file in what: not_found, when there is no such directory or no
/// runtime's state in it (a create in progress, or aborted); damaged; denied, also because of who may write it
/// (faults.md R3); unsupported.
Result<model::Container> read_container(const Root& root, std::string_view id, Detail detail, NameBook& book);

/// Which containers of a root have a name that may be one of some words. It looks at one after the other, and reads as
/// little as it can: there may be ten thousand.
class NameFilter {
public:
    /// Both outlive it.
    NameFilter(const Root& root, std::span<const std::string> words) : root_(root), words_(words) {}

    /// Could one of the words be the name of the container in <root>/<id>? Judges its state file by its bytes, unparsed
    /// and unproven: whoever is admitted is read with read_container. What cannot be read has no name that anybody
    /// knows.
    bool admits(std::string_view id);

private:
    struct Peek {
        std::string_view companion_file;
        std::string_view state;
    };
    std::optional<Peek> peek_state(std::string_view id);

    const Root& root_;
    std::span<const std::string> words_;
    std::string path_;
    std::string state_;
    std::string companion_;
};

}  // namespace cstop::discover
