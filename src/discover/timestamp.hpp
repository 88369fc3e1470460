#pragma once
// Points in time as state files write them.

#include <chrono>
#include <optional>
#include <string_view>

namespace cstop::discover {

/// Of the wall clock, as precise as runtimes write them.
using Timestamp = std::chrono::sys_time<std::chrono::nanoseconds>;

/// RFC 3339: 2026-11-23T09:36:51.70819356Z, with any number of fractional digits and any offset. None: it is no such
/// text, or out of the years 1970..2200.
std::optional<Timestamp> parse_timestamp(std::string_view text);

}  // namespace cstop::discover
