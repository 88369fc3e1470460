#pragma once

#include <string_view>

#include "base/result.hpp"
#include "settings/engine.hpp"

namespace cstop::settings {

/// What libpod's JSON config of the container says. Error: damaged.
Result<void> take_libpod_config(EngineSettings& settings, const model::Container& container, std::string_view bytes);

}  // namespace cstop::settings
