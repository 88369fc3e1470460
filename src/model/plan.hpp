#pragma once
// What will be done to one container: pure data, nothing has happened yet.

#include <cstddef>
#include <string>
#include <vector>

#include "model/container.hpp"
#include "model/schedule.hpp"
#include "model/stop_settings.hpp"

namespace cstop::model {

struct Plan {
    std::string word;  ///< what the user typed; the full id for --all and --filter
    Container container;
    StopSettings settings;
    Schedule schedule;  ///< every signal filled in
    /// The user named the signal or the schedule: it is sent even when another stop is under way.
    bool is_explicit = false;
    /// A signal that init provably never acts on is not waited for, when another step follows.
    bool skips_futile_grace = false;
    /// Plans of the same call, by number, that must have ended before this one begins: a pod's containers before its
    /// sandbox.
    std::vector<std::size_t> after;
    std::vector<std::string> warnings;
};

}  // namespace cstop::model
