#pragma once

#include <string>

#include "settings/engine.hpp"

namespace cstop::settings {

/// docker_engine's read_settings, with the daemon's configuration file named.
EngineSettings read_docker_settings(const model::Container& container, const std::string& daemon_config);

}  // namespace cstop::settings
