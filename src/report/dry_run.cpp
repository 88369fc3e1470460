// --dry-run: one block a container, or one JSON object.

#include <algorithm>
#include <span>
#include <utility>

#include <fmt/core.h>

#include "base/text.hpp"
#include "report/evidence.hpp"
#include "report/json.hpp"
#include "report/list.hpp"
#include "report/reporter.hpp"
#include "report/warnings.hpp"

namespace cstop::report {

namespace {

std::string format_field(std::string_view name, std::string_view value) {
    return fmt::format("  {:<12}{}\n", name, escape_text(value));
}

template <class T>
std::string format_sourced(std::string value, const model::Sourced<T>& sourced) {
    return fmt::format("{} ({})", std::move(value), sourced.source);
}

/// The first of them behind the name, the others below it.
std::string format_fields(std::string_view name, std::span<const std::string> values) {
    std::string lines;
    for (const std::string& value : values) {
        lines += format_field(lines.empty() ? name : "", value);
    }
    return lines;
}

std::string format_status_line(const model::Container& container) {
    const std::string status(model::format_status(container.status));
    return container.uptime ? fmt::format("{}, up {}", status, format_age(*container.uptime)) : status;
}

bool is_kill_all(const model::ForeseenStep& step) {
    return step.signal == sigkill && step.aim == model::Aim::all;
}

/// What was found, from the process to the way in which it would be killed.
std::string format_evidence(const model::Container& container, const model::Evidence& evidence) {
    std::string lines = format_field("init", format_init(container, evidence));
    lines += format_fields("cgroup", format_cgroups(evidence));
    lines += format_field("processes", format_processes(evidence));
    if (std::ranges::any_of(evidence.forecast.steps, is_kill_all)) {
        lines += format_field("kill", format_kill(evidence));
    }
    return lines;
}

/// What would be done, and what a person has to know of it.
std::string format_future(const model::Plan& plan, const model::Evidence& evidence) {
    std::string lines = format_fields("plan", format_forecast(plan, evidence));
    if (!evidence.forecast.steps.empty()) {
        lines += format_field("schedule", model::format_schedule(plan.schedule));
    }
    return lines;
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
    block += format_field("state file", container.state_directory + '/' + container.state_file);
    if (entry.evidence != nullptr) {
        block += format_evidence(container, *entry.evidence);
    }
    block += format_field("signal", format_sourced(format_signal(plan.settings.signal.value), plan.settings.signal));
    if (entry.evidence != nullptr && !entry.evidence->forecast.steps.empty()) {
        const std::string reception = format_reception(*entry.evidence);
        block += reception.empty() ? "" : format_field("handling", reception);
    }
    block += format_field(
        "grace", request.schedule ? "as scheduled (--schedule)"
                                  : format_sourced(format_duration(plan.settings.grace.value), plan.settings.grace));
    if (entry.evidence != nullptr) {
        block += format_future(plan, *entry.evidence);
    }
    for (const std::string& warning : list_warnings(entry, nullptr)) {
        block += format_field("warning", warning);
    }
    if (entry.error != nullptr) {
        block += format_field("error", format_error(*entry.error));
    }
    return block;
}

}  // namespace

void show_dry_run(const model::Request& request, std::span<const Entry> entries, Stream& out, Stream& err) {
    bool is_first = true;
    for (const Entry& entry : entries) {
        if (entry.error != nullptr) {
            tell_entry_error(request, entry, err);
        }
        if (request.json) {
            out.write(format_json(request, entry, nullptr));
        } else if (entry.plan != nullptr) {
            out.write((std::exchange(is_first, false) ? "" : "\n") + format_block(request, entry));
        }
    }
}

}  // namespace cstop::report
