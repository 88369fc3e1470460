#include "stop/target.hpp"

namespace cstop::stop {

kernel::Target make_target(const model::Container& container) {
    kernel::Target target;
    target.id = container.id;
    target.state_directory = container.state_directory;
    target.state_identity = container.state_identity;
    target.has_private_pid_namespace = container.has_private_pid_namespace;
    target.has_private_mount_namespace = container.has_private_mount_namespace;
    target.pid = container.pid;
    target.start_time = container.start_time;
    target.state_owner = container.state_owner;
    for (const auto& cgroup : container.cgroups) {
        target.cgroups.push_back(
            {.hierarchy = cgroup.hierarchy, .path = cgroup.path, .below_mount = cgroup.below_mount});
    }
    return target;
}

}  // namespace cstop::stop
