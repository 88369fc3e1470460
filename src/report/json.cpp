#include "report/json.hpp"

#include <span>
#include <string_view>

#include <nlohmann/json.hpp>

#include "report/warnings.hpp"

namespace cstop::report {

namespace {

using Object = nlohmann::ordered_json;

Object make_text(std::string_view text) {
    return text.empty() ? Object(nullptr) : Object(text);
}

Object make_duration(std::optional<Duration> duration) {
    return duration ? Object(duration->count()) : Object(nullptr);
}

Object make_steps(const model::Outcome* outcome) {
    Object steps = Object::array();
    if (outcome != nullptr) {
        for (const model::StepReport& step : outcome->steps) {
            steps.push_back({{"signal", format_signal(step.signal)},
                             {"target", model::format_aim(step.aim)},
                             {"sent_at_ms", step.sent_at.count()},
                             {"result", step.result},
                             {"way", make_text(step.way)}});
        }
    }
    return steps;
}

Object make_exit(const model::Outcome* outcome) {
    if (outcome == nullptr || !outcome->exit) {
        return nullptr;
    }
    if (outcome->exit->by_signal) {
        return {{"signal", format_signal(Signal{outcome->exit->value})}};
    }
    return {{"code", outcome->exit->value}};
}

Object make_survivors(const model::Outcome* outcome) {
    Object survivors = Object::array();
    if (outcome != nullptr) {
        for (const model::Survivor& survivor : outcome->survivors) {
            survivors.push_back({{"pid", survivor.pid},
                                 {"command", survivor.command},
                                 {"state", std::string_view(&survivor.state, 1)},
                                 {"wchan", make_text(survivor.wchan)},
                                 {"since_kill_ms", make_duration(survivor.since_kill)},
                                 {"cause", make_text(survivor.cause)}});
        }
    }
    return survivors;
}

Object make_restart(const std::optional<model::RestartPolicy>& restart) {
    if (!restart) {
        return nullptr;
    }
    return {{"who", make_text(restart->who)},
            {"policy", make_text(restart->name)},
            {"keep_down", make_text(restart->keep_down)}};
}

Object make_process(const model::ProcessName& process) {
    return {{"pid", process.pid}, {"command", make_text(process.command)}};
}

Object make_processes(std::span<const model::ProcessName> processes) {
    Object list = Object::array();
    for (const model::ProcessName& process : processes) {
        list.push_back(make_process(process));
    }
    return list;
}

Object make_cgroups(std::span<const model::CgroupEvidence> cgroups) {
    Object list = Object::array();
    for (const model::CgroupEvidence& cgroup : cgroups) {
        list.push_back(
            {{"directory", cgroup.directory}, {"hierarchies", cgroup.hierarchies}, {"frozen", cgroup.is_frozen}});
    }
    return list;
}

Object make_foreseen(const model::ForeseenStep& step) {
    return {{"at_ms", step.at.count()},
            {"signal", format_signal(step.signal)},
            {"target", model::format_aim(step.aim)},
            {"way", make_text(step.way)},
            {"omitted", make_text(step.omission)},
            {"thaws", step.thaws},
            {"wait_ms", step.wait == forever ? Object(nullptr) : Object(step.wait.count())}};
}

Object make_forecast(const model::Forecast& forecast) {
    Object steps = Object::array();
    for (const model::ForeseenStep& step : forecast.steps) {
        steps.push_back(make_foreseen(step));
    }
    return {{"steps", steps},
            {"repeat_from", forecast.repeat_from ? Object(*forecast.repeat_from) : Object(nullptr)},
            {"gives_up_at_ms", make_duration(forecast.end)}};
}

Object make_init(const model::Evidence& evidence) {
    const bool is_known = evidence.state != '?';
    return {{"identity", model::format_identity(evidence.identity)},
            {"command", make_text(evidence.command)},
            {"state", is_known ? Object(std::string_view(&evidence.state, 1)) : Object(nullptr)},
            {"handle", make_text(evidence.handle)},
            {"shares_pids", evidence.shares_pids}};
}

Object make_reception(const model::Evidence& evidence) {
    if (!evidence.awaited) {
        return nullptr;
    }
    return {{"signal", format_signal(*evidence.awaited)},
            {"reception", model::format_reception(evidence.reception)},
            {"caught", evidence.has_handler},
            {"ignored", evidence.is_ignored},
            {"blocked", evidence.is_blocked}};
}

/// Only a dry run has looked for it.
Object make_evidence(const Entry& entry) {
    if (entry.evidence == nullptr) {
        return nullptr;
    }
    const model::Evidence& evidence = *entry.evidence;
    const model::Container& container = entry.plan->container;
    return {{"state_file", container.state_directory + '/' + container.state_file},
            {"init", make_init(evidence)},
            {"handling", make_reception(evidence)},
            {"cgroups", make_cgroups(evidence.cgroups)},
            {"cgroup_refusal", make_text(evidence.cgroup_refusal)},
            {"processes", make_processes(evidence.processes)},
            {"process_count", evidence.process_count},
            {"kill_all", {{"way", evidence.kill_way}, {"reason", make_text(evidence.kill_reason)}}},
            {"other_stop", evidence.other_stop ? make_process(*evidence.other_stop) : Object(nullptr)},
            {"forecast", make_forecast(evidence.forecast)}};
}

std::string_view format_failure(const Error& error) {
    return error.code == ErrorCode::not_found ? "not_found" : model::format_kind(model::Outcome::Kind::failed);
}

/// Who it is and what was planned; null where there is no plan.
void add_plan(Object& object, const model::Request& request, const Entry& entry) {
    for (const char* const key : {"id", "name", "engine", "namespace", "pod", "pid", "status", "uptime_ms", "signal",
                                  "signal_source", "timeout_ms", "timeout_source", "schedule", "restart"}) {
        object[key] = nullptr;
    }
    if (entry.plan == nullptr) {
        object["name"] = entry.word;
        return;
    }
    const model::Container& container = entry.plan->container;
    const model::StopSettings& settings = entry.plan->settings;
    object["id"] = container.id;
    object["name"] = make_text(container.name);
    object["engine"] = make_text(container.engine);
    object["namespace"] = make_text(container.name_space);
    if (!container.pod.empty()) {
        object["pod"] = container.pod_namespace.empty() ? container.pod : container.pod_namespace + '/' + container.pod;
    }
    if (container.pid) {
        object["pid"] = *container.pid;
    }
    object["status"] = model::format_status(container.status);
    if (container.uptime) {
        object["uptime_ms"] = container.uptime->count();
    }
    object["signal"] = format_signal(settings.signal.value);
    object["signal_source"] = settings.signal.source;
    if (!request.schedule) {
        if (settings.grace.value != forever) {
            object["timeout_ms"] = settings.grace.value.count();
        }
        object["timeout_source"] = settings.grace.source;
    }
    object["schedule"] = model::format_schedule(entry.plan->schedule);
    object["restart"] = make_restart(settings.restart);
}

void add_outcome(Object& object, const Entry& entry, const model::Outcome* outcome) {
    object["steps"] = make_steps(outcome);
    object["outcome"] = nullptr;
    object["exit"] = make_exit(outcome);
    object["escalated"] = outcome != nullptr && outcome->escalated;
    object["leftovers"] = outcome != nullptr ? outcome->leftovers : 0;
    object["duration_ms"] = nullptr;
    object["survivors"] = make_survivors(outcome);
    object["evidence"] = make_evidence(entry);
    object["warnings"] = list_warnings(entry, outcome);
    object["error"] = nullptr;
    object["advice"] = nullptr;
    const Error* error = entry.error;
    if (outcome != nullptr) {
        object["outcome"] = model::format_kind(outcome->kind);
        object["duration_ms"] = outcome->duration.count();
        error = outcome->error ? &*outcome->error : nullptr;
    } else if (error != nullptr) {
        object["outcome"] = format_failure(*error);
    }
    if (error != nullptr) {
        object["error"] = format_error(*error);
        object["advice"] = make_text(error->advice);
    }
}

}  // namespace

std::string format_json(const model::Request& request, const Entry& entry, const model::Outcome* outcome) {
    constexpr bool ascii_only = true;
    constexpr int one_line = -1;
    Object object = Object::object();
    object["version"] = 1;
    object["word"] = entry.word;
    add_plan(object, request, entry);
    add_outcome(object, entry, outcome);
    return object.dump(one_line, ' ', ascii_only, Object::error_handler_t::replace) + '\n';
}

}  // namespace cstop::report
