#pragma once
// A machine of the test's own: its containers do what the test says, its clock moves only when somebody waits.

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "kernel/system.hpp"
#include "model/audience.hpp"
#include "model/plan.hpp"

namespace cstop::test {

using std::chrono::milliseconds;

/// How one container behaves. Found by its id.
struct FakeContainer {
    // What it does.
    std::map<int, milliseconds> dies_of{{9, milliseconds(0)}};  ///< signal -> how long init takes to die of it
    std::size_t others = 0;                                     ///< processes that outlive init (shared pid namespace)
    bool others_die = true;                                     ///< of SIGKILL
    std::optional<milliseconds> leaves_after;                   ///< init ends by itself
    kernel::ExitStatus exit{.by_signal = false, .value = 0};
    bool init_is_in_cgroup = true;
    bool has_cgroup = true;
    std::size_t escapees = 0;  ///< processes outside of the cgroups that outlive everything
    bool starves = false;      ///< dies of nothing until its CPU quota is lifted

    // What goes wrong.
    std::map<int, Error> send_errors;
    std::optional<Error> open_error;
    std::optional<Error> kill_all_error;
    std::optional<Error> remains_error;
    std::optional<Error> thaw_error;
    bool is_locked_by_another = false;
    std::optional<std::string> idle_reaper;

    // What it looks like.
    bool init_is_alive = true;
    bool is_frozen = false;
    bool is_job_stopped = false;
    bool has_private_pid_namespace = false;
    std::optional<kernel::SignalSets> signals;
    std::optional<kernel::SignalSets> signals_later;  ///< once a signal was sent; none: the same
    std::optional<kernel::Examination> examination;   ///< none: what follows from the rest

    // State of the fake.
    bool is_recreated = false;
    bool is_state_watched = false;
    bool is_open = false;
    std::set<int> pending;  ///< signals that wait for the thaw
};

class FakeSystem : public kernel::System {
public:
    FakeContainer& add(const std::string& id) {
        ids_.push_back(id);
        return containers_[id];
    }
    FakeContainer& operator[](const std::string& id) { return containers_.at(id); }

    /// At `when` on the fake clock, the user presses Ctrl-C (or worse).
    void interrupt_at(milliseconds when, Signal signal) {
        at(when, [this, signal] {
            events_.push_back({.kind = kernel::Event::Kind::interrupted, .handle = 0, .signal = signal});
        });
    }
    void at(milliseconds when, std::function<void()> what) { agenda_.emplace(kernel::Instant(when), std::move(what)); }

    milliseconds elapsed() const { return std::chrono::duration_cast<milliseconds>(now_.time_since_epoch()); }
    /// "0 send SIGTERM a", "10000 kill all a", ... in the order of what was done. Reading is not noted.
    std::vector<std::string> log;
    std::size_t waits = 0;
    std::size_t most_open = SIZE_MAX;  ///< open() fails with EMFILE above
    std::optional<Error> wait_error;
    bool is_opening_finished = false;

    kernel::Instant now() override { return now_; }

    void finish_opening() override { is_opening_finished = true; }

    Result<kernel::Opened> open(const kernel::Target& target) override {
        auto& it = containers_.at(target.id);
        if (is_opening_finished) {
            throw std::logic_error("opened after finish_opening: " + target.id);
        }
        if (it.open_error.has_value()) {
            return Failure(*it.open_error);
        }
        if (open_count_ >= most_open) {
            return fail_with_errno(24, "pidfd_open");
        }
        if (it.is_open) {
            throw std::logic_error("opened twice: " + target.id);
        }
        it.is_open = true;
        ++open_count_;
        kernel::Opened opened;
        opened.handle = static_cast<kernel::Handle>(std::find(ids_.begin(), ids_.end(), target.id) - ids_.begin());
        opened.init_is_alive = it.init_is_alive;
        opened.is_populated = it.init_is_alive || it.others > 0;
        opened.is_frozen = it.is_frozen;
        opened.has_private_pid_namespace = it.has_private_pid_namespace;
        opened.command = "init";
        opened.signals = it.signals;
        opened.cgroup_refusal = it.has_cgroup ? "" : "it has no cgroup of its own";
        if (it.leaves_after.has_value()) {
            at(elapsed() + *it.leaves_after, [this, id = target.id] { end_init(id, containers_.at(id).exit); });
        }
        return opened;
    }

    void close(kernel::Handle handle) override {
        auto& it = of(handle);
        if (!it.is_open) {
            throw std::logic_error("closed twice: " + ids_.at(handle));
        }
        it.is_open = false;
        --open_count_;
    }

    bool lock_stop(kernel::Handle handle) override { return !open_of(handle).is_locked_by_another; }

