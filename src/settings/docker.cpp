// docker: <data-root>/containers/<id>/config.v2.json and hostconfig.json (formats.md 3.2).

#include "settings/docker.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "kernel/directory.hpp"
#include "kernel/foreign_parser.hpp"
#include "kernel/user_directories.hpp"
#include "settings/blob.hpp"
#include "settings/engine.hpp"
#include "settings/store.hpp"

namespace cstop::settings {

namespace {

// Go's int. Negative: docker waits for ever and never kills.
std::optional<Duration> parse_timeout(const Json& json) {
    const auto seconds =
        json.integer(std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max());
    if (!seconds) {
        return std::nullopt;
    }
    return *seconds < 0 ? forever : make_grace(static_cast<std::uint64_t>(*seconds));
}

void take_timeout(EngineSettings& settings, const Json& json, const std::string& source) {
    if (json.is_null()) {
        return;
    }
    if (const auto timeout = parse_timeout(json)) {
        settings.grace = {.value = *timeout, .source = source};
    } else {
        settings.warnings.push_back(fmt::format("stop timeout of {} is no whole number of seconds", source));
    }
}

// docker's "vfs", "overlay2", "btrfs": it becomes a component of a path.
bool is_driver_name(std::string_view text) {
    return is_container_id(text);
}

void take_image(EngineSettings& settings, const model::Container& container, const Json& config) {
    const std::string data_root = strip_components(container.engine_directory, 2);
    settings.image_digest = config["Image"].text().value_or("");
    settings.image_name = config["Config"]["Image"].text().value_or("");
    const std::string_view driver = config["Driver"].text().value_or("");
    if (data_root.empty() || !is_digest(settings.image_digest)) {
        return;
    }
    if (is_driver_name(driver)) {
        settings.image_stores.push_back(fmt::format("{}/image/{}/imagedb", data_root, driver));
    }
    settings.image_stores.push_back(data_root + "/containerd/daemon/io.containerd.content.v1.content");
}

Result<Json> read_json_below(const kernel::Directory& directory, std::string_view name, JsonPaths paths) {
    CSTOP_TRY(const kernel::FileContent content,
              kernel::read_file_below(directory, name, kernel::largest_file, kernel::Crossing::same_mount));
    auto json = kernel::json_reader_for(content.writers)(content.bytes, paths);
    if (!json) {
        return Failure(with_context(fmt::format("{}/{}", directory.path(), name), std::move(json).error()));
    }
    return json;
}

void take_restart(EngineSettings& settings, const model::Container& container, const Json& host_config) {
    const std::string_view policy = host_config["RestartPolicy"]["Name"].text().value_or("");
    if (policy.empty() || policy == "no") {
        return;
    }
    settings.restart = {.who = "docker",
                        .name = std::string(policy),
                        .keep_down = "docker update --restart=no " + make_command_word(container)};
}

Result<void> take_container(EngineSettings& settings, const model::Container& container) {
    CSTOP_TRY(const kernel::Directory directory, open_store(container, container.engine_directory));
    CSTOP_TRY(const Json config,
              read_json_below(directory, "config.v2.json",
                              {"ID", "Image", "Driver", "Config.Image", "Config.StopSignal", "Config.StopTimeout"}));
    if (config["ID"].text() != container.id) {
        return fail(ErrorCode::damaged, directory.path() + "/config.v2.json is another container's");
    }
    if (const auto signal = config["Config"]["StopSignal"].text(); signal && !signal->empty()) {
        settings.signal = {.value = std::string(*signal), .source = "docker config.v2.json"};
    }
    take_timeout(settings, config["Config"]["StopTimeout"], "docker config.v2.json");
    take_image(settings, container, config);
    const auto host_config = read_json_below(directory, "hostconfig.json", {"RestartPolicy.Name"});
    if (host_config) {
        take_restart(settings, container, *host_config);
    } else if (host_config.error().code != ErrorCode::not_found) {
        return Failure(host_config.error());
    }
    return {};
}

// docker 29.7 and newer. The home directory of another user is left alone: it may be on a server that is gone, and ten
// seconds is what its daemon most probably says as well.
void take_daemon_default(EngineSettings& settings, const model::Container& container, const std::string& file) {
    if (settings.grace || (container.state_owner != 0 && container.state_owner != geteuid())) {
        return;
    }
    const auto content = kernel::read_file(file);
    if (!content) {
        return;
    }
    // What is wrong with the daemon's configuration is the daemon's to say: it does not start with it.
    if (const auto json = kernel::json_reader_for(content->writers)(content->bytes, {"default-stop-timeout"})) {
        take_timeout(settings, (*json)["default-stop-timeout"], file);
    }
}

EngineSettings read_settings(const model::Container& container) {
    return read_docker_settings(
        container, container.state_owner == 0
                       ? "/etc/docker/daemon.json"
                       : kernel::find_user_directories(container.state_owner).configuration + "/docker/daemon.json");
}

// imagedb/content/<algorithm>/<hex> is the image's config itself; with containerd's image store the digest is that of
// an index or a manifest.
Result<ImageConfigDocument> read_image_below(const kernel::Directory& store, const std::string& digest) {
    const auto classic = kernel::read_file_below(store, "content/" + format_digest_path(digest), kernel::largest_file,
                                                 kernel::Crossing::same_mount);
    if (!classic) {
        return read_image(store, make_descriptor(digest), read_host_platform(), kernel::Crossing::same_mount);
    }
    CSTOP_TRY(ImageDocument document, parse_image_document(classic->bytes, kernel::json_reader_for(classic->writers)));
    if (auto* config = std::get_if<ImageConfigDocument>(&document)) {
        return std::move(*config);
    }
    return fail(ErrorCode::damaged, "image " + digest + " is no config");
}

// docker merges the image's StopSignal into the container's when it creates it, so this finds nothing that counts in a
// container of docker's own. An image that was removed since is therefore no reason to warn.
std::optional<model::Sourced<std::string>> read_image_signal(const model::Container& container,
                                                             EngineSettings& settings) {
    for (const std::string& path : settings.image_stores) {
        const auto store = open_store(container, path);
        if (!store) {
            continue;
        }
        const auto image = read_image_below(*store, settings.image_digest);
        const std::optional<std::string> signal = image ? image->stop_signal : std::nullopt;
        if (signal) {
            const std::string& name = settings.image_name.empty() ? settings.image_digest : settings.image_name;
            return model::Sourced<std::string>{.value = *signal, .source = "image " + escape_text(name)};
        }
    }
    return std::nullopt;
}

}  // namespace

EngineSettings read_docker_settings(const model::Container& container, const std::string& daemon_config) {
    EngineSettings settings;
    if (container.engine_directory.empty()) {
        settings.warnings.emplace_back("docker's own directory for the container is not known");
    } else if (const auto taken = take_container(settings, container); !taken) {
        settings.warnings.push_back(escape_text(format_error(taken.error())));
    }
    take_daemon_default(settings, container, daemon_config);
    return settings;
}

const Engine docker_engine = {
    .name = "docker",
    .read_settings = read_settings,
    .read_image_signal = read_image_signal,
};

}  // namespace cstop::settings
