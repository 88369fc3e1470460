#pragma once
// What a container is doing now: told by its process and its cgroup, never by a file.

#include "kernel/directory.hpp"
#include "model/container.hpp"

namespace cstop::discover {

/// Sets Container::status: no live process with the recorded start time -> stopped; exec.fifo in the state directory ->
/// created; else running. Where the process cannot be examined it counts as running, with
/// a warning: whoever stops it finds out. A start time that the runtime does not record (youki) is taken over from a
/// process that began when the container did; a process that did not is not the container's.
void derive_life(model::Container& container, const kernel::Directory& directory);

/// The same without asking for the process where only its end could be told: who stops it proves that anyway.
void derive_start(model::Container& container, const kernel::Directory& directory);

/// Changes running to paused when the own cgroup is frozen.
void note_pause(model::Container& container);

}  // namespace cstop::discover
