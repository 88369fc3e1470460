// youki's state.json and youki_config.json (formats.md 1.4, from its sources). It records no start time: that is taken
// from /proc later, when it fits `created` (status.hpp).

#include "base/json.hpp"
#include "discover/field.hpp"
#include "discover/runtime.hpp"

namespace cstop::discover {

namespace {

/// The OCI cgroupsPath, or ":youki:<id>". With the systemd driver it is SLICE:PREFIX:NAME, a scope below the slice;
/// which directory that is only systemd knows, so it names no cgroup here.
void take_cgroup(const StateText& text, bool is_systemd, model::Container& container) {
    const auto config = text.read(text.companion, {"cgroup_path"});
    if (!config) {
        container.warnings.emplace_back("youki_config.json of its state directory cannot be read: cgroup unknown");
        return;
    }
    const std::string_view path = (*config)["cgroup_path"].text().value_or("");
    if (path.empty() || is_systemd) {
        return;
    }
    container.cgroups.push_back({.hierarchy = "*", .path = std::string(path), .below_mount = true});
}

}  // namespace

Result<std::optional<model::Container>> parse_youki_state(const StateText& text) {
    CSTOP_TRY(const Json state,
              text.read(text.state, {"ociVersion", "useSystemd", "id", "pid", "bundle", "annotations", "created"}));
    if (find_field(state, "ociVersion") == nullptr || find_field(state, "useSystemd") == nullptr) {
        return std::nullopt;
    }
    CSTOP_CHECK(check_id_field(state, "id", text.id));

    model::Container container;
    container.id = text.id;
    // Absent and null are the same to its writer.
    if (!state["pid"].is_null()) {
        CSTOP_TRY(container.pid, parse_pid_field(state, "pid"));
    }
    CSTOP_TRY(container.bundle, parse_text_field(state, "bundle"));
    CSTOP_TRY(container.created, parse_text_field(state, "created"));
    container.annotations = parse_annotations(state["annotations"]);
    // The namespaces are only in the bundle's config: the careful guess is a shared one.
    container.has_private_pid_namespace = false;
    take_cgroup(text, state["useSystemd"].boolean().value_or(false), container);
    return container;
}

}  // namespace cstop::discover
