#pragma once
// argv split into options and words. The only place that knows CLI11.

#include <span>

#include "base/result.hpp"
#include "cli/options.hpp"

namespace cstop::cli {

/// Options and words may stand in any order; the first "--" ends the options, wherever it stands. Error: usage: an
/// unknown option, a flag with a value, an option without one or with an empty one.
Result<Typed> parse_command_line(std::span<const char* const> arguments);

}  // namespace cstop::cli
