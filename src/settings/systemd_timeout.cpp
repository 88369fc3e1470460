#include "settings/systemd_timeout.hpp"

#include <cstdint>

#include <fmt/format.h>

#include "base/text.hpp"

namespace cstop::settings {

std::optional<model::Sourced<Duration>> read_systemd_timeout(const model::Container& container,
                                                             std::vector<std::string>& warnings) {
    constexpr std::string_view key = "org.systemd.property.TimeoutStopUSec";
    constexpr std::string_view type = "uint64 ";
    const auto text = model::find_annotation(container, key);
    if (!text) {
        return std::nullopt;
    }
    const auto microseconds =
        text->starts_with(type) ? parse_number(text->substr(type.size()), 0, UINT64_MAX) : std::nullopt;
    if (!microseconds) {
        warnings.push_back(fmt::format("annotation {} is {}, no time", key, quote_text(*text)));
        return std::nullopt;
    }
    // Rounded up, so that a wish for less than a millisecond does not become no grace at all.
    const std::uint64_t milliseconds = *microseconds / 1000 + (*microseconds % 1000 != 0 ? 1 : 0);
    const bool is_endless = milliseconds > static_cast<std::uint64_t>(longest_duration.count());
    return model::Sourced<Duration>{.value = is_endless ? forever : Duration(static_cast<std::int64_t>(milliseconds)),
                                    .source = fmt::format("annotation {}", key)};
}

}  // namespace cstop::settings
