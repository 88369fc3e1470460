#pragma once
// One container as its runtime's and its engine's files describe it. Everything here may be forged by whoever wrote the
// files: it selects and describes, it proves nothing (that is `kernel`'s).

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/duration.hpp"
#include "base/file_identity.hpp"

namespace cstop::model {

enum class Status { created, running, paused, stopped };
std::string_view format_status(Status status);
std::optional<Status> parse_status(std::string_view text);

/// Where a runtime says that it put the container, in one cgroup hierarchy.
struct CgroupPath {
    /// "": the v2 hierarchy; a v1 controller ("freezer") or named hierarchy ("name=systemd"); "*": every mounted one.
    std::string hierarchy;
    /// Absolute as the runtime saw it (runc), or relative to the hierarchy's mount (crun, below_mount).
    std::string path;
    bool below_mount = false;
    bool operator==(const CgroupPath&) const = default;
};

using Annotation = std::pair<std::string, std::string>;

struct Container {
    std::string id;          ///< full id, checked with is_container_id
    std::string name;        ///< the engine's own name for it; empty: it has none
    std::string engine;      ///< "runc", "crun", "docker", "containerd", "kubernetes", "podman", ...
    std::string name_space;  ///< containerd's or docker's namespace; empty: the engine has none
    std::string runtime;     ///< whose state file it is: "runc", "crun", "youki"

    std::string state_directory;  ///< <root>/<id>
    std::string state_file;       ///< below state_directory
    /// The directory that was read. None: unknown.
    std::optional<FileIdentity> state_identity;
    std::string bundle;  ///< empty: unknown

    /// The pid of init as recorded, 2..4194304; none: never started.
    std::optional<std::int32_t> pid;
    /// Field 22 of /proc/PID/stat as recorded, clock ticks since boot; 0: not recorded.
    std::uint64_t start_time = 0;
    /// As recorded, RFC 3339; empty: unknown.
    std::string created;
    /// Derived from the process and its cgroup, never read from a file.
    Status status = Status::stopped;
    /// Since init began, when it was looked at; none: not alive, or unknown.
    std::optional<Duration> uptime;

    std::vector<CgroupPath> cgroups;
    /// False: init shares a pid namespace, so its end leaves the others alive.
    bool has_private_pid_namespace = true;
    /// True: init has a mount namespace of its own. False also when nothing says so.
    bool has_private_mount_namespace = false;
    std::vector<Annotation> annotations;
    /// The engine's labels, where its own store has them (docker); image and user both set them.
    std::vector<Annotation> labels;

    /// The name comes from an annotation, which an image may have set, and not from the engine's own store: it ranks
    /// below every name that does.
    bool is_name_claimed = false;
    /// Where the engine keeps this container's own files (docker: <data-root>/containers/<id>), as the runtime's state
    /// names it; empty: none.
    std::string engine_directory;

    /// Kubernetes or podman: the pod it belongs to; empty: none.
    std::string pod;
    /// The Kubernetes namespace of the pod; empty: none.
    std::string pod_namespace;
    /// The pod's sandbox or infra container, which goes last.
    bool is_sandbox = false;

    /// The owner of the state file and of the directories below the root (faults.md R3).
    std::uint32_t state_owner = 0;

    /// What was odd while reading it, for the user.
    std::vector<std::string> warnings;
};

/// Every Container::engine: runtimes by hand, then engines.
std::span<const std::string_view> known_engines();

/// The value of annotation `key`, none when it is not there.
std::optional<std::string_view> find_annotation(const Container& container, std::string_view key);

}  // namespace cstop::model
