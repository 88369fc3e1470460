#include "settings/engine.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"

namespace cstop::settings {

const Engine* find_engine(std::string_view name) {
    static constexpr std::array engines = {&docker_engine, &containerd_engine, &kubernetes_engine, &podman_engine,
                                           &crio_engine};
    const auto* const found = std::ranges::find(engines, name, [](const Engine* engine) { return engine->name; });
    return found == engines.end() ? nullptr : *found;
}

Duration make_grace(std::uint64_t seconds) {
    constexpr auto longest = std::chrono::duration_cast<std::chrono::seconds>(longest_duration).count();
    if (seconds > static_cast<std::uint64_t>(longest)) {
        return forever;
    }
    return std::chrono::seconds(static_cast<std::int64_t>(seconds));
}

std::string make_command_word(const model::Container& container) {
    // A word that starts with '-' would be an option.
    const bool is_plain = is_container_id(container.name) && !container.name.starts_with('-');
    return is_plain && !container.is_name_claimed ? container.name : container.id;
}

model::RestartPolicy make_kubelet_restart(const model::Container& container) {
    std::string command;
    if (is_container_id(container.pod) && is_container_id(container.pod_namespace)) {
        command = fmt::format("kubectl delete pod --namespace={} -- {}", container.pod_namespace, container.pod);
    }
    return {.who = "kubelet", .name = "", .keep_down = std::move(command)};
}

std::optional<model::Sourced<Duration>> parse_stated_grace(std::string_view text, std::string source,
                                                           std::vector<std::string>& warnings) {
    const auto seconds = parse_number(text, 0, UINT64_MAX);
    if (!seconds) {
        warnings.push_back(fmt::format("stop timeout {} ({}) is no number of seconds", quote_text(text), source));
        return std::nullopt;
    }
    return model::Sourced<Duration>{.value = make_grace(*seconds), .source = std::move(source)};
}

}  // namespace cstop::settings
