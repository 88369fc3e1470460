#include "kernel/foreign_init.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <unistd.h>

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

}  // namespace

std::optional<std::int32_t> find_foreign_init(const Members& members, const InitProcess& init) {
    if (members.pids.empty()) {
        return std::nullopt;
    }
    // One look tells most processes: they are in the namespace of init, or in ours.
    const std::string ours = read_pid_namespace("self");
    const std::string theirs = init.is_alive() ? read_pid_namespace(std::to_string(init.pid())) : "";
    for (const std::int32_t pid : members.pids) {
        const std::string inside = read_pid_namespace(std::to_string(pid));
        if (pid == init.pid() || (!inside.empty() && (inside == ours || inside == theirs))) {
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
