#pragma once
// The state roots that an engine's configuration files name.

#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "discover/roots.hpp"

namespace cstop::discover {

/// dockerd's exec-root in a daemon.json; empty: it says none.
std::string parse_exec_root(std::string_view daemon_json, JsonReader read = read_json);

/// CRI-O's runtime_root of each handler: [crio.runtime.runtimes.*].
std::vector<std::string> parse_crio_roots(std::string_view crio_conf);

/// podman's flags for each runtime, "root=DIR" or "--root=DIR": [engine.runtimes_flags], podman 5.6 and newer.
std::vector<std::string> parse_podman_roots(std::string_view containers_conf);

/// What the system's configuration names, and that of users: of docker where a rootless daemon has been started, of
/// podman the caller's own. An unreadable file names nothing: its engine says so.
void add_configured_roots(RootList& list);

}  // namespace cstop::discover
