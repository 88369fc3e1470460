// containerd's clients: ctr, nerdctl, and the kubelet through the CRI. The bundle is
// <state>/io.containerd.runtime.v2.task/<namespace>/<id> (formats.md 1.6, 2).

#include "discover/engine.hpp"
#include "discover/field.hpp"
#include "discover/path.hpp"
#include "kernel/user_directories.hpp"

namespace cstop::discover {

namespace {

std::string find_text(const model::Container& container, std::string_view key) {
    return std::string(model::find_annotation(container, key).value_or(""));
}

/// The CRI plugin writes these itself; images and pods cannot.
void describe_kubernetes(model::Container& container) {
    container.engine = "kubernetes";
    container.pod = find_text(container, "io.kubernetes.cri.sandbox-name");
    container.pod_namespace = find_text(container, "io.kubernetes.cri.sandbox-namespace");
    container.is_sandbox = find_text(container, "io.kubernetes.cri.container-type") == "sandbox";
    if (!container.is_sandbox) {
        container.name = find_text(container, "io.kubernetes.cri.container-name");
    }
}

/// containerd-rootless.sh binds $XDG_RUNTIME_DIR/containerd to /run/containerd in a mount namespace of its own, and so
/// the bundle is named by a path that means another one here. What the user's state root and it share tells which.
void find_rootless_bundle(model::Container& container, std::string_view root) {
    constexpr std::string_view inside = "/run/containerd/";
    const std::string_view runtime = parent_path(root);  // $XDG_RUNTIME_DIR/containerd/runc
    if (container.state_owner != 0 && container.bundle.starts_with(inside) && runtime.ends_with("/containerd/runc")) {
        container.bundle = std::string(parent_path(runtime)) + "/" + container.bundle.substr(inside.size());
    }
}

bool describe(model::Container& container, std::string_view root) {
    const std::string_view tasks = parent_path(parent_path(container.bundle));
    const bool is_bundle = last_component(tasks).starts_with("io.containerd.runtime.");
    if (!is_bundle && !parent_path(root).ends_with("/containerd/runc")) {
        return false;
    }
    container.engine = "containerd";
    find_rootless_bundle(container, root);
    container.name_space = is_bundle ? last_component(parent_path(container.bundle)) : last_component(root);
    if (container.name_space == "k8s.io" && model::find_annotation(container, "io.kubernetes.cri.container-type")) {
        describe_kubernetes(container);
        return true;
    }
    // nerdctl copies its labels into annotations, but ctr copies an image's labels there too.
    container.name = find_text(container, "nerdctl/name");
    container.is_name_claimed = !container.name.empty();
    return true;
}

/// Where nerdctl's stores are: below /var/lib, or of a rootless one below the user's data.
std::string find_store(const model::Container& container) {
    if (container.state_owner == 0) {
        return "/var/lib/nerdctl/";
    }
    return kernel::find_user_directories(container.state_owner).data + "/nerdctl/";
}

/// nerdctl's <store>/names/<namespace>/<name> holds the id; the state directory that it notes is
/// <store>/containers/<namespace>/<id>.
void read_store(model::Container& container, NameBook& /*book*/) {
    const std::string directory = find_text(container, "nerdctl/state-dir");
    const std::string expected_end = "/containers/" + container.name_space + "/" + container.id;
    // Only the default stores: an image could note a directory of its own.
    if (!container.is_name_claimed || container.name.contains('/') || !directory.starts_with(find_store(container)) ||
        directory.contains("/../") || !directory.ends_with(expected_end)) {
        return;
    }
    const std::string names =
        directory.substr(0, directory.size() - expected_end.size()) + "/names/" + container.name_space;
    const auto id = read_store_file(container, names, container.name);
    container.is_name_claimed = !id || id->bytes != container.id;
}

bool may_own(const StateText& text, std::string_view root) {
    return contains_text(text.state, "/io.containerd.runtime.") || parent_path(root).ends_with("/containerd/runc");
}

}  // namespace

const Engine containerd_engine = {
    .describe = describe,
    .read_store = read_store,
    .may_own = may_own,
    .keeps_names_elsewhere = false,
};

}  // namespace cstop::discover