    Result<std::string> send_signal(kernel::Handle handle, Signal signal) override {
        auto& it = open_of(handle);
        note(fmt::format("send {} {}", format_signal(signal), ids_[handle]));
        if (const auto found = it.send_errors.find(signal.number); found != it.send_errors.end()) {
            return Failure(found->second);
        }
        if (!it.init_is_alive) {
            return fail_with_errno(3, "pidfd_send_signal");
        }
        deliver(ids_[handle], signal);
        return std::string("pidfd");
    }

    Result<bool> resume_init(kernel::Handle handle) override {
        auto& it = open_of(handle);
        if (!it.is_job_stopped) {
            return false;
        }
        note("continue " + ids_[handle]);
        it.is_job_stopped = false;
        return true;
    }

    std::optional<kernel::SignalSets> read_signals(kernel::Handle handle) override {
        const auto& it = open_of(handle);
        return it.signals_later.has_value() ? it.signals_later : it.signals;
    }

    Result<bool> thaw(kernel::Handle handle) override {
        auto& it = open_of(handle);
        if (it.thaw_error.has_value()) {
            return Failure(*it.thaw_error);
        }
        if (!it.is_frozen) {
            return false;
        }
        note("thaw " + ids_[handle]);
        it.is_frozen = false;
        for (const int number : std::exchange(it.pending, {})) {
            deliver(ids_[handle], Signal{number});
        }
        return true;
    }

    Result<kernel::KillReport> kill_all(kernel::Handle handle) override {
        auto& it = open_of(handle);
        note("kill all " + ids_[handle]);
        if (it.kill_all_error.has_value()) {
            return Failure(*it.kill_all_error);
        }
        kernel::KillReport report;
        report.way = it.has_cgroup ? "cgroup.kill" : "init alone";
        report.reason = it.has_cgroup ? "" : "it has no cgroup of its own";
        report.signalled = (it.init_is_alive ? 1 : 0) + (it.has_cgroup ? it.others : 0);
        it.is_frozen = false;
        if (it.init_is_alive && (it.init_is_in_cgroup || !it.has_cgroup)) {
            deliver(ids_[handle], sigkill);
        }
        if (it.has_cgroup && it.others > 0 && it.others_die && !it.starves) {
            at(elapsed() + milliseconds(1), [this, handle] {
                of(handle).others = 0;
                tell(handle, kernel::Event::Kind::cgroup_changed);
            });
        }
        return report;
    }

    Result<kernel::KillReport> signal_all(kernel::Handle handle, Signal signal) override {
        auto& it = open_of(handle);
        note(fmt::format("signal all {} {}", format_signal(signal), ids_[handle]));
        if (it.init_is_alive) {
            deliver(ids_[handle], signal);
        }
        return kernel::KillReport{.signalled = it.others + 1, .way = "walk", .reason = ""};
    }

    Result<kernel::Remains> read_remains(kernel::Handle handle) override {
        auto& it = open_of(handle);
        if (it.remains_error.has_value()) {
            return Failure(*it.remains_error);
        }
        const bool init_counts = it.init_is_alive && it.init_is_in_cgroup;
        return kernel::Remains{
            .init_is_alive = it.init_is_alive, .processes = it.others + (init_counts ? 1 : 0), .doubt = ""};
    }

    kernel::Examination examine(kernel::Handle handle) override {
        const auto& it = open_of(handle);
        if (it.examination.has_value()) {
            return *it.examination;
        }
        using Init = kernel::Examination::Init;
        kernel::Examination examination;
        examination.init = it.init_is_alive ? Init::alive : Init::gone;
        examination.state = it.is_job_stopped ? 'T' : 'S';
        examination.handle = it.init_is_alive ? "pidfd" : "";
        examination.process_count = it.others + (it.init_is_alive && it.init_is_in_cgroup ? 1 : 0);
        examination.kill_all.way = it.has_cgroup ? "cgroup.kill" : "init alone";
        if (it.has_cgroup) {
            examination.cgroups = {
                {.path = "/a", .hierarchies = {""}, .directory = "/sys/fs/cgroup/a", .is_frozen = it.is_frozen}};
        }
        if (it.is_locked_by_another) {
            examination.lock_holder = kernel::ProcessReport{.pid = 812, .command = "cstop"};
        }
        return examination;
    }

    std::size_t count_processes(kernel::Handle handle) override {
        const auto& it = open_of(handle);
        return it.others + (it.init_is_alive ? 1 : 0);
    }

    Result<void> watch_state(kernel::Handle handle) override {
        open_of(handle).is_state_watched = true;
        return {};
    }
    bool is_recreated(kernel::Handle handle) override { return open_of(handle).is_recreated; }

    std::optional<kernel::ExitStatus> read_exit(kernel::Handle handle) override {
        auto& it = open_of(handle);
        return it.init_is_alive ? std::nullopt : std::optional(it.exit);
    }
    std::optional<std::string> read_idle_reaper(kernel::Handle handle) override { return open_of(handle).idle_reaper; }

