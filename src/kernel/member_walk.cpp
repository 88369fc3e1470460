#include "kernel/member_walk.hpp"

#include <algorithm>
#include <cerrno>
#include <signal.h>
#include <utility>

#include <fmt/format.h>

#include "kernel/members.hpp"
#include "kernel/membership.hpp"
#include "kernel/pidfd.hpp"

namespace cstop::kernel {

namespace {

/// Against a fork bomb that no freezer holds, passes could go on for ever: the caller waits and comes back.
constexpr auto longest_walk = std::chrono::milliseconds(200);

/// Pidfds held at once. Fewer are taken when descriptors run out.
constexpr std::size_t largest_batch = 4096;

struct HeldMember {
    std::int32_t pid = 0;
    Descriptor pidfd;
};

bool is_listed(const Members& members, std::int32_t pid) {
    return std::ranges::binary_search(members.pids, pid);
}

class Walk {
public:
    Walk(std::span<const Cgroup> cgroups, Signal signal, OwnProcess& own)
        : cgroups_(cgroups), signal_(signal), own_(own) {}

    Result<WalkReport> run(Passes passes) {
        const auto end = std::chrono::steady_clock::now() + longest_walk;
        CSTOP_TRY(Members members, read_members(cgroups_));
        while (true) {
            const std::vector<std::int32_t> fresh = list_fresh(members);
            std::size_t next = 0;
            while (next < fresh.size()) {
                const std::vector<HeldMember> batch = hold_batch(fresh, next);
                CSTOP_TRY(members, read_members(cgroups_));
                signal_batch(batch, members);
                if (std::chrono::steady_clock::now() >= end && passes == Passes::until_quiet) {
                    return report_;
                }
            }
            if (fresh.empty() || passes == Passes::one) {
                return report_;
            }
        }
    }

private:
    std::vector<std::int32_t> list_fresh(const Members& members) {
        std::vector<std::int32_t> fresh;
        std::ranges::set_difference(members.pids, tried_, std::back_inserter(fresh));
        std::erase_if(fresh, [this](std::int32_t pid) { return own_.is_untouchable(pid); });
        return fresh;
    }

    /// Advances `next` past those that were taken or are gone; always by one at least.
    std::vector<HeldMember> hold_batch(const std::vector<std::int32_t>& fresh, std::size_t& next) {
        std::vector<HeldMember> batch;
        const std::size_t first = next;
        while (next < fresh.size() && batch.size() < largest_batch) {
            Result<Descriptor> pidfd = open_pidfd(fresh[next]);
            const bool is_out_of_descriptors = !pidfd && pidfd.error().errno_value == EMFILE;
            if (is_out_of_descriptors && !batch.empty()) {
                break;
            }
            if (pidfd) {
                batch.push_back({.pid = fresh[next], .pidfd = *std::move(pidfd)});
            } else if (pidfd.error().code == ErrorCode::unsupported) {
                signal_by_number(fresh[next]);
            } else {
                note(pidfd.error());
            }
            ++next;
        }
        remember(fresh.begin() + static_cast<std::ptrdiff_t>(first), fresh.begin() + static_cast<std::ptrdiff_t>(next));
        return batch;
    }

    void signal_batch(const std::vector<HeldMember>& batch, const Members& members) {
        for (const HeldMember& member : batch) {
            if (is_listed(members, member.pid)) {
                note(send_pidfd_signal(member.pidfd, signal_));
            } else {
                forget(member.pid);  // it may come again as another process
            }
        }
    }

    /// Before Linux 5.3: the membership is looked up as late as possible.
    void signal_by_number(std::int32_t pid) {
        const Result<Memberships> memberships = read_memberships(pid);
        const bool is_member = memberships && std::ranges::any_of(cgroups_, [&](const Cgroup& cgroup) {
                                   const std::string* path = find_path(*memberships, cgroup.hierarchies);
                                   return path != nullptr && is_at_or_below(*path, cgroup.path);
                               });
        if (is_member && ::kill(pid, signal_.number) == 0) {
            ++report_.signalled;
        } else if (is_member) {
            note(error_from_errno(errno, fmt::format("kill {}", pid)));
        }
    }

    void note(const Result<void>& sent) {
        if (sent) {
            ++report_.signalled;
        } else {
            note(sent.error());
        }
    }

    void note(const Error& error) {
        if (error.code != ErrorCode::gone && !report_.error) {
            report_.error = error;
        }
    }

    template <class Iterator>
    void remember(Iterator begin, Iterator end) {
        std::vector<std::int32_t> merged;
        std::ranges::set_union(tried_, std::ranges::subrange(begin, end), std::back_inserter(merged));
        tried_ = std::move(merged);
    }

    void forget(std::int32_t pid) {
        const auto found = std::ranges::lower_bound(tried_, pid);
        if (found != tried_.end() && *found == pid) {
            tried_.erase(found);
        }
    }

    std::span<const Cgroup> cgroups_;
    Signal signal_;
    OwnProcess& own_;
    std::vector<std::int32_t> tried_;  ///< sorted
    WalkReport report_;
};

}  // namespace

Result<WalkReport> signal_members(std::span<const Cgroup> cgroups, Signal signal, Passes passes, OwnProcess& own) {
    return Walk(cgroups, signal, own).run(passes);
}

}  // namespace cstop::kernel
