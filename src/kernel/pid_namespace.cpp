#include "kernel/pid_namespace.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "kernel/diagnosis.hpp"
#include "kernel/proc_file.hpp"
#include "kernel/process.hpp"
#include "kernel/process_status.hpp"
#include "kernel/process_table.hpp"

namespace cstop::kernel {

namespace {

struct Blocker {
    std::int32_t pid = 0;
    char state = '?';
    std::int32_t parent = 0;
};

std::uint64_t read_pid_namespace(std::int32_t pid) {
    return read_namespace_inode(fmt::format("/proc/{}/ns/pid", pid));
}

std::size_t read_depth(std::int32_t pid) {
    const auto status = read_process_status(pid);
    return status ? status->pids.size() : 0;
}

/// Zombies too, which no cgroup lists.
std::vector<std::int32_t> list_others(std::int32_t init, std::span<const std::int32_t> members) {
    const std::uint64_t inside = read_pid_namespace(init);
    const std::size_t depth = read_depth(init);
    std::vector<std::int32_t> others = list_processes().value_or(std::vector<std::int32_t>());
    std::erase_if(others, [&](std::int32_t pid) {
        const bool is_inside = inside != 0 && read_pid_namespace(pid) == inside;
        const bool is_below = !is_inside && std::ranges::find(members, pid) != members.end() && read_depth(pid) > depth;
        return pid == init || !(is_inside || is_below);
    });
    return others;
}

/// Whoever sleeps is the likeliest, then who is not reaped; the rest may be on its way out.
int rank(const Blocker& blocker) {
    return blocker.state == 'D' ? 0 : blocker.state == 'Z' ? 1 : 2;
}

}  // namespace

std::string describe_blockers(std::int32_t init, std::span<const std::int32_t> members) {
    std::vector<Blocker> blockers;
    for (const std::int32_t pid : list_others(init, members)) {
        if (const auto stat = read_process_stat(pid)) {
            blockers.push_back({.pid = pid, .state = stat->state, .parent = stat->parent});
        }
    }
    const auto first = std::ranges::min_element(blockers, {}, rank);
    if (first == blockers.end()) {
        return "";
    }
    std::string text = describe_process(first->pid);
    if (first->state == 'Z') {
        text += fmt::format(", a zombie that {} does not reap", describe_process(first->parent));
    }
    if (blockers.size() > 1) {
        text += fmt::format(" and {} {}", blockers.size() - 1, blockers.size() == 2 ? "other" : "others");
    }
    return text;
}

}  // namespace cstop::kernel
