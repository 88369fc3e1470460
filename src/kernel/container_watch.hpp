#pragma once
// What tells that a container changed. Init's pidfd from the start; after its end, while others remain, the v2 cgroup's
// events file, and on v1, which has none, the pidfd of one member: the cgroup cannot be empty before that one ends. One
// and not all: of five thousand that die together, one wakes us.

#include <cstdint>

#include "base/result.hpp"
#include "kernel/event_loop.hpp"
#include "kernel/held_container.hpp"

namespace cstop::kernel {

enum class Watched : std::uint8_t { init, events, member };

struct WatchToken {
    Handle handle = 0;
    Watched watched = Watched::init;
};

std::uint64_t format_token(WatchToken token);
WatchToken parse_token(std::uint64_t token);

/// At open().
Result<void> watch_init(EventLoop& loop, HeldContainer& held, Handle handle);

/// Takes note of what fired, and says what that is for the caller of wait().
Event::Kind note_fired(HeldContainer& held, Watched watched);

/// What is left; what fired is armed again. Once init has ended the number is exact, before that it is a lower bound.
Result<Remains> look_and_watch(EventLoop& loop, HeldContainer& held, Handle handle);

}  // namespace cstop::kernel
