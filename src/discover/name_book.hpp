#pragma once
// The engines' own stores of names, each file read once a call.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.hpp"
#include "base/result.hpp"
#include "kernel/directory.hpp"
#include "model/container.hpp"

namespace cstop::discover {

/// id -> name.
using Names = std::map<std::string, std::string, std::less<>>;

/// containers/storage's containers.json: an array of {id, names}. Error: damaged.
Result<Names> parse_storage_names(std::string_view bytes, JsonReader read = read_json);

/// A file of an engine's store, below `directory`. A state file names that directory, and whoever wrote the state file
/// must not make a privileged caller read what is not theirs: the file belongs to the container's owner, to root or to
/// the caller (faults.md R3). Errors: not_found, denied, damaged.
Result<kernel::FileContent> read_store_file(const model::Container& container, const std::string& directory,
                                            std::string_view name);

class NameBook {
public:
    /// The name that containers/storage gave the container; `directory` holds containers.json and
    /// volatile-containers.json. None: it is in neither.
    std::optional<std::string> read_storage_name(const model::Container& container, const std::string& directory);

    /// What libpod calls the pod `id`; `directory` holds bolt_state.db. None: it does not say, or keeps SQLite.
    std::optional<std::string> read_pod_name(const model::Container& container, const std::string& directory,
                                             std::string_view id);

private:
    const Names& read_names(const model::Container& container, const std::string& directory, std::string_view file);

    /// By the reader's owner and the path: who may not read a file learns nothing from one who may.
    std::map<std::pair<std::uint32_t, std::string>, Names> files_;
    std::map<std::pair<std::uint32_t, std::string>, std::optional<std::string>> pods_;
};

}  // namespace cstop::discover