    Result<bool> lift_cpu_quota(kernel::Handle handle) override {
        auto& it = open_of(handle);
        if (!it.starves) {
            return false;
        }
        note("lift quota " + ids_[handle]);
        it.starves = false;
        for (const int number : std::exchange(it.pending, {})) {
            deliver(ids_[handle], Signal{number});
        }
        return true;
    }

    std::vector<kernel::SurvivorReport> examine_survivors(kernel::Handle handle) override {
        open_of(handle);
        return {
            {.pid = 42, .command = "stuck", .state = 'D', .wchan = "io_schedule", .cause = "uninterruptible sleep"}};
    }

    std::vector<kernel::SurvivorReport> examine_escapees(kernel::Handle handle) override {
        if (open_of(handle).escapees == 0) {
            return {};
        }
        return {{.pid = 43, .command = "away", .state = 'S', .wchan = "", .cause = "escaped", .is_escapee = true}};
    }

    Result<std::span<const kernel::Event>> wait(std::optional<kernel::Instant> until) override {
        ++waits;
        events_.clear();
        if (wait_error.has_value()) {
            return Failure(*wait_error);
        }
        while (events_.empty()) {
            if (agenda_.empty() || (until.has_value() && agenda_.begin()->first > *until)) {
                if (!until.has_value()) {
                    throw std::logic_error("waits for ever");
                }
                now_ = std::max(now_, *until);
                break;
            }
            now_ = std::max(now_, agenda_.begin()->first);
            auto what = std::move(agenda_.begin()->second);
            agenda_.erase(agenda_.begin());
            what();
        }
        return std::span<const kernel::Event>(events_);
    }

    /// The event `kind` of `handle`, if somebody has it open.
    void tell(kernel::Handle handle, kernel::Event::Kind kind) {
        if (of(handle).is_open) {
            events_.push_back({.kind = kind, .handle = handle, .signal = {}});
        }
    }
    void end_init(const std::string& id, kernel::ExitStatus exit) {
        auto& it = containers_.at(id);
        if (!it.init_is_alive) {
            return;
        }
        it.init_is_alive = false;
        it.exit = exit;
        tell(static_cast<kernel::Handle>(std::find(ids_.begin(), ids_.end(), id) - ids_.begin()),
             kernel::Event::Kind::init_exited);
    }
    std::size_t open_count() const { return open_count_; }
    bool is_frozen(kernel::Handle handle) { return of(handle).is_frozen; }

private:
    FakeContainer& of(kernel::Handle handle) { return containers_.at(ids_.at(handle)); }
    FakeContainer& open_of(kernel::Handle handle) {
        auto& it = of(handle);
        if (!it.is_open) {
            throw std::logic_error("used after close: " + ids_.at(handle));
        }
        return it;
    }
    void note(const std::string& what) { log.push_back(fmt::format("{} {}", elapsed().count(), what)); }

    void deliver(const std::string& id, Signal signal) {
        auto& it = containers_.at(id);
        if (it.is_frozen || it.starves) {
            it.pending.insert(signal.number);
            return;
        }
        const auto found = it.dies_of.find(signal.number);
        if (found == it.dies_of.end()) {
            return;
        }
        const auto exit = signal == sigkill ? kernel::ExitStatus{.by_signal = true, .value = 9} : it.exit;
        at(elapsed() + found->second, [this, id, exit] { end_init(id, exit); });
    }

    std::vector<std::string> ids_;
    std::map<std::string, FakeContainer> containers_;
    std::multimap<kernel::Instant, std::function<void()>> agenda_;
    std::vector<kernel::Event> events_;
    kernel::Instant now_{};
    std::size_t open_count_ = 0;
};

/// Writes down what is told.
class NotingAudience : public model::Audience {
public:
    void on_step(std::size_t plan, const model::StepReport& step) override {
        notes.push_back(
            fmt::format("{}: {}@{} {}", plan, format_signal(step.signal), model::format_aim(step.aim), step.result));
    }
    void on_escalation(std::size_t plan, Signal failed, Duration waited) override {
        notes.push_back(fmt::format("{}: {} failed in {}", plan, format_signal(failed), format_duration(waited)));
    }
    void on_warning(std::size_t plan, std::string_view sentence) override {
        notes.push_back(fmt::format("{}: warning: {}", plan, sentence));
    }
    void on_outcome(std::size_t plan, const model::Outcome& outcome) override {
        notes.push_back(fmt::format("{}: {}", plan, model::format_kind(outcome.kind)));
        ++outcomes[plan];
    }
    std::vector<std::string> notes;
    std::map<std::size_t, int> outcomes;
};

inline model::Plan plan_for(const std::string& id, std::string_view schedule) {
    model::Plan plan;
    plan.word = id;
    plan.container.id = id;
    plan.container.status = model::Status::running;
    plan.schedule = *model::parse_schedule(schedule);
    return plan;
}

}  // namespace cstop::test
