#pragma once
// How one container wants to be stopped, each value with where it comes from.

#include <optional>
#include <string>
#include <vector>

#include "base/duration.hpp"
#include "base/signal.hpp"

namespace cstop::model {

template <class T>
struct Sourced {
    T value{};
    std::string source;  ///< for people and JSON: "--signal", "annotation of state.json", "default"
};

/// Who may start the container again after it was stopped from outside.
struct RestartPolicy {
    std::string who;        ///< "docker", "podman", "containerd", "kubelet"
    std::string name;       ///< "always", "unless-stopped", "on-failure"; empty: not written on this machine (kubelet)
    std::string keep_down;  ///< the command that keeps it down; empty: unknown
};

struct StopSettings {
    Sourced<Signal> signal{.value = sigterm, .source = "default"};
    Sourced<Duration> grace{.value = std::chrono::seconds(10), .source = "default"};
    std::optional<RestartPolicy> restart;  ///< none: nobody restarts it, as far as is known
    std::vector<std::string> warnings;
};

}  // namespace cstop::model
