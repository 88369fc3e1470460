#pragma once
// One state directory, <root>/<id>/, read through the runtime that wrote it.

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

/// Could one of `words` be the name of the container in <root>/<id>? Reads its state file and judges it by its bytes,
/// unparsed; what cannot be read has no name that anybody knows.
bool may_be_called_any(const Root& root, std::string_view id, std::span<const std::string> words);

}  // namespace cstop::discover
