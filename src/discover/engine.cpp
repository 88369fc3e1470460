#include "discover/engine.hpp"

#include <algorithm>
#include <array>

#include "discover/path.hpp"

namespace cstop::discover {

namespace {

/// The most telling evidence first: docker's containers also have a containerd bundle.
constexpr std::array<const Engine*, 4> engines = {
    &podman_engine,
    &docker_engine,
    &containerd_engine,
    &build_engine,
};

const Engine* describe(model::Container& container, std::string_view root) {
    const auto* const found =
        std::ranges::find_if(engines, [&](const Engine* engine) { return engine->describe(container, root); });
    if (found == engines.end()) {
        container.engine = container.runtime;
        return nullptr;
    }
    return *found;
}

}  // namespace

void describe_container(model::Container& container, std::string_view root) {
    describe(container, root);
}

void name_container(model::Container& container, std::string_view root, NameBook& book) {
    const Engine* const engine = describe(container, root);
    if (engine != nullptr && engine->read_store != nullptr) {
        engine->read_store(container, book);
    }
}

bool may_have_name(const StateText& text, std::string_view root) {
    return std::ranges::any_of(engines, [&](const Engine* engine) { return engine->may_own(text, root); });
}

bool may_be_named(std::string_view word, const StateText& text, std::string_view root) {
    // Of NAMESPACE/POD/CONTAINER the last part is the one that is written as it is.
    const std::string_view name = last_component(word);
    const bool is_written = text.state.contains(name) || text.companion.contains(name);
    return std::ranges::any_of(engines, [&](const Engine* engine) {
        return (is_written || engine->keeps_names_elsewhere) && engine->may_own(text, root);
    });
}

}  // namespace cstop::discover
