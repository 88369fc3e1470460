#include "kernel/init_proof.hpp"

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "kernel/cgroup_claim.hpp"
#include "kernel/directory.hpp"
#include "kernel/proc_file.hpp"

namespace cstop::kernel {

namespace {

bool is_in_our_mount_namespace(std::int32_t pid) {
    const std::uint64_t theirs = read_namespace_inode(fmt::format("/proc/{}/ns/mnt", pid));  // 0: not ours to see
    return theirs != 0 && theirs == read_namespace_inode("/proc/self/ns/mnt");
}

bool is_in_cgroup_of(const Memberships& memberships, std::string_view id) {
    for (const Membership& membership : memberships) {
        if (is_named_after(membership.path, id)) {
            return true;
        }
    }
    return false;
}

/// The id of a container of the same root whose cgroup it is in. "app-web" bears the id "web" as well: the longest
/// tells whose it is. Only what a cgroup's name can mean is looked up: the root may hold thousands.
std::optional<std::string> find_owner(const Target& target, const Memberships& memberships, bool bears_own_id) {
    const std::size_t slash = target.state_directory.rfind('/');
    if (slash == std::string::npos) {
        return std::nullopt;
    }
    const Result<Directory> root = open_directory(target.state_directory.substr(0, slash + 1));
    if (!root) {
        return std::nullopt;
    }
    std::set<std::string_view> tried;
    for (const Membership& membership : memberships) {
        for (const std::string_view id : list_borne_ids(membership.path)) {
            const bool is_part_of_own = bears_own_id && id.size() <= target.id.size();
            if (!is_part_of_own && id != target.id && tried.insert(id).second && has_entry(*root, id)) {
                return std::string(id);
            }
        }
    }
    return std::nullopt;
}

}  // namespace

bool is_impostor(const Target& target, const ProcessStatus& status) {
    return target.has_private_pid_namespace && !status.pids.empty() && !is_namespace_init(status);
}

Result<void> check_stray_init(const Target& target, const InitProcess& init, const Memberships& memberships) {
    std::string contradiction;
    // It may be in a cgroup of the container that is not ours to see, or in one that cstop is in too.
    const bool bears_own_id = is_in_cgroup_of(memberships, target.id);
    if (const auto owner = find_owner(target, memberships, bears_own_id)) {
        contradiction = "it is in the cgroup of container " + *owner;
    } else if (!bears_own_id && target.has_private_mount_namespace && is_in_our_mount_namespace(init.pid())) {
        contradiction = "it is in no cgroup of the container and shares cstop's mount namespace";
    }
    // What was read by number counts only if init still has the number.
    if (contradiction.empty() || !init.is_alive()) {
        return {};
    }
    return fail(ErrorCode::unsupported,
                fmt::format("prove process {}: it has the recorded start time, but {}", init.pid(), contradiction));
}

}  // namespace cstop::kernel
