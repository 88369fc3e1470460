#pragma once
// What holds of every container that a state file of any runtime describes, whoever wrote that file.

#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "discover/runtime.hpp"
#include "model/container.hpp"

namespace cstop::fuzz {

using Parse = Result<std::optional<model::Container>> (*)(const discover::StateText& text);

/// Parses a state and checks what every runtime promises. The input's first part is the container's id (a directory's
/// name, so "web" stands for what can be none), then the state file, then its companion. None: it was refused.
std::optional<model::Container> parse_checked(std::string_view input, Parse parse);

}  // namespace cstop::fuzz
