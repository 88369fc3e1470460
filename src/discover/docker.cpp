// docker: <exec-root>/runtime-<name>/<namespace>/<id>, and its own files in <data-root>/containers/<id>, which the
// container's mounts name (formats.md 1.1, 3.2).

#include "base/json.hpp"
#include "discover/engine.hpp"
#include "discover/field.hpp"
#include "discover/path.hpp"
#include "kernel/foreign_parser.hpp"

namespace cstop::discover {

namespace {

/// "moby", "plugins.moby", "moby-<uid>.<gid>".
bool is_docker_namespace(std::string_view name) {
    return name == "moby" || name == "plugins.moby" || name.starts_with("moby-");
}

bool is_docker_root(std::string_view root) {
    return last_component(parent_path(root)).starts_with("runtime-");
}

bool describe(model::Container& container, std::string_view root) {
    const std::string_view name_space = last_component(parent_path(container.bundle));
    const bool is_docker_bundle =
        is_docker_namespace(name_space) && container.bundle.contains("/io.containerd.runtime.");
    if (!is_docker_bundle && !is_docker_root(root)) {
        return false;
    }
    container.engine = "docker";
    container.name_space = is_docker_bundle ? name_space : last_component(root);
    return true;
}

/// The kubelet's names are labels when docker is its runtime (cri-dockerd).
void take_pod(model::Container& container) {
    for (const auto& [key, value] : container.labels) {
        if (key == "io.kubernetes.pod.name") {
            container.pod = value;
        } else if (key == "io.kubernetes.pod.namespace") {
            container.pod_namespace = value;
        } else if (key == "io.kubernetes.docker.type") {
            container.is_sandbox = value == "podsandbox";
        }
    }
}

void read_store(model::Container& container, NameBook& /*book*/) {
    if (container.engine_directory.empty()) {
        return;
    }
    const auto file = read_store_file(container, container.engine_directory, "config.v2.json");
    if (!file) {
        container.warnings.push_back("name unknown: " + format_error(file.error()));
        return;
    }
    const auto config = kernel::json_reader_for(file->writers)(file->bytes, {"ID", "Name", "Config.Labels"});
    if (!config) {
        container.warnings.push_back("name unknown: " + container.engine_directory +
                                     "/config.v2.json: " + format_error(config.error()));
        return;
    }
    if ((*config)["ID"].text() != container.id) {
        return;
    }
    std::string_view name = (*config)["Name"].text().value_or("");
    name.remove_prefix(name.starts_with('/') ? 1 : 0);
    container.name = name;
    container.labels = parse_annotations((*config)["Config"]["Labels"]);
    // The name is the kubelet's own, so the labels beside it are too: an image cannot choose a name.
    if (name.starts_with("k8s_")) {
        take_pod(container);
    }
}

bool may_own(const StateText& text, std::string_view root) {
    return is_docker_root(root) || may_name_engine_directory(text.state, text.id);
}

}  // namespace

const Engine docker_engine = {
    .describe = describe,
    .read_store = read_store,
    .may_own = may_own,
    .keeps_names_elsewhere = true,
};

}  // namespace cstop::discover
