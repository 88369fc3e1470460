// libpod's record of a container, behind the container's id.

#include "base/text.hpp"
#include "fuzz.hpp"
#include "settings/podman.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace cstop;
    const auto [id, config] = fuzz::split_input<2>(fuzz::view(data, size));
    model::Container container;
    container.id = is_container_id(id) ? id : "web";
    settings::EngineSettings settings;
    if (const auto taken = settings::take_libpod_config(settings, container, config); !taken) {
        REQUIRE(taken.error().code == ErrorCode::damaged);
        // Of another container's record, or of half a record, nothing is taken.
        REQUIRE(!settings.grace && !settings.restart && !settings.signal && settings.warnings.empty());
        return 0;
    }
    REQUIRE(settings.grace.has_value() == settings.warnings.empty());
    REQUIRE(!settings.grace || settings.grace->value == forever ||
            (settings.grace->value >= Duration::zero() && settings.grace->value <= longest_duration));
    // The command may be pasted into a shell.
    REQUIRE(!settings.restart || settings.restart->keep_down == "podman stop " + container.id);
    REQUIRE(!settings.restart || (!settings.restart->name.empty() && settings.restart->name != "no"));
    return 0;
}
