#include "kernel/diagnosis.hpp"

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

#include "kernel/cpu_quota.hpp"
#include "kernel/escapees.hpp"
#include "kernel/freezer.hpp"
#include "kernel/members.hpp"
#include "kernel/pid_namespace.hpp"
#include "kernel/pidfd.hpp"
#include "kernel/proc_file.hpp"
#include "kernel/process.hpp"
#include "kernel/process_status.hpp"
#include "kernel/security_profile.hpp"

namespace cstop::kernel {

namespace {

/// "0": not asleep in the kernel, or not for our eyes.
std::string read_wchan(std::int32_t pid) {
    const std::string name = read_proc_file(pid, "wchan").value_or("");
    return name == "0" ? "" : name;
}

std::string explain_security(std::int32_t pid) {
    const Result<Descriptor> pidfd = open_pidfd(pid);
    // Signal 0 asks for the permission only.
    const Result<void> allowed = pidfd ? send_pidfd_signal(*pidfd, Signal{0}) : Result<void>();
    if (allowed || allowed.error().code != ErrorCode::denied) {
        return "";
    }
    if (allowed.error().errno_value == EPERM) {
        return "no permission to signal it";
    }
    const std::string profile = read_security_profile(pid);
    return profile.empty() ? "a security module denies the signal"
                           : fmt::format("the security profile {} denies the signal", profile);
}

std::string explain_freeze(std::span<const Cgroup> cgroups) {
    for (const Cgroup& cgroup : cgroups) {
        if (!has_freezer(cgroup)) {
            continue;
        }
        if (std::string ancestor = find_frozen_ancestor(cgroup); !ancestor.empty()) {
            return fmt::format("frozen by {}, which is not the container's own", ancestor);
        }
        if (is_asked_to_freeze(cgroup)) {
            return fmt::format("frozen in {}", cgroup.directory.path());
        }
    }
    return "";
}

std::string explain_quota(std::span<const Cgroup> cgroups) {
    for (const Cgroup& cgroup : cgroups) {
        // Its own was lifted, so this is where lifting failed.
        if (has_cpu_quota(cgroup)) {
            return fmt::format("the CPU quota of {} leaves it no time", cgroup.directory.path());
        }
        if (const std::string ancestor = find_starving_ancestor(cgroup); !ancestor.empty()) {
            return fmt::format("the CPU quota of {}, which is not the container's own, leaves it no time", ancestor);
        }
    }
    return "";
}

std::string explain_state(std::int32_t pid, const ProcessStat& stat, std::span<const std::int32_t> members) {
    const Result<ProcessStatus> status = read_process_status(pid);
    if (stat.is_exiting && status && is_namespace_init(*status)) {
        if (const std::string blockers = describe_blockers(pid, members); !blockers.empty()) {
            return "its pid namespace waits for " + blockers;
        }
    }
    if (stat.state == 'D') {
        return "in uninterruptible sleep: only what it waits for can end it";
    }
    return status && status->tracer > 0 ? "traced by " + describe_process(status->tracer) : "";
}

/// Causes that everybody of the container shares are looked up once.
struct SharedCauses {
    std::string freeze;
    std::string quota;
};

SurvivorReport examine_one(std::int32_t pid, const ProcessStat& stat, std::span<const std::int32_t> members,
                           const SharedCauses& shared) {
    SurvivorReport survivor{
        .pid = pid, .command = stat.command, .state = stat.state, .wchan = read_wchan(pid), .cause = ""};
    // A frozen v1 task shows D as well (before Linux 5.17), so the freeze is asked first.
    survivor.cause = shared.freeze;
    if (survivor.cause.empty()) {
        survivor.cause = explain_state(pid, stat, members);
    }
    if (survivor.cause.empty()) {
        survivor.cause = explain_security(pid);
    }
    if (survivor.cause.empty()) {
        survivor.cause = shared.quota;
    }
    return survivor;
}

}  // namespace

std::string describe_process(std::int32_t pid) {
    const Result<ProcessStat> stat = read_process_stat(pid);
    return stat ? fmt::format("{} (pid {})", stat->command, pid) : fmt::format("pid {}", pid);
}

std::vector<SurvivorReport> examine(const InitProcess& init, std::span<const Cgroup> cgroups) {
    std::vector<std::int32_t> pids = read_members(cgroups).value_or(Members()).pids;
    if (init.is_alive() && std::ranges::find(pids, init.pid()) == pids.end()) {
        pids.insert(pids.begin(), init.pid());
    }
    const SharedCauses shared{.freeze = explain_freeze(cgroups), .quota = explain_quota(cgroups)};
    std::vector<SurvivorReport> survivors;
    for (const std::int32_t pid : pids) {
        if (survivors.size() == most_survivors) {
            break;
        }
        const Result<ProcessStat> stat = read_process_stat(pid);
        const bool is_dead = !stat || ((stat->state == 'Z' || stat->state == 'X') && stat->threads <= 1);
        if (is_dead && (pid != init.pid() || !stat)) {
            continue;
        }
        survivors.push_back(examine_one(pid, *stat, pids, shared));
    }
    return survivors;
}

std::vector<SurvivorReport> examine_escapees(const Descriptor& mount_namespace, const Members& given_up) {
    std::vector<SurvivorReport> survivors;
    for (const std::int32_t pid : find_escapees(mount_namespace)) {
        const Result<ProcessStat> stat = read_process_stat(pid);
        const bool is_member = std::ranges::binary_search(given_up.pids, pid);
        if (stat && survivors.size() < most_survivors) {
            survivors.push_back(
                {.pid = pid,
                 .command = stat->command,
                 .state = stat->state,
                 .wchan = read_wchan(pid),
                 .cause = is_member ? "in the container's cgroup, but not proven to be its own: left alone"
                                    : "in the container's mount namespace, but not in its cgroups: left alone",
                 .is_escapee = true});
        }
    }
    return survivors;
}

}  // namespace cstop::kernel
