#include "stop/examination.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "stop/forecast.hpp"
#include "stop/futility.hpp"
#include "stop/target.hpp"
#include "stop/walk.hpp"

namespace cstop::stop {

namespace {

using kernel::Examination;
using model::Evidence;
using model::Identity;
using model::Reception;

constexpr std::string_view nobody = "nobody";

Identity identify(const model::Container& container, const Examination& examination) {
    switch (examination.init) {
        case Examination::Init::alive:
            return container.start_time != 0 ? Identity::proven_by_start_time : Identity::proven_by_cgroup;
        case Examination::Init::zombie: return Identity::zombie;
        case Examination::Init::another: return Identity::another;
        case Examination::Init::gone: break;
    }
    return container.pid.has_value() ? Identity::ended : Identity::never_started;
}

std::vector<model::CgroupEvidence> take_cgroups(std::vector<kernel::CgroupReport> reports) {
    std::vector<model::CgroupEvidence> cgroups;
    cgroups.reserve(reports.size());
    for (auto& report : reports) {
        cgroups.push_back({.path = std::move(report.path),
                           .hierarchies = std::move(report.hierarchies),
                           .directory = std::move(report.directory),
                           .is_frozen = report.is_frozen});
    }
    return cgroups;
}

model::ProcessName take_process(kernel::ProcessReport process) {
    return {.pid = process.pid, .command = std::move(process.command)};
}

/// The first signal that init itself would be sent and that is no SIGKILL.
std::optional<Signal> find_awaited(const model::Schedule& schedule) {
    const auto& steps = schedule.steps;
    const auto found = std::ranges::find_if(
        steps, [](const model::Step& step) { return step.aim == model::Aim::init && signal_of(step) != sigkill; });
    return found == steps.end() ? std::nullopt : std::optional(signal_of(*found));
}

/// One container, opened, from the facts to what follows from them.
class Inquiry {
public:
    Inquiry(kernel::System& system, const model::Plan& plan, kernel::Opened opened)
        : plan_(plan),
          opened_(std::move(opened)),
          examination_(system.examine(opened_.handle)),
          later_(system.read_signals(opened_.handle)) {}

    Evidence conclude() {
        is_alive_ = examination_.init == Examination::Init::alive;
        evidence_.identity = identify(plan_.container, examination_);
        evidence_.command = opened_.command;
        evidence_.state = examination_.state;
        evidence_.handle = examination_.handle;
        evidence_.shares_pids = is_alive_ && !opened_.has_private_pid_namespace;
        take_members();
        take_signal();
        evidence_.forecast = make_forecast(plan_, make_situation());
        evidence_.warnings = std::move(opened_.warnings);
        if (!evidence_.forecast.steps.empty()) {
            warn_of_paths();
            warn_of_init();
        }
        warn_of_cgroup();
        return std::move(evidence_);
    }

private:
    bool is_created() const { return plan_.container.status == model::Status::created; }
    bool is_sent_again() const { return evidence_.forecast.steps.front().omission.empty(); }
    bool can_kill() const { return examination_.kill_all.way != nobody; }
    bool kills_all() const { return find_kill_all(plan_.schedule).has_value(); }

    void take_members() {
        evidence_.cgroups = take_cgroups(std::move(examination_.cgroups));
        evidence_.cgroup_refusal = opened_.cgroup_refusal;
        evidence_.process_count = examination_.process_count;
        for (auto& process : examination_.processes) {
            evidence_.processes.push_back(take_process(std::move(process)));
        }
        evidence_.kill_way = examination_.kill_all.way;
        evidence_.kill_reason = examination_.kill_all.reason;
        if (examination_.lock_holder.has_value()) {
            evidence_.other_stop = take_process(*std::move(examination_.lock_holder));
        }
    }

    void take_signal() {
        evidence_.awaited = find_awaited(plan_.schedule);
        if (!evidence_.awaited.has_value() || !is_alive_) {
            return;
        }
        const Signal signal = *evidence_.awaited;
        evidence_.reception = find_reception(opened_, later_, signal);
        if (opened_.signals.has_value()) {
            evidence_.has_handler = has_signal(opened_.signals->caught, signal);
            evidence_.is_ignored = has_signal(opened_.signals->ignored, signal);
            evidence_.is_blocked = has_signal(opened_.signals->blocked, signal);
        }
    }

    bool is_futile(Signal signal) const {
        const auto reception = find_reception(opened_, later_, signal);
        return reception == Reception::ignored || reception == Reception::dropped || reception == Reception::harmless;
    }

