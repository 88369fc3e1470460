#include "kernel/linux_system.hpp"

#include <algorithm>
#include <cerrno>
#include <sys/file.h>
#include <sys/resource.h>
#include <utility>

#include <climits>
#include <fmt/format.h>

#include "kernel/confinement.hpp"
#include "kernel/container_watch.hpp"
#include "kernel/cpu_quota.hpp"
#include "kernel/diagnosis.hpp"
#include "kernel/event_loop.hpp"
#include "kernel/examination.hpp"
#include "kernel/exit_status.hpp"
#include "kernel/freezer.hpp"
#include "kernel/held_container.hpp"
#include "kernel/interruption.hpp"
#include "kernel/kill.hpp"
#include "kernel/member_walk.hpp"
#include "kernel/members.hpp"
#include "kernel/mounts.hpp"
#include "kernel/own_process.hpp"
#include "kernel/permission.hpp"
#include "kernel/process_status.hpp"
#include "kernel/state_watch.hpp"

namespace cstop::kernel {

namespace {

constexpr std::uint64_t interruption_token = UINT64_MAX;
constexpr std::uint64_t state_watch_token = UINT64_MAX - 1;

/// Only where nothing can tell the end of a process (before Linux 5.3): the one place where time is looked at again and
/// again.
constexpr auto polling_interval = std::chrono::milliseconds(20);

/// Thousands of containers are thousands of pidfds. The limit that is in force now.
int raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return INT_MAX;
    }
    if (limit.rlim_cur < limit.rlim_max) {
        const rlimit raised{.rlim_cur = limit.rlim_max, .rlim_max = limit.rlim_max};
        limit.rlim_cur = ::setrlimit(RLIMIT_NOFILE, &raised) == 0 ? limit.rlim_max : limit.rlim_cur;
    }
    return static_cast<int>(std::min<rlim_t>(limit.rlim_cur, INT_MAX));
}

/// What a stop opens for moments: a file of /proc, a cgroup below with its lists, a member's pidfd. Without them it
/// would be stuck half way (faults.md F31).
constexpr int spare_descriptors = 6;

/// The kernel gives the lowest number that is free, so the highest tells how many there are.
int highest_descriptor(const HeldContainer& held) {
    int highest = std::max(held.init.pidfd().number(), held.state_directory.number());
    for (const Cgroup& cgroup : held.cgroups) {
        highest = std::max(highest, cgroup.directory.number());
    }
    return highest;
}

class LinuxSystem final : public System {
public:
    LinuxSystem(OwnProcess own, EventLoop loop, Interruption interruption, AfterOpening after_opening)
        : own_(std::move(own)),
          after_opening_(after_opening),
          mounts_(own_cgroup_mounts()),
          loop_(std::move(loop)),
          interruption_(std::move(interruption)) {}

    Instant now() override { return read_clock(); }
    Result<Opened> open(const Target& target) override;
    void finish_opening() override;
    void close(Handle handle) override;
    bool lock_stop(Handle handle) override;
    Result<std::string> send_signal(Handle handle, Signal signal) override;
    Result<bool> resume_init(Handle handle) override;
    std::optional<SignalSets> read_signals(Handle handle) override;
    Result<bool> thaw(Handle handle) override;
    Result<KillReport> kill_all(Handle handle) override;
    Result<KillReport> signal_all(Handle handle, Signal signal) override;
    Examination examine(Handle handle) override { return examine_container(at(handle), own_); }
    Result<Remains> read_remains(Handle handle) override;
    std::size_t count_processes(Handle handle) override;
    Result<void> watch_state(Handle handle) override;
    bool is_recreated(Handle handle) override;
    std::optional<ExitStatus> read_exit(Handle handle) override;
    std::optional<std::string> read_idle_reaper(Handle handle) override;
    Result<bool> lift_cpu_quota(Handle handle) override;
    std::vector<SurvivorReport> examine_survivors(Handle handle) override;
    std::vector<SurvivorReport> examine_escapees(Handle handle) override;
    Result<std::span<const Event>> wait(std::optional<Instant> until) override;

