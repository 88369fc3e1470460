#pragma once
// How a container wants to be stopped: the first of the places where that may be written.

#include "base/result.hpp"
#include "model/container.hpp"
#include "model/request.hpp"
#include "model/stop_settings.hpp"

namespace cstop::settings {

/// What --image-config says, looked up once for all containers before anything is signalled. Error: usage, when it
/// cannot be read, has no such REF, or holds no valid StopSignal where one is written. None: the image says nothing.
Result<std::optional<model::Sourced<Signal>>> look_up_image_config(const model::ImageConfig& image_config);

/// Signal: --signal > --image-config > the engine's setting for this container > annotation > the image in the engine's
/// store > SIGTERM. Grace: --timeout > the container's own > 10 s. Never fails: a place that cannot be read is a
/// warning, and the next one counts; one that names no signal is a warning, and SIGTERM.
model::StopSettings look_up_settings(const model::Request& request,
                                     const std::optional<model::Sourced<Signal>>& image_signal,
                                     const model::Container& container);

}  // namespace cstop::settings
