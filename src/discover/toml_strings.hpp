#pragma once
// As much of TOML as crio.conf and containers.conf need: which strings are where.

#include <string>
#include <string_view>
#include <vector>

namespace cstop::discover {

/// `key = "value"`, or one element of `key = ["value", ...]`.
struct TomlString {
    std::string table;  ///< "crio.runtime.runtimes.runc"; empty: before the first table
    std::string key;
    std::string value;
};

/// In their order. Everything else (numbers, inline tables, strings over several lines) is read over; of escapes only
/// \" and \\ are known. Never fails: these files are checked by the engine that reads them.
std::vector<TomlString> parse_toml_strings(std::string_view bytes);

}  // namespace cstop::discover
