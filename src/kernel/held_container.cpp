#include "kernel/held_container.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <utility>

#include <fmt/format.h>

#include "kernel/escapees.hpp"
#include "kernel/freezer.hpp"
#include "kernel/init_proof.hpp"
#include "kernel/members.hpp"
#include "kernel/own_cgroups.hpp"
#include "kernel/proc_file.hpp"
#include "kernel/process_owner.hpp"
#include "kernel/process_status.hpp"

namespace cstop::kernel {

namespace {

/// What /proc says of an init that is there.
struct Portrait {
    ProcessStatus status;
    Memberships memberships;
};

Result<Portrait> read_by_number(std::int32_t pid) {
    CSTOP_TRY(ProcessStatus status, read_process_status(pid));
    CSTOP_TRY(Memberships memberships, read_memberships(pid));
    return Portrait{.status = std::move(status), .memberships = std::move(memberships)};
}

/// None when it has ended.
Result<std::optional<Portrait>> read_portrait(const InitProcess& init) {
    if (!init.is_held()) {
        return std::optional<Portrait>();
    }
    Result<Portrait> portrait = read_by_number(init.pid());
    for (int tries = 0; !portrait && is_absence(portrait.error()) && init.is_alive() && tries < most_absences;
         ++tries) {
        portrait = read_by_number(init.pid());
    }
    // It was read by number. Only if init still lives was it its own.
    if (!init.is_alive()) {
        return std::optional<Portrait>();
    }
    CSTOP_CHECK(portrait);
    return std::optional<Portrait>(*std::move(portrait));
}

Failure refuse_untouchable(std::int32_t pid) {
    return fail(ErrorCode::denied, fmt::format("process {} is the first process, cstop itself or an ancestor of it: "
                                               "never signalled",
                                               pid));
}

/// A process of a pid namespace below ours cannot be an ancestor: the family tree need not be read.
bool is_untouchable(std::int32_t pid, const Portrait& portrait, OwnProcess& own) {
    return portrait.status.pids.size() <= 1 && own.is_untouchable(pid);
}

Result<InitProcess> open_init(const Target& target) {
    if (!target.pid) {
        return InitProcess();
    }
    const std::int32_t pid = *target.pid;
    if (pid <= 1) {
        return refuse_untouchable(pid);
    }
    CSTOP_TRY(InitProcess init, InitProcess::open(pid, target.start_time));
    if (init.is_other() && !OwnProcess::is_in_first_time_namespace()) {
        return Failure(
            Error{.code = ErrorCode::unsupported,
                  .errno_value = 0,
                  .what = fmt::format("prove process {}: cstop runs in a time namespace, where start times are "
                                      "shifted",
                                      pid),
                  .advice = "run cstop on the host"});
    }
    return init;
}

/// An init that is not there may be outside of our pid namespace (faults.md R16): then the container lives, and nothing
/// of it can be signalled with care.
Result<void> check_view(const Target& target, const HeldContainer& held, Opened& opened) {
    if (held.init.start_time() != 0 || OwnProcess::is_in_first_pid_namespace()) {
        return {};
    }
    const Members members = read_members(held.cgroups).value_or(Members());
    if (members.hidden > 0 || (members.pids.empty() && has_counted_processes(held.cgroups))) {
        return Failure(
            Error{.code = ErrorCode::unsupported,
                  .errno_value = 0,
                  .what = "see its processes: cstop runs in a pid namespace of its own, and they are outside of it",
                  .advice = "run cstop on the host"});
    }
    if (target.pid && held.cgroups.empty()) {
        opened.warnings.push_back(
            fmt::format("cstop runs in a pid namespace of its own: if process {} was recorded "
                        "outside of it, it cannot be seen here",
                        *target.pid));
    }
    return {};
}

bool is_trusted(std::uint32_t owner, const OwnProcess& own) {
    return owner == 0 || owner == own.user();
}

void describe(const Portrait& portrait, const InitProcess& init, Opened& opened) {
    opened.init_is_alive = true;
    opened.command = init.command();
    opened.signals = portrait.status.signals;
    opened.has_private_pid_namespace = is_namespace_init(portrait.status);
}

/// Not ours to read or not there: lock_stop says so.
Directory open_state_directory(const std::string& path) {
    const int number = path.empty() ? -1 : ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return Directory(Descriptor(number), path);
}

/// Errors: denied, for a process that is never signalled or not its writer's.
Result<void> check_init(const Target& target, const InitProcess& init, const Portrait& portrait, OwnProcess& own) {
    if (is_untouchable(init.pid(), portrait, own)) {
        return refuse_untouchable(init.pid());
    }
    return is_trusted(target.state_owner, own) ? Result<void>()
                                               : check_process_owner(init, portrait.status, target.state_owner);
}

/// Errors: unsupported, for a process that cannot be shown to be the container's.
Result<void> check_membership(const Target& target, const InitProcess& init, const Portrait& portrait,
                              const OwnCgroups& cgroups) {
    if (cgroups.holds_init) {
        return {};
    }
    if (target.start_time == 0) {
        return fail(ErrorCode::unsupported,
                    fmt::format("prove process {}: no start time was recorded, and it is not in "
                                "the container's cgroup",
                                init.pid()));
    }
    return check_stray_init(target, init, portrait.memberships);
}

/// The cgroups were opened by their names, after the state was read. With init dead, the id may have been given to a
/// new container in between (faults.md R8), and they would be that one's. A runtime makes the state directory first:
/// if there is none now, or still the one that was read, nobody else has the cgroups.
void leave_to_successor(const Target& target, HeldContainer& held) {
    if (!target.state_identity || held.init.is_alive()) {
        return;
    }
    const auto now =
        held.state_directory.is_open() ? read_identity(held.state_directory) : read_identity(target.state_directory);
    if (now && now != target.state_identity) {
        held.is_replaced = true;
        held.cgroups.clear();
        held.refusal = "another container has its id now";
    }
}

}  // namespace

Result<std::unique_ptr<HeldContainer>> hold_container(const Target& target, OwnProcess& own, CgroupMounts& mounts,
                                                      Opened& opened) {
    auto held = std::make_unique<HeldContainer>();
    held->owner = target.state_owner;
    CSTOP_TRY(held->init, open_init(target));
    CSTOP_TRY(std::optional<Portrait> portrait, read_portrait(held->init));
    if (portrait) {
        CSTOP_CHECK(check_init(target, held->init, *portrait, own));
    }
    if (portrait && is_impostor(target, portrait->status)) {
        opened.warnings.push_back(
            fmt::format("process {} has the recorded start time, but is not the first of a pid "
                        "namespace, as init was: left alone",
                        held->init.pid()));
        held->init = InitProcess();
        held->has_impostor = true;
        portrait.reset();
    }
    std::optional<LivingInit> init;
    if (portrait) {
        describe(*portrait, held->init, opened);
        init = {.memberships = portrait->memberships, .has_private_pid_namespace = opened.has_private_pid_namespace};
    }
    held->init_was_alive = portrait.has_value();
    CSTOP_TRY(OwnCgroups cgroups,
              open_own_cgroups(mounts, target, init, own,
                               is_trusted(target.state_owner, own) ? std::nullopt : std::optional(target.state_owner)));
    if (portrait) {
        CSTOP_CHECK(check_membership(target, held->init, *portrait, cgroups));
    }
    held->cgroups = std::move(cgroups.cgroups);
    held->refusal = std::move(cgroups.refusal);
    held->state_directory = open_state_directory(target.state_directory);
    leave_to_successor(target, *held);
    CSTOP_CHECK(check_view(target, *held, opened));
    opened.cgroup_refusal = held->refusal;
    opened.is_populated = cgroups.holds_init;
    if (!opened.is_populated) {
        const Members members = without_zombies(read_members(held->cgroups).value_or(Members()));
        opened.is_populated = !members.is_empty();
        if (!members.pids.empty()) {
            held->mount_namespace = hold_own_mount_namespace(members.pids.front());
        }
    }
    // Before anything is sent: a dead process has no namespace.
    if (portrait && !opened.has_private_pid_namespace) {
        held->mount_namespace = hold_own_mount_namespace(held->init.pid());
    }
    opened.is_frozen = std::ranges::any_of(held->cgroups, is_asked_to_freeze);
    return held;
}

}  // namespace cstop::kernel
