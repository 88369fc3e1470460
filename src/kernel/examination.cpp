#include "kernel/examination.hpp"

#include <algorithm>

#include "kernel/diagnosis.hpp"
#include "kernel/freezer.hpp"
#include "kernel/kill.hpp"
#include "kernel/lock_holder.hpp"
#include "kernel/members.hpp"
#include "kernel/process.hpp"
#include "kernel/process_status.hpp"

namespace cstop::kernel {

namespace {

ProcessReport name_process(std::int32_t pid) {
    Result<ProcessStat> stat = read_process_stat(pid);
    return {.pid = pid, .command = stat ? std::move(stat->command) : ""};
}

void examine_init(const HeldContainer& held, Examination& examination) {
    using Init = Examination::Init;
    const InitProcess& init = held.init;
    if (init.is_other() || held.has_impostor) {
        examination.init = Init::another;
        return;
    }
    const Result<ProcessStat> stat = read_process_stat(init.pid());
    const bool is_its = stat && init.start_time() != 0 && stat->start_time == init.start_time();
    if (is_its) {
        examination.state = stat->state;
    }
    if (!init.is_alive()) {
        examination.init = is_its ? Init::zombie : Init::gone;
        return;
    }
    examination.init = Init::alive;
    examination.handle = init.pidfd().is_open() ? "pidfd" : "kill(2)";
    const Result<ProcessStatus> status = read_process_status(init.pid());
    if (is_its && status && status->tracer > 0) {
        examination.tracer = describe_process(status->tracer);
    }
}

void examine_cgroups(const HeldContainer& held, Examination& examination) {
    for (const Cgroup& cgroup : held.cgroups) {
        examination.cgroups.push_back({.path = cgroup.path,
                                       .hierarchies = cgroup.hierarchies,
                                       .directory = cgroup.directory.path(),
                                       .is_frozen = is_asked_to_freeze(cgroup)});
        if (has_freezer(cgroup) && examination.frozen_by.empty()) {
            examination.frozen_by = find_frozen_ancestor(cgroup);
        }
    }
    const Members members = without_zombies(read_members(held.cgroups).value_or(Members()));
    examination.process_count = members.count();
    for (const std::int32_t pid : members.pids) {
        if (examination.processes.size() == most_examined) {
            break;
        }
        examination.processes.push_back(name_process(pid));
    }
}

/// As LinuxSystem::kill_all goes on where the cgroups cannot be killed.
KillReport foresee(const HeldContainer& held, OwnProcess& own) {
    KillReport report = held.cgroups.empty() ? KillReport{.signalled = 0, .way = "nobody", .reason = held.refusal}
                                             : foresee_kill(held.cgroups, held.init, own);
    if (report.way == "nobody" && held.init.is_alive()) {
        report.way = "init alone";
        report.signalled = 1;
    }
    return report;
}

}  // namespace

Examination examine_container(const HeldContainer& held, OwnProcess& own) {
    Examination examination;
    examine_init(held, examination);
    examine_cgroups(held, examination);
    examination.kill_all = foresee(held, own);
    if (const auto holder = find_lock_holder(held.state_directory)) {
        examination.lock_holder = name_process(*holder);
    }
    return examination;
}

}  // namespace cstop::kernel
