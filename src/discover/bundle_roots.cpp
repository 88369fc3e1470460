#include "discover/bundle_roots.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <ranges>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "kernel/foreign_parser.hpp"

namespace cstop::discover {

namespace {

constexpr std::array<std::string_view, 6> state_places = {
    "/run/containerd",
    "/run/docker/containerd/daemon",
    "/run/snap.docker/containerd/daemon",
    "/run/k3s/containerd",  // rke2 too
    "/run/k0s/containerd",
    "/var/snap/microk8s/common/run/containerd",
};

/// Below a user's runtime directory.
constexpr std::array<std::string_view, 2> user_state_places = {"containerd", "docker/containerd/daemon"};

/// Each may cost a process that parses its options.
constexpr std::size_t most_bundles_of_stranger = 256;

/// Root and namespace.
using Places = std::set<std::pair<std::string, std::string>>;

/// What one bundle's options.json says: the runtime's root is <root>/<namespace>.
void take_bundle(const kernel::Directory& tasks, const std::string& name_space, std::string_view id, Places& places) {
    const auto file = kernel::read_file_below(tasks, fmt::format("{}/{}/options.json", name_space, id),
                                              kernel::largest_file, kernel::Crossing::same_mount);
    if (!file) {
        return;
    }
    const auto options = kernel::json_reader_for(file->writers)(file->bytes, {"root"});
    const std::string_view root = options ? (*options)["root"].text().value_or("") : "";
    if (root.starts_with('/')) {
        places.emplace(root, name_space);
    }
}

Result<kernel::Directory> open_tasks(const StateDirectory& state) {
    constexpr std::string_view below = "/io.containerd.runtime.v2.task";
    if (state.runtime.empty()) {
        return kernel::open_unserved_directory(state.path + std::string(below));
    }
    CSTOP_TRY(const kernel::Directory runtime, kernel::open_unserved_directory(state.runtime));
    return kernel::open_directory_below(runtime, state.path.substr(state.runtime.size() + 1) + std::string(below),
                                        kernel::Crossing::same_mount);
}

/// How many bundles are looked at.
std::size_t find_budget(const kernel::Directory& tasks) {
    const auto writers = kernel::read_writers(tasks);
    return writers && !kernel::is_foreign(*writers) ? SIZE_MAX : most_bundles_of_stranger;
}

void take_state(const StateDirectory& state, std::string_view id, Places& places) {
    const auto tasks = open_tasks(state);
    const auto name_spaces = tasks ? kernel::list_names(*tasks) : Result<std::vector<std::string>>();
    if (!tasks || !name_spaces) {
        return;
    }
    std::size_t left = find_budget(*tasks);
    for (const std::string& name_space : *name_spaces) {
        if (left == 0) {
            return;
        }
        if (!id.empty()) {
            take_bundle(*tasks, name_space, id, places);
            --left;
            continue;
        }
        --left;
        const auto directory = kernel::open_directory_below(*tasks, name_space, kernel::Crossing::same_mount);
        const auto ids = directory ? kernel::list_names(*directory) : Result<std::vector<std::string>>();
        if (ids) {
            for (const std::string& each :
                 std::views::take(*ids, static_cast<std::ptrdiff_t>(std::min(left, ids->size())))) {
                take_bundle(*tasks, name_space, each, places);
                --left;
            }
        }
    }
}

}  // namespace

std::vector<StateDirectory> find_state_directories() {
    std::vector<StateDirectory> states;
    states.reserve(state_places.size());
    for (const std::string_view place : state_places) {
        states.push_back({.path = std::string(place), .runtime = {}});
    }
    for (const std::string& directory : find_runtime_directories()) {
        for (const std::string_view place : user_state_places) {
            states.push_back({.path = fmt::format("{}/{}", directory, place), .runtime = directory});
        }
    }
    return states;
}

void add_bundle_roots(RootList& list, std::span<const StateDirectory> states, std::string_view id) {
    for (const StateDirectory& state : states) {
        Places places;
        take_state(state, id, places);
        for (const auto& [root, name_space] : places) {
            if (state.runtime.empty()) {
                add_place(list, root, name_space);
            } else {
                add_place_of_user(list, state.runtime, root, name_space);
            }
        }
    }
}

}  // namespace cstop::discover
