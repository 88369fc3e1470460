// containerd and its clients: ctr, nerdctl, and the kubelet through the CRI plugin (formats.md 3.3).

#include "settings/containerd.hpp"

#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "kernel/directory.hpp"
#include "kernel/foreign_parser.hpp"
#include "kernel/page_file.hpp"
#include "kernel/user_directories.hpp"
#include "settings/blob.hpp"
#include "settings/meta_database.hpp"
#include "settings/store.hpp"

namespace cstop::settings {

namespace {

void take_restart(EngineSettings& settings, const model::Container& container, const ContainerRecord& record) {
    // containerd's restart monitor restores what the label says should run (containerd runtime/restart).
    if (record.restart_status != "running" || record.restart_policy == "no" || record.explicitly_stopped == "true") {
        return;
    }
    const std::string policy = record.restart_policy.empty() ? "always" : record.restart_policy;
    // nerdctl's restart labels are changed by its own command; ctr has none for it.
    settings.restart = {.who = "containerd",
                        .name = escape_text(policy),
                        .keep_down = fmt::format("nerdctl --namespace={} update --restart=no {}", container.name_space,
                                                 make_command_word(container))};
    if (!is_container_id(container.name_space)) {
        settings.restart->keep_down.clear();
    }
}

void take_labels(EngineSettings& settings, const ContainerRecord& record) {
    if (!record.stop_signal.empty()) {
        settings.signal = {.value = record.stop_signal,
                           .source = "containerd label io.containerd.image.config.stop-signal"};
    }
    if (!record.stop_timeout.empty()) {
        settings.grace =
            parse_stated_grace(record.stop_timeout, "containerd label nerdctl/stop-timeout", settings.warnings);
    }
}

void take_cri(EngineSettings& settings, const ContainerRecord& record, JsonReader read) {
    const auto metadata = parse_cri_metadata(record.cri_metadata, read);
    if (!metadata) {
        settings.warnings.push_back("containerd's meta.db: " + escape_text(format_error(metadata.error())));
        return;
    }
    if (!settings.signal && !metadata->stop_signal.empty()) {
        settings.signal = {.value = metadata->stop_signal, .source = "containerd CRI StopSignal"};
    }
    if (!metadata->termination_grace.empty()) {
        settings.grace =
            parse_stated_grace(metadata->termination_grace, "containerd CRI terminationGracePeriod", settings.warnings);
    }
    if (is_digest(metadata->image)) {
        settings.image_digest = metadata->image;
    }
}

Result<std::optional<ContainerRecord>> read_record(const kernel::PageFile& database, std::string_view name_space,
                                                   std::string_view id) {
    if (!kernel::is_foreign(database.writers())) {
        return read_container_record(database, name_space, id);
    }
    CSTOP_TRY(const Json packed, kernel::parse_isolated([&]() -> Result<Json> {
                  CSTOP_TRY(const auto record, read_container_record(database, name_space, id));
                  return record ? pack_container_record(*record) : Json();
              }));
    return packed.is_null() ? std::nullopt : std::optional(unpack_container_record(packed));
}

Result<void> take_record(EngineSettings& settings, const model::Container& container, const std::string& root,
                         std::string_view name_space) {
    CSTOP_TRY(const kernel::Directory directory, open_store(container, root + "/io.containerd.metadata.v1.bolt"));
    CSTOP_TRY(const kernel::PageFile database, kernel::open_page_file(directory, "meta.db"));
    auto record = read_record(database, name_space, container.id);
    if (!record) {
        return Failure(with_context(directory.path() + "/meta.db", std::move(record).error()));
    }
    const std::optional<ContainerRecord> found = *std::move(record);
    if (!found) {
        return fail(ErrorCode::not_found, directory.path() + "/meta.db does not know the container");
    }
    const ContainerRecord& known = *found;
    settings.image_name = known.image_name;
    settings.image_digest = known.image_digest;
    settings.image_stores = {root + "/io.containerd.content.v1.content"};
    take_labels(settings, known);
    take_restart(settings, container, known);
    if (!known.cri_metadata.empty()) {
        take_cri(settings, known, kernel::json_reader_for(database.writers()));
    }
    if (known.is_sandbox || !known.cri_metadata.empty()) {
        settings.restart = make_kubelet_restart(container);
    }
    if (known.is_sandbox) {
        // The pause image's signal is nobody's wish: the kubelet's runtime ends a sandbox by force, last of all.
        settings.image_stores.clear();
        settings.image_name.clear();
    }
    return {};
}

struct Place {
    std::string root;
    std::string name_space;
};

// <state>/io.containerd.runtime.v2.task/<namespace>/<id>/work is a symlink to the same path below containerd's root
// directory, wherever a configuration has put it.
//
// A rootless containerd has its own /var/lib/containerd (containerd-rootless.sh): the user's ~/.local/share/containerd.
std::string find_root(const model::Container& container, std::string root) {
    constexpr std::string_view inside = "/var/lib/containerd";
    if (container.state_owner == 0 || root != inside) {
        return root;
    }
    return kernel::find_user_directories(container.state_owner).data + "/containerd";
}

Result<Place> find_place(const model::Container& container) {
    CSTOP_TRY(const kernel::Directory bundle, open_store(container, container.bundle));
    CSTOP_TRY(const std::string work, kernel::read_link_below(bundle, "work"));
    const std::string tail = fmt::format("/{}", container.id);
    const std::string name_space_directory = strip_components(work, 1);
    const std::string tasks = strip_components(work, 2);
    std::string root = strip_components(work, 3);
    if (root.empty() || !work.ends_with(tail) || !tasks.ends_with("/io.containerd.runtime.v2.task")) {
        return fail(ErrorCode::damaged, fmt::format("{}/work leads to {}", container.bundle, work));
    }
    return Place{.root = find_root(container, std::move(root)),
                 .name_space = name_space_directory.substr(tasks.size() + 1)};
}

// nerdctl copies its labels into the annotations. ctr copies an image's labels there as well, so they count only where
// the store itself cannot be read.
void take_annotations(EngineSettings& settings, const model::Container& container) {
    if (const auto timeout = model::find_annotation(container, "nerdctl/stop-timeout")) {
        settings.grace = parse_stated_grace(*timeout, "annotation nerdctl/stop-timeout", settings.warnings);
    }
}

EngineSettings read_settings(const model::Container& container) {
    const auto place = find_place(container);
    if (place) {
        return read_containerd_settings(container, place->root, place->name_space);
    }
    EngineSettings settings;
    settings.warnings.push_back("containerd's store was not found: " + escape_text(format_error(place.error())));
    take_annotations(settings, container);
    return settings;
}

EngineSettings read_kubernetes_settings(const model::Container& container) {
    EngineSettings settings = read_settings(container);
    settings.restart = make_kubelet_restart(container);
    return settings;
}

std::optional<model::Sourced<std::string>> read_image_signal(const model::Container& container,
                                                             EngineSettings& settings) {
    if (settings.image_stores.empty() || (settings.image_digest.empty() && settings.image_name.empty())) {
        return std::nullopt;
    }
    const std::string name = escape_text(settings.image_name.empty() ? settings.image_digest : settings.image_name);
    if (settings.image_digest.empty()) {
        settings.warnings.push_back("image " + name + " is gone, so its stop signal is not known");
        return std::nullopt;
    }
    const auto store = open_store(container, settings.image_stores.front());
    const auto image = store ? read_image(*store, make_descriptor(settings.image_digest), read_host_platform(),
                                          kernel::Crossing::same_mount)
                             : Result<ImageConfigDocument>(Failure(store.error()));
    if (!image) {
        settings.warnings.push_back(fmt::format("the stop signal of image {} is not known: {}", name,
                                                escape_text(format_error(image.error()))));
        return std::nullopt;
    }
    const std::optional<std::string> signal = image->stop_signal;
    if (!signal) {
        return std::nullopt;
    }
    return model::Sourced<std::string>{.value = *signal, .source = "image " + name};
}

}  // namespace

EngineSettings read_containerd_settings(const model::Container& container, const std::string& root,
                                        std::string_view name_space) {
    EngineSettings settings;
    if (const auto taken = take_record(settings, container, root, name_space); !taken) {
        settings.warnings.push_back(escape_text(format_error(taken.error())));
        take_annotations(settings, container);
    }
    return settings;
}

const Engine containerd_engine = {
    .name = "containerd",
    .read_settings = read_settings,
    .read_image_signal = read_image_signal,
};

const Engine kubernetes_engine = {
    .name = "kubernetes",
    .read_settings = read_kubernetes_settings,
    .read_image_signal = read_image_signal,
};

}  // namespace cstop::settings
