#pragma once
// What a look at one container found, and what a stop would do with it. Nothing was touched for it; all of it may have
// changed a moment later.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/duration.hpp"
#include "base/signal.hpp"
#include "model/schedule.hpp"

namespace cstop::model {

/// Whose the recorded pid is.
enum class Identity {
    never_started,         ///< none is recorded
    ended,                 ///< nobody's
    zombie,                ///< init's, which has ended and was not reaped
    another,               ///< somebody else's, who started at another time or in another place
    proven_by_start_time,  ///< init's: the process started when the state file says
    proven_by_cgroup,      ///< init's: no start time is recorded, but the process is in the container's own cgroup
};

/// What init does with the stop signal (signal(7), SigCgt, SigIgn and SigBlk of /proc/PID/status).
enum class Reception {
    unknown,   ///< nobody lives, or its sets are unreadable
    handled,   ///< it has a handler
    ignored,   ///< it ignores it
    dropped,   ///< no handler in the first process of a pid namespace: the kernel throws it away
    blocked,   ///< it stays pending; a sigwait(3) or a signalfd(2) may read it
    unproven,  ///< it looks like ignored or dropped, but init runs or may be in sigwait(3)
    harmless,  ///< no handler, and by default nothing happens
    effective  ///< no handler is needed: the default action, or SIGKILL and SIGSTOP
};

struct ProcessName {
    std::int32_t pid = 0;
    std::string command;  ///< raw bytes; empty: unknown
};

/// One of the container's own cgroups.
struct CgroupEvidence {
    std::string path;                      ///< in the hierarchy
    std::vector<std::string> hierarchies;  ///< "": v2
    std::string directory;                 ///< where it is mounted
    bool is_frozen = false;
};

/// One step as it would be done, when everything before it took all its time.
struct ForeseenStep {
    Duration at{};  ///< since the stop began
    Signal signal;
    Aim aim = Aim::init;
    Duration wait{};       ///< at most
    std::string way;       ///< as in StepReport
    std::string omission;  ///< why the signal would not be sent; empty: it would
    bool thaws = false;    ///< what is paused runs on after it
};

struct Forecast {
    std::vector<ForeseenStep> steps;  ///< empty: nothing would be done
    /// From which of the steps on it is repeated; none: it is not.
    std::optional<std::size_t> repeat_from;
    /// When it would be given up; none: never.
    std::optional<Duration> end;
};

struct Evidence {
    Identity identity = Identity::never_started;
    std::string command;            ///< init's, raw bytes; empty: unknown
    char state = '?';               ///< init's letter of /proc/PID/stat; '?': unknown
    std::string handle;             ///< through what it would be signalled: "pidfd", "kill(2)"; empty: not at all
    std::optional<Signal> awaited;  ///< the first signal to init, which `reception` is about; none: there is none
    Reception reception = Reception::unknown;
    bool has_handler = false;  ///< SigCgt of `awaited`
    bool is_ignored = false;   ///< SigIgn
    bool is_blocked = false;   ///< SigBlk
    bool shares_pids = false;  ///< the end of init leaves the others alive

    std::vector<CgroupEvidence> cgroups;
    std::string cgroup_refusal;          ///< why there is none
    std::vector<ProcessName> processes;  ///< some of those in them
    std::size_t process_count = 0;       ///< all of them
    std::string kill_way;                ///< KILL@all as it would be done now: StepReport's words, or "nobody"
    std::string kill_reason;             ///< why no better way; empty: it is the best

    std::optional<ProcessName> other_stop;  ///< who has sent the configured stop signal already
    Forecast forecast;
    std::vector<std::string> warnings;
};

/// JSON's `identity` and `reception`: the names of the values.
std::string_view format_identity(Identity identity);
std::string_view format_reception(Reception reception);

}  // namespace cstop::model
