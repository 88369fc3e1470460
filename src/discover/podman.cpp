// podman and CRI-O: the bundle is <containers/storage>/<driver>-containers/<id>/userdata (formats.md 1.6).

#include <algorithm>

#include "discover/engine.hpp"
#include "discover/field.hpp"
#include "discover/path.hpp"

namespace cstop::discover {

namespace {

std::string find_text(const model::Container& container, std::string_view key) {
    return std::string(model::find_annotation(container, key).value_or(""));
}

bool is_hex_id(std::string_view text) {
    return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// CRI-O writes these itself, over whatever an image or a pod says.
void describe_crio(model::Container& container) {
    container.engine = "cri-o";
    container.is_sandbox = find_text(container, "io.kubernetes.cri-o.ContainerType") == "sandbox";
    container.pod = find_text(container, "io.kubernetes.pod.name");
    container.pod_namespace = find_text(container, "io.kubernetes.pod.namespace");
    if (!container.is_sandbox) {
        container.name = find_text(container, "io.kubernetes.container.name");
    }
}

/// A pod's containers live in <parent>/<pod id>/libpod-<id>; with systemd's driver in
/// <parent>-libpod_pod_<pod id>.slice/libpod-<id>.scope, of which crun takes the sub-cgroup "container".
std::string_view find_pod_id(std::string_view cgroup) {
    if (last_component(cgroup) == "container") {
        cgroup = parent_path(cgroup);
    }
    std::string_view parent = last_component(parent_path(cgroup));
    constexpr std::string_view before = "libpod_pod_";
    constexpr std::string_view after = ".slice";
    if (const auto begin = parent.rfind(before); begin != std::string_view::npos && parent.ends_with(after)) {
        parent.remove_prefix(begin + before.size());
        parent.remove_suffix(after.size());
    }
    return is_hex_id(parent) ? parent : std::string_view();
}

/// The pod's name is only in libpod's database.
void describe_podman(model::Container& container) {
    container.engine = "podman";
    for (const model::CgroupPath& cgroup : container.cgroups) {
        if (const auto pod = find_pod_id(cgroup.path); !pod.empty()) {
            container.pod = pod;
            return;
        }
    }
}

bool describe(model::Container& container, std::string_view /*root*/) {
    const std::string_view bundle = container.bundle;
    const std::string_view owner = parent_path(bundle);
    if (last_component(bundle) != "userdata" || last_component(owner) != container.id ||
        !parent_path(owner).ends_with("-containers")) {
        return false;
    }
    if (model::find_annotation(container, "io.container.manager") == "cri-o") {
        describe_crio(container);
    } else {
        describe_podman(container);
    }
    return true;
}

void read_store(model::Container& container, NameBook& book) {
    if (container.engine != "podman") {
        return;
    }
    const std::string directory(parent_path(parent_path(container.bundle)));
    container.name = book.read_storage_name(container, directory).value_or("");
    if (container.pod.empty()) {
        return;
    }
    container.is_sandbox = container.name == container.pod.substr(0, 12) + "-infra";
    const std::string libpod = std::string(parent_path(directory)) + "/libpod";
    container.pod = book.read_pod_name(container, libpod, container.pod).value_or(container.pod);
}

bool may_own(const StateText& text, std::string_view /*root*/) {
    return contains_text(text.state, "-containers/");
}

}  // namespace

const Engine podman_engine = {
    .describe = describe,
    .read_store = read_store,
    .may_own = may_own,
    .keeps_names_elsewhere = true,
};

}  // namespace cstop::discover
