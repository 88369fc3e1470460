#include "report/json.hpp"

#include <algorithm>
#include <string_view>

#include <nlohmann/json.hpp>

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

Object make_warnings(const Entry& entry, const model::Outcome* outcome) {
    std::vector<std::string> warnings;
    if (entry.plan != nullptr) {
        warnings = entry.plan->warnings;
    }
    if (outcome != nullptr) {
        std::ranges::copy_if(outcome->warnings, std::back_inserter(warnings), [&](const std::string& warning) {
            return std::ranges::find(warnings, warning) == warnings.end();
        });
    }
    return warnings;
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
    object["warnings"] = make_warnings(entry, outcome);
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
