#include "discover/status.hpp"

#include <chrono>
#include <ctime>
#include <unistd.h>
#include <vector>

#include "discover/timestamp.hpp"
#include "kernel/freezer.hpp"
#include "kernel/process.hpp"

namespace cstop::discover {

namespace {

std::chrono::nanoseconds read_clock(clockid_t clock) {
    timespec time{};
    static_cast<void>(clock_gettime(clock, &time));  // fails for unknown clocks only
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

/// Field 22 of /proc/PID/stat as time since boot (proc(5), CLOCK_BOOTTIME).
Duration make_time_since_boot(std::uint64_t ticks) {
    const auto rate = static_cast<std::uint64_t>(sysconf(_SC_CLK_TCK));
    return Duration(ticks / rate * 1000 + ticks % rate * 1000 / rate);
}

/// When a process started, by the wall clock.
Timestamp find_start(std::uint64_t ticks) {
    return Timestamp(read_clock(CLOCK_REALTIME) - read_clock(CLOCK_BOOTTIME)) + make_time_since_boot(ticks);
}

/// None where the start was not recorded, or lies in the future: a time namespace shifts it.
std::optional<Duration> find_uptime(std::uint64_t ticks) {
    const auto uptime = std::chrono::floor<Duration>(read_clock(CLOCK_BOOTTIME)) - make_time_since_boot(ticks);
    return ticks != 0 && uptime >= Duration::zero() ? std::optional(uptime) : std::nullopt;
}

/// The guard where no start time is recorded (formats.md 1.4): init is made while the container is created, so it
/// starts before `created`, and at most a minute before.
bool is_init_of(const model::Container& container, std::uint64_t ticks) {
    const auto created = parse_timestamp(container.created);
    if (!created) {
        return false;
    }
    const Timestamp start = find_start(ticks);
    return start <= *created + std::chrono::seconds(1) && start >= *created - std::chrono::minutes(1);
}

/// Without a start time nobody could prove the pid: it is kept only if the process that has it is the container's init.
void take_start_time(model::Container& container, std::int32_t pid) {
    const auto stat = kernel::read_process_stat(pid);
    if (stat && is_init_of(container, stat->start_time)) {
        container.start_time = stat->start_time;
        return;
    }
    if (stat || stat.error().code != ErrorCode::gone) {
        container.warnings.push_back("pid " + std::to_string(pid) +
                                     ": not shown to be this container's init, which is taken to be gone");
    }
    container.pid.reset();
}

bool is_alive(model::Container& container, std::int32_t pid) {
    const auto alive = kernel::is_process_alive(pid, container.start_time);
    if (!alive) {
        container.warnings.push_back("status unknown: " + format_error(alive.error()));
        return true;
    }
    return *alive;
}

bool is_paused(const model::Container& container, std::int32_t pid) {
    std::vector<kernel::CgroupName> cgroups;
    cgroups.reserve(container.cgroups.size());
    for (const model::CgroupPath& cgroup : container.cgroups) {
        cgroups.push_back({.hierarchy = cgroup.hierarchy, .path = cgroup.path, .below_mount = cgroup.below_mount});
    }
    return kernel::is_frozen(cgroups, container.id, pid);
}

}  // namespace

void derive_start(model::Container& container, const kernel::Directory& directory) {
    if (container.start_time == 0 || kernel::has_entry(directory, "exec.fifo")) {
        derive_life(container, directory);
    } else {
        container.status = model::Status::running;
    }
}

void derive_life(model::Container& container, const kernel::Directory& directory) {
    if (container.pid && container.start_time == 0) {
        take_start_time(container, *container.pid);
    }
    const std::int32_t pid = container.pid.value_or(0);
    // exec.fifo may outlive a container that was killed before it was started, so the process is asked first.
    if (pid == 0 || !is_alive(container, pid)) {
        container.status = model::Status::stopped;
        return;
    }
    container.uptime = find_uptime(container.start_time);
    const bool is_created = kernel::has_entry(directory, "exec.fifo");
    container.status = is_created ? model::Status::created : model::Status::running;
}

void note_pause(model::Container& container) {
    if (container.status == model::Status::running && container.pid && is_paused(container, *container.pid)) {
        container.status = model::Status::paused;
    }
}

}  // namespace cstop::discover
