#include "report/summary.hpp"

#include <fmt/core.h>

namespace cstop::report {

namespace {

using model::Outcome;

bool is_killed(const Outcome& outcome) {
    return outcome.escalated || outcome.exit == model::Exit{.by_signal = true, .value = sigkill.number};
}

/// To a tenth of a second from a second on: nobody compares the rest.
Duration round_for_reading(Duration duration) {
    constexpr Duration tenth(100);
    return duration < std::chrono::seconds(1) ? duration : (duration + tenth / 2) / tenth * tenth;
}

}  // namespace

void Summary::add(const Outcome& outcome) {
    switch (outcome.kind) {
        case Outcome::Kind::stopped:
            ++stopped_;
            killed_ += is_killed(outcome) ? 1U : 0U;
            break;
        case Outcome::Kind::not_running: ++not_running_; break;
        case Outcome::Kind::still_running: ++still_running_; break;
        case Outcome::Kind::interrupted: ++interrupted_; break;
        case Outcome::Kind::failed: ++failed_; break;
    }
}

void Summary::add(const Error& error) {
    ++(error.code == ErrorCode::not_found ? not_found_ : failed_);
}

std::string Summary::format(Duration duration) const {
    std::string line;
    const auto add_count = [&line](std::string_view what, std::size_t count) {
        if (count > 0) {
            line += fmt::format("{}{} {}", line.empty() ? "" : ", ", what, count);
        }
    };
    add_count("stopped", stopped_);
    if (killed_ > 0) {
        line += fmt::format(" ({} by SIGKILL)", killed_);
    }
    add_count("not running", not_running_);
    add_count("still running", still_running_);
    add_count("interrupted", interrupted_);
    add_count("failed", failed_);
    add_count("not found", not_found_);
    return fmt::format("{}, in {}", line, format_brief(round_for_reading(duration)));
}

}  // namespace cstop::report
