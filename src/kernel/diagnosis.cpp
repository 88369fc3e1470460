#include "kernel/diagnosis.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>

#include <fmt/format.h>

#include "kernel/cpu_quota.hpp"
#include "kernel/freezer.hpp"
#include "kernel/members.hpp"
#include "kernel/pidfd.hpp"
#include "kernel/proc_file.hpp"
#include "kernel/process.hpp"
#include "kernel/process_status.hpp"

namespace cstop::kernel {

namespace {

/// "0": not asleep in the kernel, or not for our eyes.
std::string read_wchan(std::int32_t pid) {
    const std::string name = read_proc_file(pid, "wchan").value_or("");
    return name == "0" ? "" : name;
}

/// The process that init's exit waits for: it is of init's pid namespace or below, and still there (faults.md F12).
std::string find_blocker(const InitProcess& init, std::span<const std::int32_t> members) {
    const Result<ProcessStatus> own = read_process_status(init.pid());
    const std::size_t depth = own ? own->pids.size() : 2;
    for (const std::int32_t pid : members) {
        const Result<ProcessStatus> status = pid == init.pid() ? own : read_process_status(pid);
        if (status && pid != init.pid() && status->pids.size() >= depth) {
            return describe_process(pid);
        }
    }
    return "its last processes";
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
    std::string profile = read_proc_file(pid, "attr/current").value_or("");
    profile = profile.substr(0, profile.find_first_of(std::string_view("\n\0", 2)));
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
    const bool has_quota = std::ranges::any_of(cgroups, has_cpu_quota);
    return has_quota ? "the container's CPU quota leaves it no time" : "";
}

std::string explain_state(const SurvivorReport& survivor, const InitProcess& init,
                          std::span<const std::int32_t> members) {
    if (survivor.pid == init.pid() && survivor.wchan == "zap_pid_ns_processes") {
        return "its pid namespace waits for " + find_blocker(init, members);
    }
    if (survivor.state == 'D') {
        return "in uninterruptible sleep: only what it waits for can end it";
    }
    const Result<ProcessStatus> status = read_process_status(survivor.pid);
    if (status && status->tracer > 0) {
        return "traced by " + describe_process(status->tracer);
    }
    return "";
}

/// Causes that everybody of the container shares are looked up once.
struct SharedCauses {
    std::string freeze;
    std::string quota;
};

SurvivorReport examine_one(std::int32_t pid, const ProcessStat& stat, const InitProcess& init,
                           std::span<const std::int32_t> members, const SharedCauses& shared) {
    SurvivorReport survivor{
        .pid = pid, .command = stat.command, .state = stat.state, .wchan = read_wchan(pid), .cause = ""};
    // A frozen v1 task shows D as well (before Linux 5.17), so the freeze is asked first.
    survivor.cause = shared.freeze;
    if (survivor.cause.empty()) {
        survivor.cause = explain_state(survivor, init, members);
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

std::string find_frozen_ancestor(const Cgroup& cgroup) {
    const std::string wish = cgroup.is_v2 ? "cgroup.freeze" : "freezer.self_freezing";
    std::string path = cgroup.directory.path();
    Directory current;
    for (std::size_t depth = 0; depth < deepest_cgroup; ++depth) {
        const int from = current.is_open() ? current.number() : cgroup.directory.number();
        path.resize(std::min(path.rfind('/'), path.size()));
        current = Directory(Descriptor(::openat(from, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC)), path);
        // The root has no such file; above the mount there is none either.
        const Result<std::string> asked =
            current.is_open() ? read_control(current, wish) : Result<std::string>(fail(ErrorCode::not_found, path));
        if (!asked) {
            return "";
        }
        if (*asked == "1") {
            return path;
        }
    }
    return "";
}

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
        survivors.push_back(examine_one(pid, *stat, init, pids, shared));
    }
    return survivors;
}

}  // namespace cstop::kernel
