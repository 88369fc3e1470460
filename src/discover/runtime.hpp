#pragma once
// The runtimes whose state is known. Each has one file of its own (runc.cpp, crun.cpp, ...) that turns the bytes of a
// state directory, <root>/<id>/, into a Container and touches nothing.

#include <optional>
#include <span>
#include <string_view>

#include "base/json.hpp"
#include "base/result.hpp"
#include "model/container.hpp"

namespace cstop::discover {

/// What the files of one state directory hold.
struct StateText {
    std::string_view id;          ///< the directory's name, checked with is_container_id
    std::string_view state;       ///< Runtime::state_file
    std::string_view companion;   ///< Runtime::companion_file; empty: it has none, or it could not be read
    JsonReader read = read_json;  ///< for both: what strangers wrote is read in a process of its own
};

struct Runtime {
    std::string_view name;
    std::string_view state_file;
    std::string_view companion_file;  ///< empty: everything is in the state file
    /// None: it is the file of another runtime that uses the same name. Errors: damaged, naming the key; unsupported.
    /// Sets id, pid, start time, bundle, cgroups, annotations and what else the files say; the rest is its caller's.
    Result<std::optional<model::Container>> (*parse)(const StateText& text);
};

/// In the order in which a file is offered to them. The format is known by content, never by the directory's name:
/// docker puts crun's `status` into runtime-runc.
std::span<const Runtime> known_runtimes();

Result<std::optional<model::Container>> parse_runc_state(const StateText& text);
Result<std::optional<model::Container>> parse_crun_status(const StateText& text);
Result<std::optional<model::Container>> parse_youki_state(const StateText& text);
Result<std::optional<model::Container>> parse_kata_state(const StateText& text);

}  // namespace cstop::discover
