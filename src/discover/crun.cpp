// crun's `status`, and the copy of the bundle's config.json beside it (formats.md 1.3).

#include "base/json.hpp"
#include "discover/field.hpp"
#include "discover/runtime.hpp"

namespace cstop::discover {

namespace {

/// Annotations, namespaces and mounts are only in the OCI config. Without it the container can still be stopped: as one
/// whose pid namespace is shared, which is the careful guess.
void take_config(const StateText& text, model::Container& container) {
    container.has_private_pid_namespace = false;
    if (text.companion.empty()) {
        container.warnings.emplace_back("config.json of its state directory cannot be read: no annotations");
        return;
    }
    const bool has_mounts = may_name_engine_directory(text.companion, text.id);
    const auto config =
        text.read(text.companion, {"annotations", "linux.namespaces.*.type", "linux.namespaces.*.path",
                                   has_mounts ? "mounts.*.source" : "", has_mounts ? "mounts.*.destination" : ""});
    if (!config) {
        container.warnings.push_back("config.json: " + format_error(config.error()));
        return;
    }
    container.annotations = parse_annotations((*config)["annotations"]);
    container.engine_directory = find_engine_directory((*config)["mounts"], container.id);
    for (const Json& entry : (*config)["linux"]["namespaces"].elements()) {
        if (!entry["path"].text().value_or("").empty()) {
            continue;  // joined
        }
        const auto type = entry["type"].text();
        container.has_private_pid_namespace = container.has_private_pid_namespace || type == "pid";
        container.has_private_mount_namespace = container.has_private_mount_namespace || type == "mount";
    }
}

}  // namespace

Result<std::optional<model::Container>> parse_crun_status(const StateText& text) {
    CSTOP_TRY(const Json status,
              text.read(text.state, {"id", "pid", "process-start-time", "cgroup-path", "bundle", "created"}));
    if (!status.is_object()) {
        return fail(ErrorCode::damaged, "not a JSON object");
    }
    CSTOP_CHECK(check_id_field(status, "id", text.id));

    model::Container container;
    container.id = text.id;
    CSTOP_TRY(container.pid, parse_pid_field(status, "pid"));
    if (container.pid) {
        // crun itself takes 0 for "do not compare", and so kills whoever has the pid now. Every crun since 0.14 (2020)
        // writes it: without it nobody can be proven.
        CSTOP_TRY(container.start_time, parse_start_field(status, "process-start-time"));
    }
    CSTOP_TRY(container.bundle, parse_text_field(status, "bundle"));
    CSTOP_TRY(container.created, parse_text_field(status, "created"));
    // Relative to the mount of every hierarchy; "" means that crun made none.
    CSTOP_TRY(std::string cgroup, parse_text_field(status, "cgroup-path"));
    if (!cgroup.empty()) {
        container.cgroups.push_back({.hierarchy = "*", .path = std::move(cgroup), .below_mount = true});
    }
    take_config(text, container);
    return container;
}

}  // namespace cstop::discover
