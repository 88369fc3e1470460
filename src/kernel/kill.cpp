#include "kernel/kill.hpp"

#include <algorithm>
#include <iterator>
#include <signal.h>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "kernel/foreign_init.hpp"
#include "kernel/freezer.hpp"
#include "kernel/member_walk.hpp"
#include "kernel/members.hpp"

namespace cstop::kernel {

namespace {

/// Thaws on every way out what SIGKILL is waiting for: what we froze, what was paused before, sub-cgroups that the
/// container froze itself (faults.md F06b).
class ThawAtEnd {
public:
    explicit ThawAtEnd(std::span<const Cgroup> cgroups) : cgroups_(cgroups) {}
    ThawAtEnd(const ThawAtEnd&) = delete;
    ThawAtEnd& operator=(const ThawAtEnd&) = delete;
    ~ThawAtEnd() {
        for (const Cgroup& cgroup : cgroups_) {
            static_cast<void>(thaw_tree(cgroup));
        }
    }

private:
    std::span<const Cgroup> cgroups_;
};

/// Ctrl-Z waits while this lives: a cstop that is stopped would leave frozen what it has frozen.
class NoJobControl {
public:
    NoJobControl() {
        sigset_t signals;
        ::sigemptyset(&signals);
        for (const int number : {SIGTSTP, SIGTTIN, SIGTTOU}) {
            ::sigaddset(&signals, number);
        }
        ::pthread_sigmask(SIG_BLOCK, &signals, &before_);
    }
    NoJobControl(const NoJobControl&) = delete;
    NoJobControl& operator=(const NoJobControl&) = delete;
    ~NoJobControl() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

private:
    sigset_t before_{};
};

std::string name_walk(bool is_frozen) {
    return is_frozen ? "freeze and walk" : "walk";
}

Result<KillReport> freeze_and_walk(std::span<const Cgroup> cgroups, OwnProcess& own, std::string reason) {
    const NoJobControl no_job_control;  // before the freeze: destroyed after the thaw
    const ThawAtEnd thaw(cgroups);
    std::vector<Freeze> frozen;
    for (const Cgroup& cgroup : cgroups) {
        if (!has_freezer(cgroup)) {
            continue;
        }
        if (Result<Freeze> freeze = Freeze::make(cgroup)) {
            frozen.push_back(*std::move(freeze));
        }
    }
    CSTOP_TRY(const WalkReport walked, signal_members(cgroups, sigkill, Passes::until_quiet, own));
    if (walked.error && walked.signalled == 0) {
        return Failure(*walked.error);
    }
    if (walked.error) {
        reason = format_error(*walked.error);
    }
    return KillReport{.signalled = walked.signalled, .way = name_walk(!frozen.empty()), .reason = std::move(reason)};
}

/// The way of freeze_and_walk.
std::string foresee_walk(std::span<const Cgroup> cgroups) {
    return name_walk(std::ranges::any_of(
        cgroups, [](const Cgroup& cgroup) { return has_freezer(cgroup) && check_freezer(cgroup).has_value(); }));
}

/// The v1 hierarchies, which come after the v2 one (own_cgroups.hpp).
std::span<const Cgroup> v1_of(std::span<const Cgroup> cgroups) {
    const auto first = std::ranges::find_if(cgroups, [](const Cgroup& cgroup) { return !cgroup.is_v2; });
    return {first, cgroups.end()};
}

constexpr std::string_view only_in_v1 = "some processes are only in v1 hierarchies: ";

bool has_others(const Members& all, const Members& known) {
    return !std::ranges::includes(known.pids, all.pids);
}

}  // namespace

std::string explain_danger(const Members& members, const InitProcess& init, OwnProcess& own) {
    if (members.hidden > 0) {
        return "some processes inside are outside of cstop's pid namespace, and may be an ancestor of it";
    }
    for (const std::int32_t pid : members.pids) {
        if (own.is_untouchable(pid)) {
            return pid == own.pid() ? "cstop itself is inside"
                                    : fmt::format("process {} is inside, {}", pid,
                                                  pid == 1 ? "the first of this machine" : "an ancestor of cstop");
        }
    }
    if (const auto foreign = find_foreign_init(members, init)) {
        return fmt::format("process {} is inside, the init of another container", *foreign);
    }
    return "";
}

Result<KillReport> kill_cgroups(std::span<const Cgroup> cgroups, const InitProcess& init, OwnProcess& own) {
    CSTOP_TRY(const Members everybody, read_members(cgroups));
    if (const std::string danger = explain_danger(everybody, init, own); !danger.empty()) {
        return fail(ErrorCode::denied, "kill the cgroup: " + danger);
    }
    // An init that has left would see its children die, and start new ones outside (faults.md F23).
    if (!std::ranges::binary_search(everybody.pids, init.pid())) {
        static_cast<void>(init.send(sigkill));
    }
    const std::span<const Cgroup> v1 = v1_of(cgroups);
    const std::span<const Cgroup> v2 = cgroups.first(cgroups.size() - v1.size());
    if (v2.empty()) {
        return freeze_and_walk(cgroups, own, "");
    }
    // SIGKILL reaches a frozen v2 cgroup, but nobody else would ever thaw what is left of it.
    const ThawAtEnd thaw(cgroups);
    // Before the write: afterwards the list is empty, and who was only in v1 could not be told.
    const Members in_v2 = v1.empty() ? everybody : read_members(v2).value_or(Members());
    for (const Cgroup& cgroup : v2) {
        const Result<void> killed = write_control(cgroup.directory, "cgroup.kill", "1");
        if (!killed && killed.error().code != ErrorCode::gone) {
            return freeze_and_walk(cgroups, own, format_error(killed.error()));
        }
    }
    KillReport report{.signalled = everybody.count(), .way = "cgroup.kill", .reason = ""};
    if (has_others(everybody, in_v2)) {
        CSTOP_TRY(const KillReport walked, freeze_and_walk(v1, own, ""));
        report.reason = std::string(only_in_v1) + walked.way;
    }
    return report;
}

KillReport foresee_kill(std::span<const Cgroup> cgroups, const InitProcess& init, OwnProcess& own) {
    const Result<Members> everybody = read_members(cgroups);
    if (!everybody) {
        return {.signalled = 0, .way = "nobody", .reason = format_error(everybody.error())};
    }
    if (std::string danger = explain_danger(*everybody, init, own); !danger.empty()) {
        return {.signalled = 0, .way = "nobody", .reason = std::move(danger)};
    }
    const std::span<const Cgroup> v1 = v1_of(cgroups);
    const std::span<const Cgroup> v2 = cgroups.first(cgroups.size() - v1.size());
    KillReport report{.signalled = everybody->count(), .way = "cgroup.kill", .reason = ""};
    for (const Cgroup& cgroup : v2) {
        const Result<void> checked = check_control(cgroup.directory, "cgroup.kill");
        if (!checked && checked.error().code != ErrorCode::gone) {
            report.reason = format_error(checked.error());
        }
    }
    if (v2.empty() || !report.reason.empty()) {
        report.way = foresee_walk(cgroups);
    } else if (!v1.empty() && has_others(*everybody, read_members(v2).value_or(Members()))) {
        report.reason = std::string(only_in_v1) + foresee_walk(v1);
    }
    return report;
}

}  // namespace cstop::kernel
