#include "kernel/members.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "kernel/process.hpp"

namespace cstop::kernel {

namespace {

/// More are never zombies only, and looking at each would take long.
constexpr std::size_t most_zombies = 64;

/// A threaded cgroup does not list processes (cgroups(7)): its own cgroup.procs answers EOPNOTSUPP. They are listed
/// by the domain above; if that is not ours, "populated" still tells that somebody is there.
bool is_populated_threaded(const Directory& directory, const Error& error) {
    return error.code == ErrorCode::unsupported &&
           parse_keyed_number(read_control(directory, "cgroup.events").value_or(""), "populated") == 1;
}

}  // namespace

void parse_members(std::string_view text, Members& members) {
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const auto pid = parse_number(text.substr(0, end), 0, INT32_MAX);
        if (pid == 0U) {
            ++members.hidden;
        } else if (pid) {
            members.pids.push_back(static_cast<std::int32_t>(*pid));
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

Result<Members> read_members(std::span<const Cgroup> cgroups) {
    Members members;
    Result<void> failure;
    for (const Cgroup& cgroup : cgroups) {
        bool is_top = true;
        visit_tree(cgroup.directory, [&](const Directory& directory) {
            const Result<std::string> text = read_process_list(directory);
            if (text) {
                parse_members(*text, members);
            } else if (text.error().code == ErrorCode::unsupported) {
                members.threaded += is_top && is_populated_threaded(directory, text.error()) ? 1U : 0U;
            } else if (text.error().code != ErrorCode::gone && text.error().code != ErrorCode::not_found) {
                failure = Failure(text.error());
            }
            is_top = false;
            return true;
        });
    }
    std::ranges::sort(members.pids);
    const auto repeated = std::ranges::unique(members.pids);
    members.pids.erase(repeated.begin(), repeated.end());
    if (!failure && members.is_empty()) {
        return Failure(failure.error());
    }
    return members;
}

bool has_counted_processes(std::span<const Cgroup> cgroups) {
    return std::ranges::any_of(cgroups, [](const Cgroup& cgroup) {
        return has_hierarchy(cgroup, "pids") && read_control(cgroup.directory, "pids.current").value_or("0") != "0";
    });
}

Members without_zombies(Members members) {
    if (members.pids.size() <= most_zombies) {
        std::erase_if(members.pids, [](std::int32_t pid) { return !is_process_alive(pid, 0).value_or(true); });
    }
    return members;
}

}  // namespace cstop::kernel
