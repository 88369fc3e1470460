#pragma once
// What --help and --version print.

#include <string>

namespace cstop::cli {

/// At most 80 columns wide.
std::string format_help();

/// "cstop 0.1.0"
std::string format_version();

}  // namespace cstop::cli
