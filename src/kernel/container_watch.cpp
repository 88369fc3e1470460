#include "kernel/container_watch.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "kernel/foreign_init.hpp"
#include "kernel/members.hpp"
#include "kernel/pidfd.hpp"

namespace cstop::kernel {

namespace {

constexpr std::uint64_t kinds = 4;

/// The kernel reports a change of cgroup.events until it is read through the same open file (cgroups(7)).
bool read_events(const Descriptor& events) {
    std::array<char, 256> text{};
    return ::pread(events.number(), text.data(), text.size(), 0) >= 0;
}

/// False when there is nothing to watch: no v2 cgroup, or it was removed.
bool watch_events(EventLoop& loop, HeldContainer& held, Handle handle) {
    const std::uint64_t token = format_token({.handle = handle, .watched = Watched::events});
    if (held.events.is_open()) {
        if (!held.events_have_fired) {
            return true;
        }
        held.events_have_fired = false;
        if (read_events(held.events) && loop.arm_again(held.events, Readiness::changed, token)) {
            return true;
        }
        held.events.close();
        return false;
    }
    if (held.cgroups.empty() || !held.cgroups.front().is_v2) {
        return false;
    }
    Descriptor events(
        ::openat(held.cgroups.front().directory.number(), "cgroup.events", O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    if (!events.is_open() || !read_events(events) || !loop.add(events, Readiness::changed, token)) {
        return false;
    }
    held.events = std::move(events);
    return true;
}

/// False when none of them can be watched: all are ending, or there are no pidfds.
bool watch_member(EventLoop& loop, HeldContainer& held, Handle handle, const Members& members) {
    if (held.member.is_open() && !is_process_ended(held.member)) {
        return true;
    }
    held.member.close();
    for (const std::int32_t pid : members.pids) {
        Result<Descriptor> pidfd = open_pidfd(pid);
        if (!pidfd || is_process_ended(*pidfd)) {
            continue;
        }
        if (!loop.add(*pidfd, Readiness::readable, format_token({.handle = handle, .watched = Watched::member}))) {
            return false;
        }
        held.member = *std::move(pidfd);
        return true;
    }
    return false;
}

bool has_v1(const HeldContainer& held) {
    return !held.cgroups.empty() && !held.cgroups.back().is_v2;
}

Result<Members> read_live_members(const HeldContainer& held) {
    CSTOP_TRY(Members members, read_members(held.cgroups));
    return without_zombies(std::move(members));
}

Result<Members> watch_members(EventLoop& loop, HeldContainer& held, Handle handle) {
    CSTOP_TRY(Members members, read_live_members(held));
    if (members.is_empty()) {
        return members;
    }
    bool is_watched = watch_events(loop, held, handle);
    if (has_v1(held) || !is_watched) {
        is_watched = watch_member(loop, held, handle, members) || (is_watched && !has_v1(held));
    }
    held.is_polled = !is_watched;
    // Again, because the last may have left before the watch began.
    return read_live_members(held);
}

/// The cgroup is not the container's alone: who of the others was its own cannot be told, so none of them is touched.
Remains give_up_cgroups(HeldContainer& held, std::int32_t foreign) {
    held.events.close();
    held.member.close();
    held.is_polled = false;
    held.given_up = std::move(held.cgroups);
    held.cgroups.clear();
    held.refusal = fmt::format("process {} in the cgroup is the init of another container", foreign);
    return {.init_is_alive = false, .processes = 0, .doubt = held.refusal + ": what init left in it was not touched"};
}

}  // namespace

std::uint64_t format_token(WatchToken token) {
    return token.handle * kinds + static_cast<std::uint64_t>(token.watched);
}

WatchToken parse_token(std::uint64_t token) {
    return {.handle = token / kinds, .watched = static_cast<Watched>(token % kinds)};
}

Result<void> watch_init(EventLoop& loop, HeldContainer& held, Handle handle) {
    if (!held.init.pidfd().is_open()) {
        held.is_polled = held.init.is_alive();
        return {};
    }
    return loop.add(held.init.pidfd(), Readiness::readable, format_token({.handle = handle, .watched = Watched::init}));
}

Event::Kind note_fired(HeldContainer& held, Watched watched) {
    switch (watched) {
        case Watched::init: held.init_has_fired = true; return Event::Kind::init_exited;
        case Watched::events: held.events_have_fired = true; break;
        case Watched::member: held.member.close(); break;
    }
    return Event::Kind::cgroup_changed;
}

Result<Remains> look_and_watch(EventLoop& loop, HeldContainer& held, Handle handle) {
    if (held.init.is_alive()) {
        if (std::exchange(held.init_has_fired, false)) {
            const std::uint64_t token = format_token({.handle = handle, .watched = Watched::init});
            CSTOP_CHECK(loop.arm_again(held.init.pidfd(), Readiness::readable, token));
        }
        return Remains{.init_is_alive = true, .processes = 0, .doubt = ""};
    }
    held.is_polled = false;
    CSTOP_TRY(const Members members, watch_members(loop, held, handle));
    if (const auto foreign = find_foreign_init(members, held.init)) {
        return give_up_cgroups(held, *foreign);
    }
    return Remains{.init_is_alive = false, .processes = members.count(), .doubt = ""};
}

}  // namespace cstop::kernel
