#pragma once
// Single values of a state file, with the checks that every runtime's file needs (faults.md R1, R4).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"
#include "model/container.hpp"

namespace cstop::discover {

/// The member `key`, none when it is not there. A null that is written counts as there.
const Json* find_field(const Json& object, std::string_view key);

/// A pid that was recorded: none when it is absent, 0 or -1 (never started). Error: damaged, when it is no integer of
/// 2..4194304; naming the key.
Result<std::optional<std::int32_t>> parse_pid_field(const Json& object, std::string_view key);

/// A start time that was recorded, greater than 0. Error: damaged.
Result<std::uint64_t> parse_start_field(const Json& object, std::string_view key);

/// A text; empty when it is absent or null. Error: damaged, when it is something else.
Result<std::string> parse_text_field(const Json& object, std::string_view key);

/// The id in the file, if there is one, must be the directory's name: else somebody moved the directory. Error:
/// damaged.
Result<void> check_id_field(const Json& object, std::string_view key, std::string_view id);

/// An object of texts. Members that are no text are left out.
std::vector<model::Annotation> parse_annotations(const Json& object);

/// Where an OCI config (or runc's copy of its mounts) binds the container's /etc/hostname, /etc/hosts or
/// /etc/resolv.conf from, when that directory carries the container's id: it is the engine's own one (docker). Else "".
std::string find_engine_directory(const Json& mounts, std::string_view id);

/// text.contains(part) for long texts: memmem(3) skips ahead by the length of what it looks for, std::string_view::find
/// stops at every first character.
bool contains_text(std::string_view text, std::string_view part);

/// Could find_engine_directory find something in this text? False only when it cannot: then no mount is worth keeping,
/// and there may be many of them.
bool may_name_engine_directory(std::string_view text, std::string_view id);

}  // namespace cstop::discover
