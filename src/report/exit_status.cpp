#include "report/exit_status.hpp"

#include <algorithm>
#include <array>

namespace cstop::report {

ExitStatus exit_status_of(const Error& error, bool ignore_missing) {
    switch (error.code) {
        case ErrorCode::not_found: return ignore_missing ? ExitStatus::done : ExitStatus::unknown;
        case ErrorCode::ambiguous: return ExitStatus::unknown;
        case ErrorCode::usage: return ExitStatus::usage;
        default: return ExitStatus::failed;
    }
}

ExitStatus exit_status_of(const model::Outcome& outcome, bool fail_on_kill) {
    using Kind = model::Outcome::Kind;
    switch (outcome.kind) {
        case Kind::stopped: return outcome.escalated && fail_on_kill ? ExitStatus::killed : ExitStatus::done;
        case Kind::not_running: return ExitStatus::done;
        case Kind::still_running: return ExitStatus::still_running;
        case Kind::failed:
        case Kind::interrupted: break;
    }
    return ExitStatus::failed;
}

ExitStatus merge_exit_statuses(std::span<const ExitStatus> statuses) {
    constexpr std::array by_weight = {ExitStatus::still_running, ExitStatus::failed, ExitStatus::usage,
                                      ExitStatus::unknown, ExitStatus::killed};
    for (const ExitStatus status : by_weight) {
        if (std::ranges::find(statuses, status) != statuses.end()) {
            return status;
        }
    }
    return ExitStatus::done;
}

}  // namespace cstop::report
