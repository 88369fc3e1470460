#pragma once
// What became of one container, and what happened on the way.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/duration.hpp"
#include "base/error.hpp"
#include "base/signal.hpp"
#include "model/schedule.hpp"

namespace cstop::model {

/// How init ended (wait(2)).
struct Exit {
    bool by_signal = false;
    int value = 0;  ///< exit code 0..255, or the signal's number
    bool operator==(const Exit&) const = default;
};

/// One step as it was really done.
struct StepReport {
    Signal signal;
    Aim aim = Aim::init;
    Duration sent_at{};  ///< since the stop began
    std::string result;  ///< "sent"; "not sent: another stop is under way"; "gone"; else the error
    std::string way;     ///< how: "pidfd", "kill(2)", "cgroup.kill", "freeze and walk", "init alone"
};

/// A process that outlived the last step.
struct Survivor {
    std::int32_t pid = 0;
    std::string command;                                ///< comm, raw bytes
    char state = '?';                                   ///< letter of /proc/PID/stat
    std::string wchan;                                  ///< empty: unknown
    std::string cause;                                  ///< empty: unknown
    std::optional<Duration> since_kill = std::nullopt;  ///< since the first SIGKILL; none: it got none
};

struct Outcome {
    enum class Kind {
        stopped,        ///< it ran, now it is gone
        not_running,    ///< there was nothing to stop
        still_running,  ///< the last step is over and something lives
        failed,         ///< it could not be examined or signalled; see error
        interrupted,    ///< the user interrupted the wait
    };
    Kind kind = Kind::failed;
    std::vector<StepReport> steps;
    std::optional<Exit> exit;
    bool escalated = false;     ///< SIGKILL was needed after another signal had its time
    std::size_t leftovers = 0;  ///< processes killed after init had ended
    Duration duration{};
    std::vector<std::string> warnings;
    std::vector<Survivor> survivors;
    std::optional<Error> error;
};

/// "stopped", "not_running", "still_running", "failed", "interrupted": JSON's `outcome`.
std::string_view format_kind(Outcome::Kind kind);

}  // namespace cstop::model
