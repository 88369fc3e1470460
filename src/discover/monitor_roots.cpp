#include "discover/monitor_roots.hpp"

#include <set>
#include <utility>
#include <vector>

#include "discover/bundle_roots.hpp"
#include "discover/path.hpp"
#include "kernel/monitors.hpp"

namespace cstop::discover {

std::string find_runtime_root(std::span<const std::string> arguments) {
    constexpr std::string_view option = "--runtime-arg";
    constexpr std::string_view flag = "--root";
    std::string root;
    bool is_next = false;
    for (std::size_t i = 1; i < arguments.size(); ++i) {
        std::string_view value = arguments[i];
        if (value == option && i + 1 < arguments.size()) {
            value = arguments[++i];
        } else if (value.starts_with(option) && value.substr(option.size()).starts_with('=')) {
            value.remove_prefix(option.size() + 1);
        } else {
            continue;
        }
        if (is_next) {
            root = value;
        } else if (value.starts_with(flag) && value.substr(flag.size()).starts_with('=')) {
            root = value.substr(flag.size() + 1);
        }
        is_next = value == flag;
    }
    return root.starts_with('/') ? root : std::string();
}

std::string find_state_directory(std::string_view bundle) {
    const std::string_view tasks = parent_path(parent_path(bundle));
    return last_component(tasks) == "io.containerd.runtime.v2.task" ? std::string(parent_path(tasks)) : std::string();
}

void add_monitor_roots(RootList& list) {
    auto found = kernel::list_monitors();
    if (!found) {
        list.problems.push_back(std::move(found).error());
        return;
    }
    if (found->is_cut) {
        list.problems.push_back({.code = ErrorCode::unsupported,
                                 .errno_value = 0,
                                 .what = "too many processes to look for shims and conmons in all of them"});
    }
    std::set<std::string> states;
    std::set<std::string> roots;
    for (const kernel::Monitor& monitor : found->monitors) {
        states.insert(find_state_directory(monitor.directory));
        roots.insert(find_runtime_root(monitor.arguments));
    }
    // What the distributions of containerd use has been looked at before.
    for (const StateDirectory& known : find_state_directories()) {
        states.erase(known.path);
    }
    states.erase("");
    roots.erase("");
    for (const std::string& state : states) {
        const StateDirectory directory{.path = state, .runtime = {}};
        add_bundle_roots(list, std::span(&directory, 1), "");
    }
    for (const std::string& root : roots) {
        add_place(list, root, "");
    }
}

}  // namespace cstop::discover
