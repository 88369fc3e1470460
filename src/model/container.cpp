#include "model/container.hpp"

#include <algorithm>
#include <array>

namespace cstop::model {

namespace {
constexpr std::array<std::string_view, 4> status_names = {"created", "running", "paused", "stopped"};
}

std::string_view format_status(Status status) {
    return status_names.at(static_cast<std::size_t>(status));
}

std::optional<Status> parse_status(std::string_view text) {
    const auto* const found = std::ranges::find(status_names, text);
    if (found == status_names.end()) {
        return std::nullopt;
    }
    return static_cast<Status>(found - status_names.begin());
}

std::span<const std::string_view> known_engines() {
    static constexpr std::array<std::string_view, 10> names = {
        "runc", "crun", "youki", "docker", "containerd", "kubernetes", "podman", "cri-o", "buildkit", "buildah"};
    return names;
}

std::optional<std::string_view> find_annotation(const Container& container, std::string_view key) {
    const auto found = std::ranges::find(container.annotations, key, &Annotation::first);
    if (found == container.annotations.end()) {
        return std::nullopt;
    }
    return found->second;
}

}  // namespace cstop::model
