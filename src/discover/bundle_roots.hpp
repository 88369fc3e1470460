#pragma once
// The state roots that containerd's bundles name: `ctr run --runc-root`, the Root of the CRI's runtime options, dockerd
// --exec-root. A bundle is <state>/io.containerd.runtime.v2.task/<namespace>/<id> (formats.md 1.6).

#include <span>
#include <string>
#include <string_view>

#include "discover/roots.hpp"

namespace cstop::discover {

/// One of containerd's state directories.
struct StateDirectory {
    std::string path;
    std::string runtime;  ///< the runtime directory of the user whose it is; empty: the system's
};

/// Those of containerd's distributions, and of the rootless ones of find_runtime_directories.
std::vector<StateDirectory> find_state_directories();

/// Adds to `list` what the bundles below these state directories name: one read a bundle of container `id`; of every
/// container when `id` is empty.
void add_bundle_roots(RootList& list, std::span<const StateDirectory> states, std::string_view id);

}  // namespace cstop::discover