    Result<void> watch_interruption() {
        return loop_.add(interruption_.descriptor(), Readiness::readable, interruption_token);
    }

private:
    HeldContainer& at(Handle handle) { return *containers_.at(handle); }
    Handle find_room();  ///< the last of free_
    void add_event(std::uint64_t token);
    void add_polled_events();
    void add_state_events();
    bool has_polled() const;
    static Result<KillReport> signal_init_alone(const HeldContainer& held, Signal signal, std::string reason);

    OwnProcess own_;
    AfterOpening after_opening_;
    int most_descriptors_ = raise_descriptor_limit();
    Containers opened_ = Containers::all_are_ours;
    CgroupMounts& mounts_;
    EventLoop loop_;
    Interruption interruption_;
    std::optional<StateWatch> state_watch_;                   ///< once somebody is watched
    std::vector<std::unique_ptr<HeldContainer>> containers_;  ///< by handle; empty: closed
    std::vector<Handle> free_;
    std::vector<Event> events_;
};

Handle LinuxSystem::find_room() {
    if (free_.empty()) {
        free_.push_back(containers_.size());
        containers_.emplace_back();
    }
    return free_.back();
}

void LinuxSystem::close(Handle handle) {
    if (containers_.at(handle)) {
        containers_[handle].reset();
        free_.push_back(handle);
    }
}

Result<Opened> LinuxSystem::open(const Target& target) {
    Opened opened;
    CSTOP_TRY(std::unique_ptr<HeldContainer> held, hold_container(target, own_, mounts_, opened));
    opened.handle = find_room();
    if (highest_descriptor(*held) >= most_descriptors_ - spare_descriptors) {
        return fail_with_errno(EMFILE, "hold the container");
    }
    CSTOP_CHECK(watch_init(loop_, *held, opened.handle));
    if (target.state_owner != own_.user() || has_cgroup_of_others(held->cgroups, own_.user())) {
        opened_ = Containers::some_are_others;
    }
    free_.pop_back();
    containers_[opened.handle] = std::move(held);
    return opened;
}

void LinuxSystem::finish_opening() {
    if (after_opening_ == AfterOpening::drop_capabilities) {
        drop_opening_capabilities(opened_);
    }
}

bool LinuxSystem::lock_stop(Handle handle) {
    const Directory& directory = at(handle).state_directory;
    if (!directory.is_open()) {
        return true;
    }
    int result = -1;
    do {
        result = ::flock(directory.number(), LOCK_EX | LOCK_NB);
    } while (result != 0 && errno == EINTR);
    return result == 0 || errno != EWOULDBLOCK;
}

Result<std::string> LinuxSystem::send_signal(Handle handle, Signal signal) {
    const HeldContainer& held = at(handle);
    auto sent = held.init.send(signal);
    if (!sent) {
        return Failure(advise_signalling(std::move(sent).error(), held.owner));
    }
    return sent;
}

Result<bool> LinuxSystem::resume_init(Handle handle) {
    const InitProcess& init = at(handle).init;
    CSTOP_TRY(const ProcessStat stat, init.read_stat());
    if (stat.state != 'T') {
        return false;
    }
    CSTOP_CHECK(init.send(sigcont));
    return true;
}

std::optional<SignalSets> LinuxSystem::read_signals(Handle handle) {
    const InitProcess& init = at(handle).init;
    const Result<SignalSets> sets = read_signal_sets(init.pid());
    // Asked afterwards: until then the pid was its own.
    return sets && init.is_alive() ? std::optional(*sets) : std::nullopt;
}

Result<bool> LinuxSystem::thaw(Handle handle) {
    bool is_thawed = false;
    for (const Cgroup& cgroup : at(handle).cgroups) {
        CSTOP_TRY(const bool one, thaw_tree(cgroup));
        is_thawed = is_thawed || one;
    }
    return is_thawed;
}

