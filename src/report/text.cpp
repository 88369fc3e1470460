#include "report/text.hpp"

#include <algorithm>
#include <iterator>
#include <vector>

#include <fmt/core.h>

#include "base/text.hpp"
#include "model/schedule.hpp"

namespace cstop::report {

namespace {

bool is_sent(const model::StepReport& step) {
    return step.result == "sent";
}

std::string format_target(const model::StepReport& step) {
    return fmt::format("{} to {}", format_signal(step.signal), model::format_aim(step.aim));
}

/// Null: nothing was sent.
const model::StepReport* find_last_sent(const model::Outcome& outcome) {
    const auto found = std::find_if(outcome.steps.rbegin(), outcome.steps.rend(), is_sent);
    return found == outcome.steps.rend() ? nullptr : &*found;
}

/// proc(5), field 3 of /proc/PID/stat.
std::string_view format_state(char state) {
    switch (state) {
        case 'R': return "running";
        case 'S': return "sleeping";
        case 'D': return "uninterruptible sleep";
        case 'T': return "stopped";
        case 't': return "stopped by a tracer";
        case 'Z': return "zombie";
        case 'X': return "dead";
        case 'I': return "idle";
        default: return "unknown";
    }
}

}  // namespace

std::string format_count(std::size_t count, std::string_view noun, std::string_view nouns) {
    return fmt::format("{} {}", count, count == 1 ? noun : nouns);
}

std::string format_line(std::string_view word, std::string_view sentence) {
    return fmt::format("cstop: {}: {}\n", escape_text(word), escape_text(sentence));
}

std::string format_line(std::string_view sentence) {
    return fmt::format("cstop: {}\n", escape_text(sentence));
}

std::string format_escalation(std::string_view word, Signal failed, Duration waited) {
    return fmt::format("StopSignal {} failed to stop container {} in {}, resorting to SIGKILL\n", format_signal(failed),
                       escape_text(word), format_seconds(waited));
}

std::string format_step(const model::StepReport& step) {
    std::string line = fmt::format("{} ms: {}", step.sent_at.count(), format_target(step));
    if (!is_sent(step)) {
        line += ": " + step.result;
    } else if (!step.way.empty()) {
        line += " (" + step.way + ")";
    }
    return line;
}

std::string format_exit(const std::optional<model::Exit>& exit) {
    if (!exit) {
        return "exit status unknown";
    }
    if (!exit->by_signal) {
        return fmt::format("exit code {}", exit->value);
    }
    // Engines and shells write a death by signal as one number.
    return fmt::format("killed by {} ({})", format_signal(Signal{exit->value}), 128 + exit->value);
}

std::string format_stop(const model::Outcome& outcome) {
    std::string line = fmt::format("stopped in {} ms, {}", outcome.duration.count(), format_exit(outcome.exit));
    if (const auto* const step = find_last_sent(outcome)) {
        line += ", after " + format_target(*step);
    }
    if (outcome.leftovers > 0) {
        line += fmt::format(", {} killed", format_count(outcome.leftovers, "leftover process", "leftover processes"));
    }
    return line;
}

std::string format_interruption(const model::Outcome& outcome) {
    std::string line = fmt::format("interrupted after {} ms: ", outcome.duration.count());
    std::string sent;
    for (const model::StepReport& step : outcome.steps) {
        if (is_sent(step)) {
            sent += (sent.empty() ? "" : ", ") + format_target(step);
        }
    }
    line += sent.empty() ? "no signal was sent" : "already sent: " + sent;
    line += outcome.escalated ? "; it may still be running" : "; nothing was escalated, it may still be running";
    return line;
}

std::string format_survival(const model::Outcome& outcome) {
    std::string line = "still running";
    if (const auto* const step = find_last_sent(outcome)) {
        line += " after " + format_signal(step->signal);
    }
    if (!outcome.survivors.empty()) {
        line += fmt::format(" ({})", format_count(outcome.survivors.size(), "process", "processes"));
    }
    return line;
}

std::string format_survivor(const model::Survivor& survivor) {
    std::string line = fmt::format("pid {} ({}), state {} ({})", survivor.pid, survivor.command,
                                   std::string_view(&survivor.state, 1), format_state(survivor.state));
    if (!survivor.wchan.empty()) {
        line += ", in " + survivor.wchan;
    }
    if (survivor.since_kill) {
        line += fmt::format(", SIGKILL {} ago", format_seconds(*survivor.since_kill));
    }
    if (!survivor.cause.empty()) {
        line += ": " + survivor.cause;
    }
    return line;
}

}  // namespace cstop::report
