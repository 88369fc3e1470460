#pragma once
// The command line. The only place that knows CLI11.

#include <span>
#include <string>
#include <variant>

#include "base/result.hpp"
#include "cli/environment.hpp"
#include "model/request.hpp"

namespace cstop::cli {

/// --help or --version: print this on standard output and exit 0.
struct Answer {
    std::string text;
};

/// The request, checked as far as that is possible without looking at the host. Error: usage; what names the option and
/// the value: "--timeout -2: not a duration ...". `arguments` without the program's name. `environment` decides what
/// "auto" means, as far as that needs no look at the streams.
Result<std::variant<model::Request, Answer>> parse_arguments(std::span<const char* const> arguments,
                                                             const Environment& environment);

}  // namespace cstop::cli
