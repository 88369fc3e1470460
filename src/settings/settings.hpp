#pragma once
// How a container wants to be stopped: the first of the places where that may be written.

#include "base/result.hpp"
#include "model/container.hpp"
#include "model/request.hpp"
#include "model/stop_settings.hpp"

namespace cstop::settings {

/// What --image-config says, looked up once for all containers before anything is signalled. Error: usage, when it
/// cannot be read, has no such REF, or holds no valid StopSignal where one is written.
Result<std::optional<model::Sourced<Signal>>> look_up_image_config(const model::ImageConfig& image_config);

/// Signal: --signal > --image-config > the container's annotation > SIGTERM. Grace: --timeout > 10 s. Never fails: what
/// cannot be read or parsed is a warning, and the next place counts.
model::StopSettings look_up_settings(const model::Request& request,
                                     const std::optional<model::Sourced<Signal>>& image_signal,
                                     const model::Container& container);

}  // namespace cstop::settings
