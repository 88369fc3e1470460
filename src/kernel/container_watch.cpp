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

/// What is known of the v2 cgroup, and whether a change after that will be told.
enum class Watch { impossible, populated, empty };

/// The kernel reports a change of cgroup.events until it is read through the same open file (cgroups(7)).
Watch read_events(const Descriptor& events) {
    std::array<char, 256> text{};
    const ssize_t count = ::pread(events.number(), text.data(), text.size(), 0);
    if (count < 0) {
        return Watch::impossible;
    }
    const std::string_view lines(text.data(), static_cast<std::size_t>(count));
    return parse_keyed_number(lines, "populated") == 1 ? Watch::populated : Watch::empty;
}

/// Impossible when there is nothing to watch: no v2 cgroup, or it was removed.
Watch watch_events(EventLoop& loop, HeldContainer& held, Handle handle) {
    const std::uint64_t token = format_token({.handle = handle, .watched = Watched::events});
    if (held.events.is_open()) {
        if (!held.events_have_fired) {
            return Watch::populated;
        }
        held.events_have_fired = false;
        const Watch watch = read_events(held.events);
        if (watch != Watch::impossible && loop.arm_again(held.events, Readiness::changed, token)) {
            return watch;
        }
        held.events.close();
        return Watch::impossible;
    }
    if (held.cgroups.empty() || !held.cgroups.front().is_v2) {
        return Watch::impossible;
    }
    Descriptor events(
        ::openat(held.cgroups.front().directory.number(), "cgroup.events", O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    const Watch watch = events.is_open() ? read_events(events) : Watch::impossible;
    if (watch == Watch::impossible || !loop.add(events, Readiness::changed, token)) {
        return Watch::impossible;
    }
    held.events = std::move(events);
    return watch;
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
    const Watch watch = watch_events(loop, held, handle);
    if (watch == Watch::populated && held.cgroups.size() == 1) {
        held.is_polled = false;
        return members;
    }
    bool is_watched = watch != Watch::impossible;
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
    if (!held.is_killed) {
        if (const auto foreign = find_foreign_init(members, held.init)) {
            return give_up_cgroups(held, *foreign);
        }
    }
    return Remains{.init_is_alive = false, .processes = members.count(), .doubt = ""};
}

}  // namespace cstop::kernel
