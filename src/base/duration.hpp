#pragma once
// Lengths of time as people write them: 10, 1.5, 500ms, 1m30s.

#include <chrono>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace cstop {

using Duration = std::chrono::milliseconds;

/// No end at all. Every arithmetic on a Duration must look for it first.
inline constexpr Duration forever = Duration::max();

/// The longest finite length that is accepted: a hundred years of 365 days.
inline constexpr Duration longest_duration = std::chrono::hours(24 * 365 * 100);

/// Seconds with an optional fraction ("10", "1.5"), or a sum of such numbers with units h, m, s, ms, each unit at most
/// once and in that order ("1m30s", "500ms", "1.5h"). "infinity" and "-1" are `forever`. The sum is rounded up to a
/// millisecond. Error: usage, naming the text. Nothing is trimmed; "", "-2", "1e3", "0x1", "ten", "1s2", "5 s", ".5"
/// are refused, and so is more than `longest_duration`.
Result<Duration> parse_duration(std::string_view text);

/// What parse_duration reads back as the same length: "0s", "500ms", "10s", "1.5s", "60s", "1m30s", "1h", "infinity".
/// A minute and less is written in seconds. A negative length is written as "0s".
std::string format_duration(Duration duration);

/// For short sentences: "500 ms", "10 s", "1.5 s", "60 s", "1m30s", "infinity".
std::string format_brief(Duration duration);

/// For sentences: "10 seconds", "1 second", "1.5 seconds", "ever" for `forever`.
std::string format_seconds(Duration duration);

}  // namespace cstop
