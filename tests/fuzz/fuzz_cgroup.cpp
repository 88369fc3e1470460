// Where a container's cgroup is, from /proc/self/mountinfo, /proc/PID/cgroup and what a state file claims; and the
// texts of control files. Parts: mountinfo, cgroup of init, hierarchy, path, id.

#include <algorithm>
#include <set>
#include <string>

#include "base/text.hpp"
#include "fuzz.hpp"
#include "kernel/cgroup.hpp"
#include "kernel/cgroup_claim.hpp"
#include "kernel/cgroup_location.hpp"
#include "kernel/members.hpp"
#include "kernel/membership.hpp"
#include "kernel/mounts.hpp"

namespace {

using namespace cstop;
using namespace cstop::kernel;

void check_mounts(const std::vector<CgroupMount>& mounts) {
    std::set<std::string_view> points;
    for (const CgroupMount& mount : mounts) {
        REQUIRE(mount.root.starts_with('/') && mount.mount_point.starts_with('/'));
        REQUIRE(!mount.hierarchies.empty());
        REQUIRE(mount.is_v2 == has_hierarchy(mount, ""));
        REQUIRE(points.insert(mount.mount_point).second);
    }
}

/// Below the mount and nowhere else, whatever the state says (faults.md R7).
void check_location(const CgroupLocation& location, std::size_t mount) {
    REQUIRE(location.mount == mount);
    REQUIRE(!location.relative.empty() && location.relative.size() < 4096);
    REQUIRE(!location.relative.contains('\0'));
    for (const std::string_view part : split_text(location.relative, '/')) {
        REQUIRE(!part.empty() && part != "." && part != "..");
    }
    REQUIRE(location.path.empty() || location.path.ends_with("/" + location.relative));
}

void check_claim(const CgroupLocation& location, std::string_view id, const Memberships& init,
                 const CgroupMount& mount) {
    const std::string own = "/user.slice/session-1.scope";
    const std::string* const member = find_path(init, mount.hierarchies);
    const auto ids = list_borne_ids(location.path);
    REQUIRE((std::ranges::find(ids, id) != ids.end()) == is_named_after(location.path, id));
    for (const bool is_alive : {false, true}) {
        const std::string refusal = explain_refusal({.path = location.path,
                                                     .container_id = id,
                                                     .init_is_alive = is_alive,
                                                     .init = is_alive ? member : nullptr,
                                                     .own = &own});
        if (!refusal.empty()) {
            continue;
        }
        REQUIRE(location.path.size() > 1);
        REQUIRE(!is_at_or_below(own, location.path));
        REQUIRE(is_named_after(location.path, id) || (is_alive && member != nullptr && *member == location.path));
    }
}

void check_locations(const std::vector<CgroupMount>& mounts, const CgroupName& name, const Memberships& init,
                     std::string_view id) {
    std::set<std::size_t> seen;
    for (const std::size_t mount : find_mounts(mounts, name)) {
        REQUIRE(mount < mounts.size() && seen.insert(mount).second);
        for (const Memberships* const memberships : {static_cast<const Memberships*>(nullptr), &init}) {
            for (const CgroupLocation& location : list_locations(mounts, mount, name, memberships)) {
                check_location(location, mount);
                check_claim(location, id, init, mounts[mount]);
            }
        }
    }
}

void check_control_files(std::string_view text) {
    Members members;
    parse_members(text, members);
    REQUIRE(members.count() <= text.size());
    REQUIRE(std::ranges::all_of(members.pids, [](std::int32_t pid) { return pid > 0; }));
    REQUIRE(parse_keyed_number(text, "populated") >= -1);
    REQUIRE(parse_keyed_number("populated 1\n" + std::string(text), "populated") == 1);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto [mountinfo, cgroup, hierarchy, path, id] = fuzz::split_input<5>(fuzz::view(data, size));
    const std::vector<CgroupMount> mounts = parse_cgroup_mounts(mountinfo);
    check_mounts(mounts);
    const Memberships init = parse_memberships(cgroup);
    for (const Membership& membership : init) {
        REQUIRE(membership.path.starts_with('/') && !membership.hierarchies.empty());
    }
    for (const bool below_mount : {false, true}) {
        check_locations(mounts, {std::string(hierarchy), std::string(path), below_mount}, init, id);
    }
    check_control_files(cgroup);
    return 0;
}