    Situation make_situation() const {
        return {.is_created = is_created(),
                .init_is_alive = is_alive_,
                .is_populated = examination_.process_count > 0 && can_kill(),
                .is_paused = opened_.is_frozen,
                .is_sent_already = evidence_.other_stop.has_value(),
                .handle = examination_.handle,
                .kill_way = examination_.kill_all.way,
                .has_cgroup = !evidence_.cgroups.empty(),
                .is_futile = [this](Signal signal) { return is_futile(signal); }};
    }

    void warn(std::string sentence) { evidence_.warnings.push_back(std::move(sentence)); }

    /// Who else acts on it, and what stands in the way.
    void warn_of_paths() {
        if (const auto& other = evidence_.other_stop) {
            warn(fmt::format("another stop is under way, process {} ({}): {}", other->pid, escape_text(other->command),
                             is_sent_again() ? "the signal is sent all the same, as it was asked for"
                                             : "its signal is not sent again, and the shorter grace wins"));
        }
        if (opened_.is_frozen) {
            warn(fmt::format("paused: {} thaws it, after the signal", is_alive_ ? "the stop" : "the kill"));
        }
        if (!examination_.frozen_by.empty()) {
            warn(
                fmt::format("frozen by {}, which is not the container's own: nothing in it acts on a signal before "
                            "that is thawed",
                            escape_text(examination_.frozen_by)));
        }
    }

    void warn_of_init() {
        if (!is_alive_) {
            return;
        }
        if (evidence_.awaited.has_value() && is_futile(*evidence_.awaited)) {
            warn_of_futility(*evidence_.awaited);
        }
        if (evidence_.shares_pids && evidence_.process_count > 1) {
            warn(fmt::format("init has no pid namespace of its own: the others outlive it, {}",
                             kills_all() && can_kill() ? "and get SIGKILL when it has ended"
                                                       : "and the schedule does not kill them"));
        }
        if (examination_.state == 'T') {
            warn("init is stopped (SIGSTOP): it gets SIGCONT after the signal");
        }
        if (!examination_.tracer.empty()) {
            warn(
                fmt::format("init is traced by {}, which may hold its signals back", escape_text(examination_.tracer)));
        }
    }

    void warn_of_futility(Signal signal) {
        auto sentence = explain_futility(opened_, signal).value_or("");
        const auto& steps = evidence_.forecast.steps;
        if (sentence.empty() || !steps.front().omission.empty()) {
            return;  // the handler of what another stop sent may be at work, and no longer be installed
        }
        const auto futile = std::ranges::find(steps, signal, &model::ForeseenStep::signal);
        if (futile != steps.end() && futile + 1 != steps.end() && futile[1].signal == sigkill) {
            sentence += plan_.skips_futile_grace ? std::string("; SIGKILL at once")
                                                 : fmt::format("; SIGKILL in {}; --skip-futile-grace skips the wait",
                                                               format_brief(futile->wait));
        }
        warn(std::move(sentence));
    }

    void warn_of_cgroup() {
        if (is_created()) {
            return;
        }
        if (is_alive_ && kills_all() && examination_.kill_all.way == "init alone") {
            warn(fmt::format("only init can be killed: {}", examination_.kill_all.reason));
        }
        if (is_alive_ || evidence_.process_count == 0) {
            return;
        }
        if (!can_kill()) {
            warn(fmt::format("init has ended, and nobody in its cgroup is touched: {}", examination_.kill_all.reason));
        } else if (!kills_all()) {
            warn(fmt::format("init has ended, {} of its processes remain, and the schedule does not kill them",
                             evidence_.process_count));
        }
    }

    const model::Plan& plan_;
    kernel::Opened opened_;
    Examination examination_;
    std::optional<kernel::SignalSets> later_;
    bool is_alive_ = false;
    Evidence evidence_;
};

}  // namespace

std::vector<Result<Evidence>> examine_plans(kernel::System& system, std::span<const model::Plan> plans) {
    std::vector<Result<Evidence>> found;
    found.reserve(plans.size());
    for (const auto& plan : plans) {
        auto opened = system.open(make_target(plan.container));
        if (!opened.has_value()) {
            found.emplace_back(Failure(std::move(opened).error()));
            continue;
        }
        const auto handle = opened->handle;
        found.emplace_back(Inquiry(system, plan, *std::move(opened)).conclude());
        system.close(handle);
    }
    return found;
}

}  // namespace cstop::stop
