#pragma once
// How one container wants to be stopped, each value with where it comes from.

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

struct StopSettings {
    Sourced<Signal> signal{.value = sigterm, .source = "default"};
    Sourced<Duration> grace{.value = std::chrono::seconds(10), .source = "default"};
    std::vector<std::string> warnings;
};

}  // namespace cstop::model
