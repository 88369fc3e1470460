// runc's state.json (formats.md 1.2): one JSON object, replaced by rename, so never torn. Since 1.4 nearly every field
// vanishes when it is empty.

#include <fmt/format.h>

#include "base/json.hpp"
#include "discover/field.hpp"
#include "discover/runtime.hpp"

namespace cstop::discover {

namespace {

/// "key=value", split at the first '='. runc appends bundle=DIR after the annotations, which come in random order and
/// may hold a `bundle` of their own: the last one counts, and none is an annotation.
void take_labels(const Json& labels, model::Container& container) {
    for (const Json& label : labels.elements()) {
        const std::string_view text = label.text().value_or("");
        const auto equals = text.find('=');
        if (equals == std::string_view::npos) {
            continue;
        }
        const std::string_view key = text.substr(0, equals);
        const std::string_view value = text.substr(equals + 1);
        if (key == "bundle") {
            container.bundle = value;
        } else {
            container.annotations.emplace_back(key, value);
        }
    }
}

Result<void> take_cgroups(const Json& paths, model::Container& container) {
    for (const auto& [hierarchy, path] : paths.members()) {
        const auto text = path.text();
        if (!text) {
            return fail(ErrorCode::damaged, fmt::format("cgroup_paths: {}: not a string", hierarchy));
        }
        if (!text->empty()) {
            container.cgroups.push_back({.hierarchy = hierarchy, .path = std::string(*text), .below_mount = false});
        }
    }
    return {};
}

/// An entry with a path joined a namespace that was there before.
bool has_new_namespace(const Json& namespaces, std::string_view type) {
    for (const Json& entry : namespaces.elements()) {
        if (entry["type"].text() == type && entry["path"].text().value_or("").empty()) {
            return true;
        }
    }
    return false;
}

}  // namespace

Result<std::optional<model::Container>> parse_runc_state(const StateText& text) {
    const bool has_mounts = may_name_engine_directory(text.state, text.id);
    CSTOP_TRY(const Json state,
              text.read(text.state, {"id", "init_process_pid", "init_process_start", "created", "config.labels",
                                     "config.namespaces.*.type", "config.namespaces.*.path",
                                     has_mounts ? "config.mounts.*.source" : "",
                                     has_mounts ? "config.mounts.*.destination" : "", "cgroup_paths"}));
    if (find_field(state, "init_process_pid") == nullptr) {
        return std::nullopt;
    }
    CSTOP_CHECK(check_id_field(state, "id", text.id));

    model::Container container;
    container.id = text.id;
    CSTOP_TRY(container.pid, parse_pid_field(state, "init_process_pid"));
    if (container.pid) {
        CSTOP_TRY(container.start_time, parse_start_field(state, "init_process_start"));
    }
    CSTOP_TRY(container.created, parse_text_field(state, "created"));
    const Json& config = state["config"];
    take_labels(config["labels"], container);
    container.engine_directory = find_engine_directory(config["mounts"], text.id);
    container.has_private_pid_namespace = has_new_namespace(config["namespaces"], "NEWPID");
    container.has_private_mount_namespace = has_new_namespace(config["namespaces"], "NEWNS");
    CSTOP_CHECK(take_cgroups(state["cgroup_paths"], container));
    return container;
}

}  // namespace cstop::discover
