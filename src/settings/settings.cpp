#include "settings/settings.hpp"

#include "settings/annotation.hpp"
#include "settings/stated_signal.hpp"

namespace cstop::settings {

namespace {

model::Sourced<Signal> look_up_signal(const model::Request& request,
                                      const std::optional<model::Sourced<Signal>>& image_signal,
                                      const model::Container& container, std::vector<std::string>& warnings) {
    if (request.signal) {
        return {.value = *request.signal, .source = "--signal"};
    }
    if (image_signal) {
        return *image_signal;
    }
    if (const auto stated = read_annotation(container, warnings)) {
        return parse_stated_signal(*stated, warnings);
    }
    return {.value = sigterm, .source = "default"};
}

model::Sourced<Duration> look_up_grace(const model::Request& request) {
    if (request.timeout) {
        return {.value = *request.timeout, .source = "--timeout"};
    }
    return model::StopSettings{}.grace;
}

}  // namespace

model::StopSettings look_up_settings(const model::Request& request,
                                     const std::optional<model::Sourced<Signal>>& image_signal,
                                     const model::Container& container) {
    model::StopSettings settings;
    settings.signal = look_up_signal(request, image_signal, container, settings.warnings);
    settings.grace = look_up_grace(request);
    if (settings.signal.value == sigstop) {
        settings.warnings.push_back("SIGSTOP (" + settings.signal.source + ") suspends a process and does not end it");
    }
    return settings;
}

}  // namespace cstop::settings
