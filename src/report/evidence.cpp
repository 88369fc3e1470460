#include "report/evidence.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/columns.hpp"
#include "report/text.hpp"

namespace cstop::report {

namespace {

using model::Evidence;
using model::ForeseenStep;
using model::Identity;
using model::Reception;

/// More names say nothing more.
constexpr std::size_t most_names = 8;

std::string format_process(const model::ProcessName& process) {
    return process.command.empty() ? std::to_string(process.pid) : fmt::format("{} ({})", process.pid, process.command);
}

std::string format_hierarchy(const std::string& hierarchy) {
    return hierarchy.empty() ? "v2" : hierarchy;
}

std::string format_hold(const Evidence& evidence) {
    return evidence.handle == "pidfd" ? "held by a pidfd"
                                      : "compared again before each signal, for there are no pidfds here";
}

/// "up to 10 s", "for ever"
std::string format_wait(const ForeseenStep& step) {
    if (step.wait == forever) {
        return "wait for ever";
    }
    return step.wait == Duration::zero() ? "no wait" : fmt::format("wait up to {}", format_brief(step.wait));
}

std::string format_target(const ForeseenStep& step) {
    if (step.aim == model::Aim::init) {
        return step.signal == sigkill ? "init alone" : "init";
    }
    return step.way.empty() || step.way == "init alone" ? "init alone" : fmt::format("all ({})", step.way);
}

std::string format_action(const ForeseenStep& step) {
    const std::string signal = format_signal(step.signal);
    if (!step.omission.empty()) {
        return fmt::format("{} is not sent: {}; {}", signal, step.omission, format_wait(step));
    }
    return fmt::format("{} to {}{}, {}", signal, format_target(step), step.thaws ? ", thaw" : "", format_wait(step));
}

std::string explain_idleness(const model::Plan& plan, const Evidence& evidence) {
    if (plan.container.status == model::Status::created) {
        return "nothing: it was created and not started";
    }
    return evidence.process_count == 0 ? "nothing: it is not running" : "nothing: nobody in its cgroup may be killed";
}

struct Line {
    std::string when;
    std::string what;
};

std::vector<Line> list_lines(const model::Forecast& forecast) {
    std::vector<Line> lines;
    lines.reserve(forecast.steps.size() + 1);
    for (const ForeseenStep& step : forecast.steps) {
        lines.push_back({.when = "at " + format_brief(step.at), .what = format_action(step)});
    }
    if (forecast.repeat_from) {
        const Duration again = forecast.steps.at(*forecast.repeat_from).at;
        lines.push_back({.when = "then", .what = fmt::format("again as at {}, for ever", format_brief(again))});
    } else if (forecast.end) {
        lines.push_back({.when = "at " + format_brief(*forecast.end), .what = "give up, exit status 4"});
    }
    return lines;
}

}  // namespace

std::string format_init(const model::Container& container, const Evidence& evidence) {
    const std::string pid = fmt::format("pid {}", container.pid.value_or(0));
    const std::string named = evidence.command.empty() ? pid : fmt::format("{} ({})", pid, evidence.command);
    switch (evidence.identity) {
        case Identity::never_started: return "no pid is recorded: it never started";
        case Identity::ended: return pid + " has ended: no process has it";
        case Identity::zombie: return pid + " has ended and is a zombie: nobody has reaped it";
        case Identity::another:
            return pid + " is another process by now, not the one that was recorded: it is not taken for init";
        case Identity::proven_by_start_time:
            return fmt::format("{}, proven by its start time, {}", named, format_hold(evidence));
        case Identity::proven_by_cgroup: break;
    }
    return fmt::format("{}, proven by its cgroup (no start time is recorded), {}", named, format_hold(evidence));
}

std::vector<std::string> format_cgroups(const Evidence& evidence) {
    std::vector<std::pair<std::string, std::string>> paths;
    for (const model::CgroupEvidence& cgroup : evidence.cgroups) {
        const std::string path = cgroup.path.empty() ? cgroup.directory : cgroup.path;
        auto known = std::ranges::find(paths, path, &std::pair<std::string, std::string>::first);
        if (known == paths.end()) {
            paths.emplace_back(path, "");
            known = paths.end() - 1;
        }
        for (const std::string& hierarchy : cgroup.hierarchies) {
            known->second += (known->second.empty() ? "" : ", ") + format_hierarchy(hierarchy);
        }
        known->second += cgroup.is_frozen ? " frozen" : "";
    }
    std::vector<std::string> lines;
    lines.reserve(paths.size());
    for (const auto& [path, hierarchies] : paths) {
        lines.push_back(fmt::format("{} ({})", path, hierarchies));
    }
    if (lines.empty()) {
        lines.push_back("none: " + evidence.cgroup_refusal);
    }
    return lines;
}

std::string format_processes(const Evidence& evidence) {
    if (evidence.process_count == 0) {
        return "none";
    }
    std::string line = fmt::format("{}:", evidence.process_count);
    const std::size_t shown = std::min(evidence.processes.size(), most_names);
    for (std::size_t index = 0; index < shown; ++index) {
        line += (index == 0 ? " " : ", ") + format_process(evidence.processes[index]);
    }
    return evidence.process_count > shown ? line + ", ..." : line;
}

std::string format_kill(const Evidence& evidence) {
    const std::string where = evidence.cgroups.empty() ? "" : evidence.cgroups.front().directory;
    const std::string reason = evidence.kill_reason.empty() ? "" : fmt::format("; {}", evidence.kill_reason);
    if (evidence.kill_way == "cgroup.kill") {
        return fmt::format("all at once, by cgroup.kill in {}{}", where, reason);
    }
    if (evidence.kill_way == "freeze and walk") {
        const auto frozen = std::ranges::find_if(evidence.cgroups, [](const model::CgroupEvidence& cgroup) {
            return std::ranges::any_of(cgroup.hierarchies,
                                       [](const std::string& name) { return name.empty() || name == "freezer"; });
        });
        return fmt::format("freeze {}, kill each process in it, thaw{}",
                           frozen == evidence.cgroups.end() ? where : frozen->directory, reason);
    }
    if (evidence.kill_way == "walk") {
        return fmt::format("each process of {}, which cannot be frozen{}", where, reason);
    }
    return evidence.kill_way + reason;
}

std::string format_reception(const Evidence& evidence) {
    if (!evidence.awaited) {
        return "";
    }
    const std::string signal = format_signal(*evidence.awaited);
    switch (evidence.reception) {
        case Reception::unknown: return "";
        case Reception::handled: return "init has a handler for " + signal;
        case Reception::ignored: return "init ignores " + signal;
        case Reception::dropped: return fmt::format("init has no handler for {}: the kernel will drop it", signal);
        case Reception::blocked: return fmt::format("init blocks {}: it may wait for it in sigwait(3)", signal);
        case Reception::unproven:
            return fmt::format("init has no handler for {}, but runs now or may wait for it in sigwait(3)", signal);
        case Reception::harmless:
            return fmt::format("init has no handler for {}, which does nothing by default", signal);
        case Reception::effective: break;
    }
    return fmt::format("init needs no handler for {}: the kernel acts on it", signal);
}

std::vector<std::string> format_forecast(const model::Plan& plan, const Evidence& evidence) {
    const std::vector<Line> lines = list_lines(evidence.forecast);
    if (lines.empty()) {
        return {explain_idleness(plan, evidence)};
    }
    std::size_t width = 0;
    for (const Line& line : lines) {
        width = std::max(width, line.when.size());
    }
    std::vector<std::string> texts;
    texts.reserve(lines.size());
    for (const Line& line : lines) {
        texts.push_back(fmt::format("{}  {}", pad_text(line.when, width), line.what));
    }
    return texts;
}

}  // namespace cstop::report
