#pragma once
// A stop signal as a file states it.

#include <string>
#include <vector>

#include "base/signal.hpp"
#include "model/stop_settings.hpp"

namespace cstop::settings {

/// The signal that `stated` names. What is no signal is a warning and SIGTERM, as docker, containerd and CRI-O do it: a
/// container must not become unstoppable by a misspelt image.
model::Sourced<Signal> parse_stated_signal(const model::Sourced<std::string>& stated,
                                           std::vector<std::string>& warnings);

}  // namespace cstop::settings