Result<KillReport> LinuxSystem::signal_init_alone(const HeldContainer& held, Signal signal, std::string reason) {
    KillReport report{.signalled = 0, .way = "init alone", .reason = std::move(reason)};
    const Result<std::string> sent = held.init.send(signal);
    if (sent) {
        report.signalled = 1;
    } else if (sent.error().code != ErrorCode::gone) {
        return Failure(advise_signalling(sent.error(), held.owner));
    }
    return report;
}

Result<KillReport> LinuxSystem::kill_all(Handle handle) {
    HeldContainer& held = at(handle);
    if (held.cgroups.empty()) {
        return signal_init_alone(held, sigkill, held.refusal);
    }
    Result<KillReport> report = kill_cgroups(held.cgroups, held.init, own_);
    held.is_killed = report.has_value();
    // Init may have been moved out (faults.md F23), or the cgroup may not be killed: it is signalled by itself as well.
    if (!report) {
        Result<KillReport> alone = signal_init_alone(held, sigkill, format_error(report.error()));
        const bool is_any_signalled = alone && alone->signalled > 0;
        if (is_any_signalled) {
            return alone;
        }
        return Failure(advise_signalling(std::move(report).error(), held.owner));
    }
    static_cast<void>(held.init.send(sigkill));
    return report;
}

Result<KillReport> LinuxSystem::signal_all(Handle handle, Signal signal) {
    const HeldContainer& held = at(handle);
    if (held.cgroups.empty()) {
        return signal_init_alone(held, signal, held.refusal);
    }
    CSTOP_TRY(const WalkReport walked, signal_members(held.cgroups, signal, Passes::one, own_));
    if (walked.signalled == 0 && walked.error) {
        return Failure(advise_signalling(*walked.error, held.owner));
    }
    return KillReport{
        .signalled = walked.signalled, .way = "walk", .reason = walked.error ? format_error(*walked.error) : ""};
}

Result<Remains> LinuxSystem::read_remains(Handle handle) {
    return look_and_watch(loop_, at(handle), handle);
}

std::size_t LinuxSystem::count_processes(Handle handle) {
    const HeldContainer& held = at(handle);
    const std::size_t alive = held.init.is_alive() ? 1 : 0;
    const std::span<const Cgroup> first = std::span(held.cgroups).first(held.cgroups.empty() ? 0 : 1);
    return std::max(alive, read_members(first).value_or(Members()).count());
}

Result<void> LinuxSystem::watch_state(Handle handle) {
    if (!state_watch_) {
        CSTOP_TRY(StateWatch watch, StateWatch::make());
        CSTOP_CHECK(loop_.add(watch.descriptor(), Readiness::readable, state_watch_token));
        state_watch_ = std::move(watch);
    }
    const std::string& path = at(handle).state_directory.path();
    CSTOP_CHECK(state_watch_->add(path.substr(0, path.rfind('/'))));
    at(handle).is_state_watched = true;
    return {};
}

bool LinuxSystem::is_recreated(Handle handle) {
    const HeldContainer& held = at(handle);
    const auto before = read_identity(held.state_directory);
    const auto now = read_identity(held.state_directory.path());
    return held.is_replaced || (before && now && before != now);
}

void LinuxSystem::add_state_events() {
    if (!state_watch_) {
        return;
    }
    state_watch_->drain();
    static_cast<void>(loop_.arm_again(state_watch_->descriptor(), Readiness::readable, state_watch_token));
    for (Handle handle = 0; handle < containers_.size(); ++handle) {
        if (containers_[handle] && containers_[handle]->is_state_watched) {
            events_.push_back({.kind = Event::Kind::state_changed, .handle = handle, .signal = {}});
        }
    }
}

std::optional<ExitStatus> LinuxSystem::read_exit(Handle handle) {
    return read_exit_status(at(handle).init);
}

std::optional<std::string> LinuxSystem::read_idle_reaper(Handle handle) {
    const InitProcess& init = at(handle).init;
    const Result<ProcessStat> stat = init.read_stat();
    if (!stat || stat->state != 'Z' || stat->threads > 1) {
        return std::nullopt;
    }
    const Result<ProcessStat> parent = read_process_stat(stat->parent);
    const bool can_reap = parent && !is_at_rest(*parent);
    // Every init is a zombie for the moment that a healthy parent needs.
    if (can_reap && at(handle).init_was_alive) {
        return std::nullopt;
    }
    return describe_process(stat->parent);
}

