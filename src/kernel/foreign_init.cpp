#include "kernel/foreign_init.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

#include "kernel/process.hpp"
#include "kernel/process_status.hpp"

namespace cstop::kernel {

namespace {

/// "pid:[4026531836]"; empty: unknown.
std::string read_pid_namespace(const std::string& process) {
    std::array<char, 64> target{};
    const std::string path = "/proc/" + process + "/ns/pid";
    const ssize_t count = ::readlink(path.c_str(), target.data(), target.size());
    return count > 0 ? std::string(target.data(), static_cast<std::size_t>(count)) : "";
}

bool is_member(const Members& members, std::int32_t pid) {
    return std::ranges::binary_search(members.pids, pid);
}

/// A session is handed down from its leader, by fork after fork: whoever is in one that init or a member leads was
/// started inside. Also where init is dead: its number is not given away while it is a session's. Most of thousands
/// are, and this call is the only one that costs no entries in /proc, which the kernel would have to make now and to
/// clear away when they die.
bool is_in_session_of_member(const Members& members, const InitProcess& init, std::int32_t pid) {
    const pid_t leader = ::getsid(pid);
    const bool is_led_by_init = leader == init.pid() && init.start_time() != 0;  // else it was never held
    return leader != pid && (is_led_by_init || is_member(members, leader));
}

}  // namespace

std::optional<std::int32_t> find_foreign_init(const Members& members, const InitProcess& init) {
    std::vector<std::int32_t> doubtful;
    std::ranges::copy_if(members.pids, std::back_inserter(doubtful), [&](std::int32_t pid) {
        return pid != init.pid() && !is_in_session_of_member(members, init, pid);
    });
    if (doubtful.empty()) {
        return std::nullopt;
    }
    // One look tells most of the rest: they are in the namespace of init, or in ours.
    const std::string ours = read_pid_namespace("self");
    const std::string theirs = init.is_alive() ? read_pid_namespace(std::to_string(init.pid())) : "";
    for (const std::int32_t pid : doubtful) {
        const std::string inside = read_pid_namespace(std::to_string(pid));
        if (!inside.empty() && (inside == ours || inside == theirs)) {
            continue;
        }
        const Result<ProcessStatus> status = read_process_status(pid);
        const Result<ProcessStat> stat = read_process_stat(pid);
        if (status && stat && is_namespace_init(*status) && stat->parent != init.pid() &&
            !is_member(members, stat->parent)) {
            return pid;
        }
    }
    return std::nullopt;
}

}  // namespace cstop::kernel
