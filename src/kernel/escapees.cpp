#include "kernel/escapees.hpp"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <sys/stat.h>

#include <fmt/format.h>

#include "kernel/proc_file.hpp"
#include "kernel/process.hpp"
#include "kernel/process_table.hpp"

namespace cstop::kernel {

namespace {

std::string path_of(std::string_view process) {
    return fmt::format("/proc/{}/ns/mnt", process);
}

/// Who only dies has left its cgroup and may still show its namespaces.
bool is_ending(std::int32_t pid) {
    const Result<ProcessStat> stat = read_process_stat(pid);
    return !stat || stat->is_exiting;
}

/// 0: not open.
std::uint64_t read_inode(const Descriptor& name_space) {
    struct stat status{};
    return name_space.is_open() && ::fstat(name_space.number(), &status) == 0 ? status.st_ino : 0;
}

/// Also when nobody knows the parent any more.
bool is_parents(std::uint64_t inode, std::int32_t pid) {
    const Result<ProcessStat> stat = read_process_stat(pid);
    return !stat || read_namespace_inode(path_of(std::to_string(stat->parent))) == inode;
}

}  // namespace

Descriptor hold_own_mount_namespace(std::int32_t pid) {
    static const std::array hosts = {read_namespace_inode(path_of("self")), read_namespace_inode(path_of("1"))};
    Descriptor held(::open(path_of(std::to_string(pid)).c_str(), O_RDONLY | O_CLOEXEC));
    const std::uint64_t inode = read_inode(held);
    if (inode == 0 || std::ranges::find(hosts, inode) != hosts.end() || is_parents(inode, pid)) {
        held.close();
    }
    return held;
}

std::vector<std::int32_t> find_escapees(const Descriptor& mount_namespace) {
    const std::uint64_t inode = read_inode(mount_namespace);
    if (inode == 0) {
        return {};  // it would be that of everybody whose namespace is not ours to see
    }
    std::vector<std::int32_t> found = list_processes().value_or(std::vector<std::int32_t>());
    std::erase_if(found, [inode](std::int32_t pid) {
        return read_namespace_inode(path_of(std::to_string(pid))) != inode || is_ending(pid);
    });
    std::ranges::sort(found);
    return found;
}

}  // namespace cstop::kernel
