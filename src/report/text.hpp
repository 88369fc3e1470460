#pragma once
// What is said in plain lines. Everything that others wrote is escaped here.

#include <cstddef>
#include <string>
#include <string_view>

#include "base/duration.hpp"
#include "base/signal.hpp"
#include "model/outcome.hpp"

namespace cstop::report {

/// "1 process", "2 processes"
std::string format_count(std::size_t count, std::string_view noun, std::string_view nouns);

/// "cstop: web: sentence" and a newline.
std::string format_line(std::string_view word, std::string_view sentence);

/// "cstop: sentence" and a newline.
std::string format_line(std::string_view sentence);

/// The sentence that podman prints, and a newline: scripts look for it.
std::string format_escalation(std::string_view word, Signal failed, Duration waited);

/// "12 ms: SIGTERM to init (pidfd)"
std::string format_step(const model::StepReport& step);

/// "exit code 3", "killed by SIGKILL (137)", "exit status unknown"
std::string format_exit(const std::optional<model::Exit>& exit);

/// "stopped in 12 ms, exit code 3, after SIGTERM to init"; leftovers when there were any.
std::string format_stop(const model::Outcome& outcome);

/// "interrupted after 800 ms: SIGTERM was sent to init; ..."
std::string format_interruption(const model::Outcome& outcome);

/// "still running after SIGKILL (2 processes)"
std::string format_survival(const model::Outcome& outcome);

/// "pid 812 (sleep), state D (uninterruptible sleep), in io_schedule: cause"
std::string format_survivor(const model::Survivor& survivor);

}  // namespace cstop::report
