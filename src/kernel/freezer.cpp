#include "kernel/freezer.hpp"

#include "kernel/cgroup_location.hpp"
#include "kernel/membership.hpp"
#include "kernel/mounts.hpp"

namespace cstop::kernel {

namespace {

bool has_freezer(const CgroupMount& mount) {
    return mount.is_v2 || has_hierarchy(mount, "freezer");
}

/// v1 tells its own wish (self_freezing, Linux 3.9) apart from an ancestor's.
std::string wish_file(bool is_v2) {
    return is_v2 ? "cgroup.freeze" : "freezer.self_freezing";
}

/// This cgroup only.
Result<bool> thaw_one(const Directory& directory, bool is_v2) {
    const Result<std::string> wish = read_control(directory, wish_file(is_v2));
    if (!wish) {
        const ErrorCode code = wish.error().code;
        // No such file: a kernel without the v2 freezer (before 5.2) freezes nothing.
        const bool is_nothing_to_do = code == ErrorCode::gone || code == ErrorCode::not_found;
        return is_nothing_to_do ? Result<bool>(false) : Result<bool>(Failure(wish.error()));
    }
    if (*wish != "1") {
        return false;
    }
    const Result<void> written =
        is_v2 ? write_control(directory, "cgroup.freeze", "0") : write_control(directory, "freezer.state", "THAWED");
    if (!written && written.error().code != ErrorCode::gone) {
        return Failure(written.error());
    }
    return true;
}

}  // namespace

bool is_frozen(std::span<const CgroupName> cgroups, std::string_view /*id*/, std::int32_t pid) {
    CgroupMounts& mounts = own_cgroup_mounts();
    const std::span<const CgroupMount> known = mounts.all_for(cgroups);
    // Read only when a path is not where it was recorded.
    std::optional<Memberships> init;
    for (const CgroupName& name : cgroups) {
        for (const std::size_t index : find_mounts(known, name)) {
            if (!has_freezer(known[index])) {
                continue;
            }
            Result<Cgroup> cgroup = open_first_cgroup(mounts, list_locations(known, index, name, nullptr));
            if (!cgroup && pid > 0) {
                if (!init) {
                    init = read_memberships(pid).value_or(Memberships());
                }
                cgroup = open_first_cgroup(mounts, list_locations(known, index, name, &*init));
            }
            if (cgroup && is_asked_to_freeze(*cgroup)) {
                return true;
            }
        }
    }
    return false;
}

bool has_freezer(const Cgroup& cgroup) {
    return cgroup.is_v2 || has_hierarchy(cgroup, "freezer");
}

bool is_asked_to_freeze(const Cgroup& cgroup) {
    if (cgroup.is_v2) {
        return read_control(cgroup.directory, "cgroup.freeze").value_or("0") == "1";
    }
    return has_freezer(cgroup) && read_control(cgroup.directory, "freezer.state").value_or("THAWED") != "THAWED";
}

std::string find_frozen_ancestor(const Cgroup& cgroup) {
    std::string frozen;
    visit_ancestors(cgroup, [&](const Directory& ancestor) {
        // The root has no such file.
        if (read_control(ancestor, wish_file(cgroup.is_v2)).value_or("0") == "1") {
            frozen = ancestor.path();
        }
        return frozen.empty();
    });
    return frozen;
}

Result<bool> thaw_tree(const Cgroup& cgroup) {
    if (!has_freezer(cgroup)) {
        return false;
    }
    Result<bool> is_thawed = false;
    visit_tree(cgroup.directory, [&](const Directory& directory) {
        Result<bool> one = thaw_one(directory, cgroup.is_v2);
        if (is_thawed && (!one || *one)) {
            is_thawed = std::move(one);
        }
        return true;
    });
    return is_thawed;
}

Result<void> check_freezer(const Cgroup& cgroup) {
    return check_control(cgroup.directory, cgroup.is_v2 ? "cgroup.freeze" : "freezer.state");
}

Result<Freeze> Freeze::make(const Cgroup& cgroup) {
    if (cgroup.is_v2) {
        CSTOP_CHECK(write_control(cgroup.directory, "cgroup.freeze", "1"));
    } else {
        CSTOP_CHECK(write_control(cgroup.directory, "freezer.state", "FROZEN"));
    }
    return Freeze(&cgroup);
}

Freeze::~Freeze() {
    if (cgroup_ != nullptr) {
        // Without looking first: what reads as thawed now may be on its way to frozen.
        const Directory& directory = cgroup_->directory;
        const Result<void> ignored = cgroup_->is_v2 ? write_control(directory, "cgroup.freeze", "0")
                                                    : write_control(directory, "freezer.state", "THAWED");
        static_cast<void>(ignored);
    }
}

}  // namespace cstop::kernel
