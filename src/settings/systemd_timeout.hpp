#pragma once
// The property that podman (5.2 and newer) and CRI-O hand to systemd with a container's scope, in an annotation:
// org.systemd.property.TimeoutStopUSec = "uint64 30000000".

#include <optional>
#include <string>
#include <vector>

#include "base/duration.hpp"
#include "model/container.hpp"
#include "model/stop_settings.hpp"

namespace cstop::settings {

/// None: it is not there, or, with a warning, it is something else.
std::optional<model::Sourced<Duration>> read_systemd_timeout(const model::Container& container,
                                                             std::vector<std::string>& warnings);

}  // namespace cstop::settings
