// podman: the stop signal is always in the annotation, as a number; the timeout and the restart policy are in libpod's
// database, and since 5.2 the timeout is in an annotation as well (formats.md 3.4, 3.6).

#include "settings/podman.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/bbolt.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "kernel/directory.hpp"
#include "kernel/foreign_parser.hpp"
#include "kernel/page_file.hpp"
#include "settings/store.hpp"
#include "settings/systemd_timeout.hpp"

namespace cstop::settings {

namespace {

using ConfigBytes = std::optional<std::string>;

Result<ConfigBytes> read_config(const PageSource& database, std::string_view id) {
    return read_consistently(database, [&](const BboltSnapshot& snapshot) -> Result<ConfigBytes> {
        CSTOP_TRY(const auto container, snapshot.find_bucket(snapshot.root(), {"ctr", id}));
        if (!container) {
            return ConfigBytes();
        }
        return snapshot.find_value(*container, "config");
    });
}

Result<Json> read_libpod_config(std::string_view bytes) {
    return read_json(bytes, {"id", "stopTimeout", "restart_policy", "labels.PODMAN_SYSTEMD_UNIT"});
}

/// The label is written by a podman that a unit started (podman-systemd.unit(5), podman-generate-systemd(1)). Whether
/// the unit has Restart= is known to systemd alone, and its new container has a new id.
model::RestartPolicy make_unit_restart(const model::Container& container, std::string_view unit) {
    // Beyond the characters of an id, a unit's name may have these two. A word that starts with '-' would be an option.
    std::string word(unit);
    std::ranges::replace_if(word, [](char character) { return character == '@' || character == ':'; }, '_');
    std::string command;
    if (is_container_id(word) && !word.starts_with('-')) {
        command = fmt::format("systemctl {}stop {}", container.state_owner == 0 ? "" : "--user ", unit);
    }
    return {.who = "systemd", .name = "", .keep_down = std::move(command)};
}

Result<void> take_config(EngineSettings& settings, const model::Container& container, const Json& config) {
    if (!config.is_object() || config["id"].text().value_or(container.id) != container.id) {
        return fail(ErrorCode::damaged, "the record is another container's");
    }
    // Go leaves a zero out: no stop signal, SIGKILL at once, as podman stop does it.
    const auto timeout = config["stopTimeout"].is_null() ? 0 : config["stopTimeout"].natural();
    if (timeout) {
        settings.grace = {.value = make_grace(*timeout), .source = "libpod stopTimeout"};
    } else {
        settings.warnings.emplace_back("libpod's stopTimeout is no whole number of seconds");
    }
    const std::string_view policy = config["restart_policy"].text().value_or("");
    if (!policy.empty() && policy != "no") {
        // conmon's exit command does it a second after the end, without any daemon; only podman stop notes that the
        // user wanted the end.
        settings.restart = {
            .who = "podman", .name = std::string(policy), .keep_down = "podman stop " + make_command_word(container)};
    } else if (const auto unit = config["labels"]["PODMAN_SYSTEMD_UNIT"].text().value_or(""); !unit.empty()) {
        settings.restart = make_unit_restart(container, unit);
    }
    return {};
}

Result<Json> read_record(const PageSource& database, std::string_view id) {
    CSTOP_TRY(const ConfigBytes bytes, read_config(database, id));
    if (!bytes) {
        return fail(ErrorCode::not_found, "does not know the container");
    }
    return read_libpod_config(*bytes);
}

Result<void> take_bolt_record(EngineSettings& settings, const model::Container& container,
                              const kernel::PageFile& database) {
    CSTOP_TRY(const Json config,
              kernel::parse_written_by(database.writers(), [&] { return read_record(database, container.id); }));
    return take_config(settings, container, config);
}

// podman 4.8 and newer. Said where it matters: with the ten seconds.
void take_sqlite_default(EngineSettings& settings) {
    if (!settings.grace) {
        settings.grace = {.value = std::chrono::seconds(10),
                          .source = "podman's default, libpod's SQLite database is not read"};
    }
}

// <graphroot>/<driver>-containers/<id>/userdata is the bundle, <graphroot>/libpod has the database.
Result<void> take_database(EngineSettings& settings, const model::Container& container) {
    CSTOP_TRY(const kernel::Directory libpod, open_store(container, strip_components(container.bundle, 3) + "/libpod"));
    auto bolt = kernel::open_page_file(libpod, "bolt_state.db");
    if (!bolt && bolt.error().code == ErrorCode::not_found && kernel::open_page_file(libpod, "db.sql")) {
        take_sqlite_default(settings);
        return {};
    }
    if (!bolt) {
        return Failure(std::move(bolt).error());
    }
    auto taken = take_bolt_record(settings, container, *bolt);
    if (!taken) {
        return Failure(with_context(libpod.path() + "/bolt_state.db", std::move(taken).error()));
    }
    return {};
}

EngineSettings read_settings(const model::Container& container) {
    EngineSettings settings;
    settings.grace = read_systemd_timeout(container, settings.warnings);
    if (const auto taken = take_database(settings, container); !taken) {
        settings.warnings.push_back("libpod's database: " + escape_text(format_error(taken.error())));
    }
    return settings;
}

}  // namespace

Result<void> take_libpod_config(EngineSettings& settings, const model::Container& container, std::string_view bytes) {
    CSTOP_TRY(const Json config, read_libpod_config(bytes));
    return take_config(settings, container, config);
}

const Engine podman_engine = {
    .name = "podman",
    .read_settings = read_settings,
    .read_image_signal = nullptr,
};

}  // namespace cstop::settings
