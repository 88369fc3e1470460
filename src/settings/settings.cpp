#include "settings/settings.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "settings/annotation.hpp"
#include "settings/engine.hpp"
#include "settings/stated_signal.hpp"

namespace cstop::settings {

namespace {

// The places in which a container's own signal may be written, most telling first.
std::optional<model::Sourced<std::string>> look_up_stated_signal(const model::Container& container,
                                                                 const Engine* engine, EngineSettings& engine_settings,
                                                                 std::vector<std::string>& warnings) {
    if (engine_settings.signal) {
        return std::move(engine_settings.signal);
    }
    if (auto annotation = read_annotation(container, warnings)) {
        return annotation;
    }
    if (engine != nullptr && engine->read_image_signal != nullptr) {
        return engine->read_image_signal(container, engine_settings);
    }
    return std::nullopt;
}

model::Sourced<Signal> look_up_signal(const model::Request& request,
                                      const std::optional<model::Sourced<Signal>>& image_signal,
                                      const model::Container& container, const Engine* engine,
                                      EngineSettings& engine_settings, std::vector<std::string>& warnings) {
    if (request.signal) {
        return {.value = *request.signal, .source = "--signal"};
    }
    if (image_signal) {
        return *image_signal;
    }
    if (const auto stated = look_up_stated_signal(container, engine, engine_settings, warnings)) {
        return parse_stated_signal(*stated, warnings);
    }
    return model::StopSettings{}.signal;
}

model::Sourced<Duration> look_up_grace(const model::Request& request, EngineSettings& engine_settings) {
    if (request.timeout) {
        return {.value = *request.timeout, .source = "--timeout"};
    }
    if (engine_settings.grace) {
        return *std::move(engine_settings.grace);
    }
    return model::StopSettings{}.grace;
}

}  // namespace

model::StopSettings look_up_settings(const model::Request& request,
                                     const std::optional<model::Sourced<Signal>>& image_signal,
                                     const model::Container& container) {
    const Engine* engine = find_engine(container.engine);
    EngineSettings engine_settings = engine != nullptr ? engine->read_settings(container) : EngineSettings{};
    model::StopSettings settings;
    settings.signal = look_up_signal(request, image_signal, container, engine, engine_settings, settings.warnings);
    settings.grace = look_up_grace(request, engine_settings);
    settings.restart = std::move(engine_settings.restart);
    // Who named both on the command line does not need what the engine's store could not say.
    if (!(request.signal || image_signal) || !request.timeout) {
        std::ranges::move(engine_settings.warnings, std::back_inserter(settings.warnings));
    }
    if (settings.signal.value == sigstop) {
        settings.warnings.push_back("SIGSTOP (" + settings.signal.source + ") suspends a process and does not end it");
    }
    return settings;
}

}  // namespace cstop::settings
