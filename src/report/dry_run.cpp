// --dry-run: one block a container, or one JSON object.

#include <algorithm>
#include <utility>

#include <fmt/core.h>

#include "base/text.hpp"
#include "report/json.hpp"
#include "report/reporter.hpp"

namespace cstop::report {

namespace {

std::string format_field(std::string_view name, std::string_view value) {
    return fmt::format("  {:<12}{}\n", name, escape_text(value));
}

template <class T>
std::string format_sourced(std::string value, const model::Sourced<T>& sourced) {
    return fmt::format("{} ({})", std::move(value), sourced.source);
}

std::string format_hierarchy(const std::string& hierarchy) {
    if (hierarchy.empty()) {
        return "v2";
    }
    return hierarchy == "*" ? "every hierarchy" : hierarchy;
}

/// Each path once, with the hierarchies in which it was recorded.
std::string format_cgroups(const std::vector<model::CgroupPath>& cgroups) {
    std::vector<std::pair<std::string, std::string>> paths;
    for (const model::CgroupPath& cgroup : cgroups) {
        const auto known = std::ranges::find(paths, cgroup.path, &std::pair<std::string, std::string>::first);
        if (known == paths.end()) {
            paths.emplace_back(cgroup.path, format_hierarchy(cgroup.hierarchy));
        } else {
            known->second += ", " + format_hierarchy(cgroup.hierarchy);
        }
    }
    std::string lines;
    for (const auto& [path, hierarchies] : paths) {
        lines += format_field("cgroup", fmt::format("{} ({})", path, hierarchies));
    }
    return paths.empty() ? format_field("cgroup", "none recorded: only init can be signalled") : lines;
}

std::string format_status_line(const model::Container& container) {
    std::string line(model::format_status(container.status));
    if (container.pid) {
        line += fmt::format(", {} {}", container.status == model::Status::stopped ? "pid was" : "pid", *container.pid);
    }
    return line;
}

bool kills_leftovers(const model::Schedule& schedule) {
    return std::ranges::any_of(
        schedule.steps, [](const model::Step& step) { return step.signal == sigkill && step.aim == model::Aim::all; });
}

/// What a stop would do now. A stopped container may have left processes in its cgroup, which only a stop looks for.
std::string format_plan(const model::Plan& plan) {
    switch (plan.container.status) {
        case model::Status::created: return "nothing to stop: created, not started";
        case model::Status::stopped:
            return kills_leftovers(plan.schedule) ? "nothing to stop; what is left in its cgroup gets SIGKILL"
                                                  : "nothing to stop";
        case model::Status::running:
        case model::Status::paused: break;
    }
    return model::format_schedule(plan.schedule);
}

std::string format_block(const model::Request& request, const Entry& entry) {
    const model::Plan& plan = *entry.plan;
    const model::Container& container = plan.container;
    std::string block = escape_text(entry.word) + '\n';
    block += format_field("id", container.id);
    if (!container.name.empty()) {
        block += format_field("name", container.name);
    }
    block += format_field("engine", container.name_space.empty()
                                        ? container.engine
                                        : fmt::format("{}, namespace {}", container.engine, container.name_space));
    block += format_field("status", format_status_line(container));
    block += format_cgroups(container.cgroups);
    block += format_field("state file", container.state_directory + '/' + container.state_file);
    block += format_field("signal", format_sourced(format_signal(plan.settings.signal.value), plan.settings.signal));
    block += format_field(
        "grace", request.schedule ? "as scheduled (--schedule)"
                                  : format_sourced(format_duration(plan.settings.grace.value), plan.settings.grace));
    block += format_field("plan", format_plan(plan));
    for (const std::string& warning : plan.warnings) {
        block += format_field("warning", warning);
    }
    return block;
}

}  // namespace

void show_dry_run(const model::Request& request, std::span<const Entry> entries, Stream& out, Stream& err) {
    for (const Entry& entry : entries) {
        if (entry.plan == nullptr) {
            tell_entry_error(request, entry, err);
        }
        if (request.json) {
            out.write(format_json(request, entry, nullptr));
        } else if (entry.plan != nullptr) {
            out.write(format_block(request, entry));
        }
    }
}

}  // namespace cstop::report
