#pragma once
// The annotation in which podman, CRI-O, umoci and others hand the image's StopSignal to a runtime (image-spec
// conversion.md).

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"
#include "model/container.hpp"
#include "model/stop_settings.hpp"

namespace cstop::settings {

inline constexpr std::string_view stop_signal_annotation = "org.opencontainers.image.stopSignal";

/// The annotation of an OCI config.json, as written; none when absent or empty. Error: damaged.
Result<std::optional<std::string>> parse_bundle_config(std::string_view bytes, JsonReader read = read_json);

/// What the runtime recorded; where that says nothing, what the bundle's config.json says. A bundle that is gone says
/// nothing; one that cannot be read is a warning.
std::optional<model::Sourced<std::string>> read_annotation(const model::Container& container,
                                                           std::vector<std::string>& warnings);

}  // namespace cstop::settings
