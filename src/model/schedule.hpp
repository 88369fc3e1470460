#pragma once
// The escalation as data: signals and waits, in start-stop-daemon's grammar:
// STOPSIGNAL@init/10s/KILL@all/60s/KILL@init/60s.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/duration.hpp"
#include "base/result.hpp"
#include "base/signal.hpp"

namespace cstop::model {

enum class Aim {
    init,  ///< the container's first process
    all,   ///< every process of the container's cgroup
};

/// Send one signal, then wait.
struct Step {
    std::optional<Signal> signal;  ///< none: STOPSIGNAL, the container's own; filled in when the plan is made
    Aim aim = Aim::init;
    Duration wait{};
    bool operator==(const Step&) const = default;
};

struct Schedule {
    std::vector<Step> steps;
    /// The step at which the schedule starts again after the last one; none: it ends.
    std::optional<std::size_t> repeat_from;
    bool operator==(const Schedule&) const = default;
};

/// How many items (signals, durations, the word `forever`) a schedule may have.
inline constexpr std::size_t longest_schedule = 256;

/// SIGNAL[@init|@all]/DURATION/..., with `forever` once before a SIGNAL: what follows repeats. STOPSIGNAL (in any case)
/// is the container's own signal, STOP is SIGSTOP; KILL aims at all and every other signal at init where nothing is
/// said. Every SIGNAL has its DURATION. "infinity" or "-1" only as the last duration and not in a repeated part; a
/// repeated part must take time. Error: usage, naming the item and its position (from 1):
/// `schedule item 3 'FOO': unknown signal`.
Result<Schedule> parse_schedule(std::string_view text);

/// What parse_schedule reads back as the same schedule; every aim is written: "SIGTERM@init/10s/SIGKILL@all/60s".
std::string format_schedule(const Schedule& schedule);

/// "init" or "all".
std::string_view format_aim(Aim aim);

}  // namespace cstop::model
