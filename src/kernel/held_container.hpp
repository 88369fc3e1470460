#pragma once
// One container that was opened and proven: its init and its own cgroups, held, and what watches them.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "kernel/cgroup.hpp"
#include "kernel/descriptor.hpp"
#include "kernel/event_loop.hpp"
#include "kernel/init_process.hpp"
#include "kernel/mounts.hpp"
#include "kernel/own_process.hpp"
#include "kernel/system.hpp"

namespace cstop::kernel {

struct HeldContainer {
    InitProcess init;
    std::vector<Cgroup> cgroups;  ///< its own, the v2 one first; empty: see refusal
    std::string refusal;
    std::vector<Cgroup> given_up;  ///< they held another container's init when only leftovers were to be killed
    Directory state_directory;
    std::uint32_t owner = 0;  ///< who may signal it, as far as the state tells
    /// The container's own, by which escapees are found; not open: nobody can escape, or it cannot be known.
    Descriptor mount_namespace;
    bool is_killed = false;     ///< everybody in its cgroups was sent SIGKILL: whose they are is no question any more
    bool has_impostor = false;  ///< the recorded pid is a process that cannot be init
    bool is_replaced = false;   ///< there was another container of the id already when it was opened

    // What wait() is told through; see container_watch.hpp.
    bool init_has_fired = false;
    Descriptor events;  ///< cgroup.events of the v2 cgroup
    bool events_have_fired = false;
    Descriptor member;  ///< pidfd of one member that must end before the cgroups can be empty
    bool is_state_watched = false;
    bool init_was_alive = false;  ///< when it was opened
    bool is_polled = false;       ///< nothing can be waited for: looked at again after a while
};

/// Proves `target` in the order of System::open; `opened` is filled except for its handle.
Result<std::unique_ptr<HeldContainer>> hold_container(const Target& target, OwnProcess& own, CgroupMounts& mounts,
                                                      Opened& opened);

}  // namespace cstop::kernel
