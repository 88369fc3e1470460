#pragma once

#include <string>

#include "settings/engine.hpp"

namespace cstop::settings {

/// What the store below containerd's `root` directory says of `id`. containerd_engine's read_settings finds the root by
/// the container's bundle.
EngineSettings read_containerd_settings(const model::Container& container, const std::string& root,
                                        std::string_view name_space);

}  // namespace cstop::settings
