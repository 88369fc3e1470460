#include "kernel/own_cgroups.hpp"

#include <algorithm>
#include <cerrno>
#include <sys/stat.h>

#include <fmt/format.h>

#include "kernel/cgroup_claim.hpp"
#include "kernel/cgroup_location.hpp"

namespace cstop::kernel {

namespace {

bool is_out_of_descriptors(const Error& error) {
    return error.errno_value == EMFILE || error.errno_value == ENFILE;
}

/// Where a stop kills, freezes, and lifts a quota.
bool is_acted_through(const CgroupMount& mount) {
    return mount.is_v2 || has_hierarchy(mount, "freezer") || has_hierarchy(mount, "cpu");
}

class Opening {
public:
    Opening(CgroupMounts& mounts, const Target& target, const std::optional<LivingInit>& init, const OwnProcess& own,
            std::optional<std::uint32_t> required_owner)
        : mounts_(mounts),
          known_(mounts.all_for(target.cgroups)),
          target_(target),
          init_(init),
          own_(own),
          required_owner_(required_owner) {}

    Result<OwnCgroups> run() {
        CSTOP_CHECK(add_hierarchies([this](std::size_t mount) { return is_acted_through(known_[mount]); }));
        if (!is_complete()) {
            CSTOP_CHECK(add_hierarchies([this](std::size_t mount) { return !is_acted_through(known_[mount]); }));
        }
        std::ranges::stable_partition(result_.cgroups, [](const Cgroup& cgroup) { return cgroup.is_v2; });
        if (!result_.cgroups.empty()) {
            result_.refusal.clear();
        } else if (result_.refusal.empty()) {
            result_.refusal = "the state names no cgroup that exists here";
        }
        return std::move(result_);
    }

private:
    template <class Predicate>
    Result<void> add_hierarchies(Predicate&& is_wanted) {
        for (const CgroupName& name : target_.cgroups) {
            for (const std::size_t mount : find_mounts(known_, name)) {
                if (is_wanted(mount)) {
                    CSTOP_CHECK(add(name, mount));
                }
            }
        }
        return {};
    }

    /// Whoever init has in its pid namespace dies before init is gone (pid_namespaces(7)), whatever hierarchies it
    /// left. Otherwise a process that is in one of them only must be found there (faults.md R9).
    bool is_complete() const { return init_ && init_->has_private_pid_namespace && result_.holds_init; }

    Result<void> add(const CgroupName& name, std::size_t mount) {
        const std::vector<CgroupLocation> locations =
            list_locations(known_, mount, name, init_ ? &init_->memberships : nullptr);
        if (locations.empty()) {
            return {};
        }
        Result<Cgroup> cgroup = open_first_cgroup(mounts_, locations);
        if (!cgroup) {
            const Error& error = cgroup.error();
            if (is_out_of_descriptors(error)) {
                return Failure(error);
            }
            if (error.code != ErrorCode::not_found) {
                refuse(format_error(error));
            }
            return {};
        }
        consider(*std::move(cgroup));
        return {};
    }

    void consider(Cgroup cgroup) {
        const bool is_known = std::ranges::any_of(result_.cgroups, [&](const Cgroup& other) {
            return other.is_v2 == cgroup.is_v2 && other.hierarchies == cgroup.hierarchies && other.path == cgroup.path;
        });
        if (is_known) {
            return;  // two controllers of one hierarchy
        }
        std::string refusal = explain_refusal(make_claim(cgroup));
        if (refusal.empty()) {
            refusal = explain_owner(cgroup);
        }
        if (!refusal.empty()) {
            refuse(fmt::format("{}: {}", cgroup.directory.path(), refusal));
            return;
        }
        const std::string* member = find_init_path(cgroup);
        result_.holds_init = result_.holds_init || (member != nullptr && is_at_or_below(*member, cgroup.path));
        result_.cgroups.push_back(std::move(cgroup));
    }

    const std::string* find_init_path(const Cgroup& cgroup) const {
        return init_ ? find_path(init_->memberships, cgroup.hierarchies) : nullptr;
    }

    CgroupClaim make_claim(const Cgroup& cgroup) const {
        return {.path = cgroup.path,
                .container_id = target_.id,
                .init_is_alive = init_.has_value(),
                .init_has_private_pid_namespace = init_ && init_->has_private_pid_namespace,
                .init = find_init_path(cgroup),
                .own = find_path(own_.memberships(), cgroup.hierarchies)};
    }

    std::string explain_owner(const Cgroup& cgroup) const {
        struct stat status{};
        if (!required_owner_ ||
            (::fstat(cgroup.directory.number(), &status) == 0 && status.st_uid == *required_owner_)) {
            return "";
        }
        return fmt::format("it belongs to uid {}, the state file to uid {}", status.st_uid, *required_owner_);
    }

    void refuse(std::string reason) {
        if (result_.refusal.empty()) {
            result_.refusal = std::move(reason);
        }
    }

    CgroupMounts& mounts_;
    std::span<const CgroupMount> known_;
    const Target& target_;
    const std::optional<LivingInit>& init_;
    const OwnProcess& own_;
    std::optional<std::uint32_t> required_owner_;
    OwnCgroups result_;
};

}  // namespace

Result<OwnCgroups> open_own_cgroups(CgroupMounts& mounts, const Target& target, const std::optional<LivingInit>& init,
                                    const OwnProcess& own, std::optional<std::uint32_t> required_owner) {
    return Opening(mounts, target, init, own, required_owner).run();
}

}  // namespace cstop::kernel
