#pragma once
// The engines that keep a container's stop signal, its stop timeout and its restart policy in a store of their own. A
// new engine is one file and one line in engine.cpp.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/duration.hpp"
#include "base/result.hpp"
#include "model/container.hpp"
#include "model/stop_settings.hpp"

namespace cstop::settings {

/// What an engine's store says of one container.
struct EngineSettings {
    std::optional<model::Sourced<std::string>> signal;  ///< as written, not yet parsed
    std::optional<model::Sourced<Duration>> grace;
    std::optional<model::RestartPolicy> restart;
    std::vector<std::string> image_stores;  ///< directories in which read_image_signal may look
    std::string image_digest;               ///< empty: unknown
    std::string image_name;                 ///< for people; empty: it has none
    std::vector<std::string> warnings;
};

struct Engine {
    /// As discover calls it: model::Container::engine.
    std::string_view name;
    /// Never fails: what cannot be read is a warning.
    EngineSettings (*read_settings)(const model::Container& container);
    /// The image's own StopSignal, for a container of which neither the store nor an annotation says one. nullptr: the
    /// engine writes the image's signal elsewhere, always. Never fails; what is gone is a warning.
    std::optional<model::Sourced<std::string>> (*read_image_signal)(const model::Container& container,
                                                                    EngineSettings& settings);
};

/// None: the container has no engine with a store.
const Engine* find_engine(std::string_view name);

/// A grace from whole seconds; "for ever" where it is longer than anything that is waited for.
Duration make_grace(std::uint64_t seconds);

/// The container's name for a command that somebody may paste into a shell; its id where the name has other characters
/// than an id.
std::string make_command_word(const model::Container& container);

/// What the kubelet does with a container that ends. Its policy is not written on the node.
model::RestartPolicy make_kubelet_restart(const model::Container& container);

/// Seconds in an annotation or label, "30". None, with a warning, when `text` is something else.
std::optional<model::Sourced<Duration>> parse_stated_grace(std::string_view text, std::string source,
                                                           std::vector<std::string>& warnings);

extern const Engine docker_engine;
extern const Engine containerd_engine;
extern const Engine kubernetes_engine;
extern const Engine podman_engine;
extern const Engine crio_engine;

}  // namespace cstop::settings
