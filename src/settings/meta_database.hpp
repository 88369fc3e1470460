#pragma once
// containerd's meta.db: what its clients (ctr, nerdctl, the CRI plugin) noted about a container (formats.md 3.3).

#include <optional>
#include <string>
#include <string_view>

#include "base/json.hpp"
#include "base/page_source.hpp"
#include "base/result.hpp"

namespace cstop::settings {

/// A container's record, of one transaction. Strings are empty where there is nothing.
struct ContainerRecord {
    std::string stop_signal;         ///< label io.containerd.image.config.stop-signal: ctr, nerdctl
    std::string stop_timeout;        ///< label nerdctl/stop-timeout
    std::string restart_policy;      ///< label containerd.io/restart.policy
    std::string restart_status;      ///< label containerd.io/restart.status: what containerd shall restore
    std::string explicitly_stopped;  ///< label containerd.io/restart.explicitly-stopped
    std::string image_name;
    std::string image_digest;  ///< of the image's index or manifest; empty when the image is gone
    std::string cri_metadata;  ///< JSON of the CRI plugin
    bool is_sandbox = false;
};

/// None: it is not there. Error: damaged.
Result<std::optional<ContainerRecord>> read_container_record(const PageSource& database, std::string_view name_space,
                                                             std::string_view id);

/// For a record that is read in a process of its own. What is not there comes back empty.
Json pack_container_record(const ContainerRecord& record);
ContainerRecord unpack_container_record(const Json& packed);

/// What the CRI plugin wrote about a container.
struct CriMetadata {
    std::string stop_signal;        ///< a name; empty: neither pod nor image says one
    std::string image;              ///< digest of the image's config
    std::string termination_grace;  ///< seconds, as the kubelet wrote them
};

/// Error: damaged.
Result<CriMetadata> parse_cri_metadata(std::string_view json, JsonReader read = read_json);

}  // namespace cstop::settings