Result<bool> LinuxSystem::lift_cpu_quota(Handle handle) {
    return lift_cpu_quotas(at(handle).cgroups);
}

std::vector<SurvivorReport> LinuxSystem::examine_survivors(Handle handle) {
    return kernel::examine(at(handle).init, at(handle).cgroups);
}

std::vector<SurvivorReport> LinuxSystem::examine_escapees(Handle handle) {
    // Not held any longer than needed: it keeps the container's file systems mounted.
    const Descriptor mount_namespace = std::move(at(handle).mount_namespace);
    if (!mount_namespace.is_open()) {
        return {};
    }
    return kernel::examine_escapees(mount_namespace, read_members(at(handle).given_up).value_or(Members()));
}

void LinuxSystem::add_event(std::uint64_t token) {
    if (token == interruption_token) {
        while (const std::optional<Signal> signal = interruption_.take()) {
            events_.push_back({.kind = Event::Kind::interrupted, .handle = 0, .signal = *signal});
        }
        static_cast<void>(loop_.arm_again(interruption_.descriptor(), Readiness::readable, interruption_token));
        return;
    }
    if (token == state_watch_token) {
        add_state_events();
        return;
    }
    const auto [handle, watched] = parse_token(token);
    if (handle < containers_.size() && containers_[handle]) {
        events_.push_back({.kind = note_fired(*containers_[handle], watched), .handle = handle, .signal = {}});
    }
}

bool LinuxSystem::has_polled() const {
    return std::ranges::any_of(containers_, [](const auto& held) { return held && held->is_polled; });
}

void LinuxSystem::add_polled_events() {
    for (Handle handle = 0; handle < containers_.size(); ++handle) {
        const auto& held = containers_[handle];
        if (!held || !held->is_polled || held->init.is_alive()) {
            continue;
        }
        const bool is_news = held->init.pidfd().is_open();
        events_.push_back(
            {.kind = is_news ? Event::Kind::cgroup_changed : Event::Kind::init_exited, .handle = handle, .signal = {}});
    }
}

Result<std::span<const Event>> LinuxSystem::wait(std::optional<Instant> until) {
    events_.clear();
    while (true) {
        std::optional<Instant> next = until;
        const bool is_polling = has_polled();
        if (is_polling) {
            const Instant soon = now() + polling_interval;
            next = until ? std::min(*until, soon) : soon;
        }
        CSTOP_TRY(const std::span<const std::uint64_t> tokens, loop_.wait(next));
        for (const std::uint64_t token : tokens) {
            add_event(token);
        }
        if (is_polling) {
            add_polled_events();
        }
        if (!events_.empty() || (until && now() >= *until)) {
            return std::span<const Event>(events_);
        }
    }
}

}  // namespace

Result<std::unique_ptr<System>> make_linux_system(AfterOpening after_opening) {
    CSTOP_TRY(OwnProcess own, OwnProcess::read());
    CSTOP_TRY(EventLoop loop, EventLoop::make());
    CSTOP_TRY(Interruption interruption, Interruption::make());
    auto system =
        std::make_unique<LinuxSystem>(std::move(own), std::move(loop), std::move(interruption), after_opening);
    CSTOP_CHECK(system->watch_interruption());
    return Result<std::unique_ptr<System>>(std::move(system));
}

Result<std::unique_ptr<System>> make_watching_system() {
    CSTOP_TRY(OwnProcess own, OwnProcess::read());
    CSTOP_TRY(EventLoop loop, EventLoop::make());
    auto system =
        std::make_unique<LinuxSystem>(std::move(own), std::move(loop), Interruption(), AfterOpening::keep_capabilities);
    return Result<std::unique_ptr<System>>(std::move(system));
}

}  // namespace cstop::kernel
