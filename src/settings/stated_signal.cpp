#include "settings/stated_signal.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace cstop::settings {

model::Sourced<Signal> parse_stated_signal(const model::Sourced<std::string>& stated,
                                           std::vector<std::string>& warnings) {
    if (const auto signal = parse_signal(stated.value)) {
        return {.value = *signal, .source = stated.source};
    }
    warnings.push_back(
        fmt::format("stop signal {} ({}) is no signal, using SIGTERM", quote_text(stated.value), stated.source));
    return {.value = sigterm, .source = "default"};
}

}  // namespace cstop::settings
