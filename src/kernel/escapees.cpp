#include "kernel/escapees.hpp"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "kernel/proc_file.hpp"
#include "kernel/process.hpp"
#include "kernel/process_table.hpp"

namespace cstop::kernel {

namespace {

std::uint64_t read_mount_namespace(std::string_view process) {
    return read_namespace_inode(fmt::format("/proc/{}/ns/mnt", process));
}

}  // namespace

std::uint64_t read_own_mount_namespace(std::int32_t pid) {
    const Result<ProcessStat> stat = read_process_stat(pid);
    const std::uint64_t inode = read_mount_namespace(std::to_string(pid));
    if (!stat || inode == read_mount_namespace("self") || inode == read_mount_namespace("1") ||
        inode == read_mount_namespace(std::to_string(stat->parent))) {
        return 0;
    }
    return inode;
}

std::vector<std::int32_t> find_escapees(std::uint64_t mount_namespace) {
    std::vector<std::int32_t> found = list_processes().value_or(std::vector<std::int32_t>());
    // Who is ending has given its namespaces back before it leaves its cgroup, so nobody is found who only dies.
    std::erase_if(found, [mount_namespace](std::int32_t pid) {
        return read_mount_namespace(std::to_string(pid)) != mount_namespace;
    });
    std::ranges::sort(found);
    return found;
}

}  // namespace cstop::kernel
