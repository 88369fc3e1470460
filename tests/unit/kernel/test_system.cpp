// The real System against children and throw-away cgroups of this test. What needs root or a hierarchy that this
// machine lacks says so and passes.

#include <algorithm>
#include <chrono>
#include <fcntl.h>
#include <sys/file.h>

#include <doctest/doctest.h>

#include "child.hpp"
#include "kernel/cgroup.hpp"
#include "kernel/freezer.hpp"
#include "kernel/linux_system.hpp"

using namespace cstop;
using namespace cstop::kernel;
using namespace cstop::kernel::test;
using namespace std::chrono_literals;

namespace {

Target make_target(const Child& child, const std::string& id) {
    Target target;
    target.id = id;
    target.pid = child.pid();
    target.start_time = child.start_time();
    target.state_owner = ::geteuid();
    return target;
}

CgroupName name_of(const std::string& hierarchy, const TestCgroup& cgroup) {
    return {.hierarchy = hierarchy, .path = cgroup.path().string(), .below_mount = false};
}

/// Waits for events until nothing is left or five seconds are over.
Remains wait_until_gone(System& system, Handle handle) {
    const Instant end = system.now() + 5s;
    while (true) {
        const auto remains = system.read_remains(handle);
        REQUIRE(remains);
        if (remains->is_gone() || system.now() >= end) {
            return *remains;
        }
        REQUIRE(system.wait(end));
    }
}

bool is_zombie(pid_t pid) {
    const auto stat = read_process_stat(pid);
    return !stat || stat->state == 'Z';
}

bool wait_for_zombie(pid_t pid) {
    for (int tries = 0; tries < 5000 && !is_zombie(pid); ++tries) {
        ::usleep(1000);
    }
    return is_zombie(pid);
}

#define CSTOP_NEEDS(cgroup)                                       \
    if (!(cgroup).is_made()) {                                    \
        MESSAGE("skipped: this machine or user has no " #cgroup); \
        return;                                                   \
    }

}  // namespace

TEST_CASE("an obedient init is signalled, told of and gone") {
    auto system = make_linux_system();
    REQUIRE(system);
    const Child child([] { ::signal(SIGTERM, [](int) { ::_exit(3); }); });
    const auto opened = (*system)->open(make_target(child, "x"));
    REQUIRE(opened);
    CHECK(opened->init_is_alive);
    CHECK_FALSE(opened->has_private_pid_namespace);
    CHECK_FALSE(opened->cgroup_refusal.empty());
    CHECK((opened->signals->caught & (1U << (SIGTERM - 1U))) != 0);
    CHECK(*(*system)->send_signal(opened->handle, sigterm) == "pidfd");
    CHECK(wait_until_gone(**system, opened->handle).is_gone());
    const auto exit = (*system)->read_exit(opened->handle);
    REQUIRE(exit);
    CHECK(exit->value == 3);
    // The test has not reaped it, but could at any moment.
    CHECK_FALSE((*system)->read_idle_reaper(opened->handle));
}

TEST_CASE("a zombie that was one already is told with who does not reap it") {
    auto system = make_linux_system();
    REQUIRE(system);
    const Child child([] {});
    const auto first = (*system)->open(make_target(child, "x"));
    REQUIRE(first);
    REQUIRE((*system)->send_signal(first->handle, sigkill));
    CHECK(wait_until_gone(**system, first->handle).is_gone());
    const auto opened = (*system)->open(make_target(child, "x"));
    REQUIRE(opened);
    CHECK_FALSE(opened->init_is_alive);
    CHECK((*system)->read_idle_reaper(opened->handle)->find(std::to_string(::getpid())) != std::string::npos);
}

TEST_CASE("a wait ends at its deadline, not before, and without events") {
    auto system = make_linux_system();
    const Instant until = (*system)->now() + 30ms;
    const auto events = (*system)->wait(until);
    REQUIRE(events);
    CHECK(events->empty());
    CHECK((*system)->now() >= until);
}

TEST_CASE("an interruption is an event") {
    auto system = make_linux_system();
    ::kill(::getpid(), SIGINT);
    const auto events = (*system)->wait(std::nullopt);
    REQUIRE(events);
    REQUIRE(events->size() == 1);
    CHECK(events->front().kind == Event::Kind::interrupted);
    CHECK(events->front().signal == sigint);
}

TEST_CASE("cstop, its ancestors and the first process are never touched") {
    auto system = make_linux_system();
    for (const pid_t pid : {::getpid(), ::getppid(), 1, 0, -1}) {
        Target target{.id = "x", .state_directory = "", .pid = pid, .start_time = 0, .cgroups = {}};
        const auto stat = pid > 1 ? read_process_stat(pid) : Result<ProcessStat>();
        target.start_time = stat ? stat->start_time : 0;
        const auto opened = (*system)->open(target);
        REQUIRE_FALSE(opened);
        CHECK(opened.error().code == ErrorCode::denied);
    }
}

TEST_CASE("a process is proven by start time or by cgroup, or not at all") {
    auto system = make_linux_system();
    const Child child;
    Target target = make_target(child, "x");
    target.start_time = 0;
    const auto refused = (*system)->open(target);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::unsupported);

    target.id = make_name("proof");
    const TestCgroup unified("", target.id);
    CSTOP_NEEDS(unified);
    unified.add(child.pid());
    target.cgroups = {name_of("", unified)};
    const auto opened = (*system)->open(target);
    REQUIRE(opened);
    CHECK(opened->init_is_alive);
}

TEST_CASE("a reused pid is gone") {
    auto system = make_linux_system();
    const Child child;
    Target target = make_target(child, "x");
    target.start_time += 1;
    const auto opened = (*system)->open(target);
    REQUIRE(opened);
    CHECK_FALSE(opened->init_is_alive);
    CHECK((*system)->send_signal(opened->handle, sigkill).error().code == ErrorCode::gone);
    CHECK((*system)->kill_all(opened->handle)->signalled == 0);
    CHECK((*system)->read_remains(opened->handle)->is_gone());
    CHECK(*is_process_alive(child.pid(), 0));
}

TEST_CASE("another user's state file reaches only that user's processes and cgroups") {
    auto system = make_linux_system();
    const Child child;
    Target target = make_target(child, "x");
    target.state_owner = 12345;
    const auto refused = (*system)->open(target);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::denied);
    CHECK(refused.error().what.find("12345") != std::string::npos);

    const std::string name = make_name("owner");
    const TestCgroup unified("", name);
    CSTOP_NEEDS(unified);
    const Child theirs([] { static_cast<void>(!::setuid(12345)); });
    unified.add(theirs.pid());
    Target allowed = make_target(theirs, name);
    allowed.state_owner = 12345;
    allowed.cgroups = {name_of("", unified)};
    const auto opened = (*system)->open(allowed);
    REQUIRE(opened);
    CHECK(opened->init_is_alive);
    CHECK(opened->cgroup_refusal.find("belongs to uid 0") != std::string::npos);
    ::chown(unified.path().c_str(), 12345, 12345);
    CHECK((*system)->open(allowed).value().cgroup_refusal.empty());
}

TEST_CASE("two systems share one stop") {
    const TestDirectory state;
    auto first = make_linux_system();
    auto second = make_linux_system();
    const Child child;
    Target target = make_target(child, "x");
    target.state_directory = state.path();
    const auto one = (*first)->open(target);
    const auto two = (*second)->open(target);
    CHECK((*first)->lock_stop(one->handle));
    CHECK((*first)->lock_stop(one->handle));
    CHECK_FALSE((*second)->lock_stop(two->handle));
    (*first)->close(one->handle);
    CHECK((*second)->lock_stop(two->handle));
}

TEST_CASE("a signal that init is waiting for in sigwait counts as blocked") {
    const Child child([] {
        sigset_t set;
        ::sigemptyset(&set);
        ::sigaddset(&set, SIGTERM);
        ::sigprocmask(SIG_BLOCK, &set, nullptr);
        ::close_range(3, ~0U, 0);  // tells that it is ready, as this body never returns
        int received = 0;
        ::sigwait(&set, &received);
        ::_exit(received);
    });
    auto system = make_linux_system();
    const auto opened = (*system)->open(make_target(child, "x"));
    REQUIRE(opened);
    const auto is_term_blocked = [&] {
        const auto sets = (*system)->read_signals(opened->handle);
        return sets && (sets->blocked & (1U << (SIGTERM - 1U))) != 0;
    };
    // Before, during and after it fell asleep.
    for (int tries = 0; tries < 200; ++tries) {
        CHECK(is_term_blocked());
        ::usleep(1000);
    }
}

TEST_CASE("a sleeping init without handlers blocks nothing") {
    const Child child;
    auto system = make_linux_system();
    const auto opened = (*system)->open(make_target(child, "x"));
    REQUIRE(opened);
    const auto is_open_to_term = [&] {
        const auto sets = (*system)->read_signals(opened->handle);
        return sets && (sets->blocked & (1U << (SIGTERM - 1U))) == 0;
    };
    for (int tries = 0; tries < 5000 && !is_open_to_term(); ++tries) {
        ::usleep(1000);
    }
    CHECK(is_open_to_term());
}

TEST_CASE("a stopped init is continued, a running one is left alone") {
    auto system = make_linux_system();
    const Child child;
    const auto opened = (*system)->open(make_target(child, "x"));
    REQUIRE(opened);
    CHECK_FALSE(*(*system)->resume_init(opened->handle));
    child.send(SIGSTOP);
    while (read_process_stat(child.pid())->state != 'T') {
        ::usleep(100);
    }
    CHECK(*(*system)->resume_init(opened->handle));
    CHECK(read_process_stat(child.pid())->state != 'T');
}

TEST_CASE("handles are used again after close") {
    auto system = make_linux_system();
    const Child child;
    const auto first = (*system)->open(make_target(child, "x")).value().handle;
    const auto second = (*system)->open(make_target(child, "x")).value().handle;
    CHECK(first != second);
    (*system)->close(first);
    (*system)->close(first);
    CHECK((*system)->open(make_target(child, "x")).value().handle == first);
    CHECK((*system)->open(make_target(child, "x")).value().handle != second);
}

TEST_CASE("a v2 cgroup is killed whole, sub-cgroups included") {
    const std::string name = make_name("killv2");
    const TestCgroup unified("", name);
    CSTOP_NEEDS(unified);
    auto system = make_linux_system();
    const Child init;
    const Child second;
    const Child below;
    unified.add(init.pid());
    unified.add(second.pid());
    write_text(unified.add_below("sub") / "cgroup.procs", std::to_string(below.pid()));
    Target target = make_target(init, name);
    target.cgroups = {name_of("", unified)};
    const auto opened = (*system)->open(target);
    REQUIRE(opened);
    CHECK(opened->cgroup_refusal.empty());
    CHECK(opened->is_populated);
    const auto report = (*system)->kill_all(opened->handle);
    REQUIRE(report);
    CHECK(report->signalled == 3);
    CHECK(report->way == "cgroup.kill");
    CHECK(wait_until_gone(**system, opened->handle).is_gone());
    CHECK((*system)->read_exit(opened->handle)->by_signal);
    CHECK(wait_for_zombie(below.pid()));
}

TEST_CASE("leftovers of a dead init are counted, killed and waited for by an event") {
    const std::string name = make_name("left");
    const TestCgroup unified("", name);
    CSTOP_NEEDS(unified);
    auto system = make_linux_system();
    Child init;
    const Child left;
    unified.add(init.pid());
    unified.add(left.pid());
    Target target = make_target(init, name);
    target.cgroups = {name_of("", unified)};
    init.send(SIGKILL);
    init.reap();
    const auto opened = (*system)->open(target);
    REQUIRE(opened);
    CHECK_FALSE(opened->init_is_alive);
    CHECK(opened->is_populated);
    CHECK((*system)->read_remains(opened->handle)->processes == 1);
    CHECK((*system)->examine_survivors(opened->handle).size() == 1);
    left.send(SIGKILL);
    const auto events = (*system)->wait((*system)->now() + 5s);
    REQUIRE(events->size() == 1);
    CHECK(events->front().kind == Event::Kind::cgroup_changed);
    CHECK(wait_until_gone(**system, opened->handle).is_gone());
}

TEST_CASE("a v1 cgroup is frozen, walked, killed and thawed") {
    const std::string name = make_name("killv1");
    const TestCgroup freezer("freezer", name);
    CSTOP_NEEDS(freezer);
    auto system = make_linux_system();
    std::vector<std::unique_ptr<Child>> children;
    const std::filesystem::path sub = freezer.add_below("sub");
    for (int i = 0; i < 40; ++i) {
        children.push_back(std::make_unique<Child>());
        write_text((i % 2 == 0 ? freezer.path() : sub) / "cgroup.procs", std::to_string(children.back()->pid()));
    }
    write_text(sub / "freezer.state", "FROZEN");
    Target target = make_target(*children.front(), name);
    target.cgroups = {name_of("freezer", freezer)};
    const auto opened = (*system)->open(target);
    REQUIRE(opened);
    CHECK_FALSE(opened->is_frozen);
    const auto report = (*system)->kill_all(opened->handle);
    REQUIRE(report);
    CHECK(report->signalled == 40);
    CHECK(report->way == "freeze and walk");
    CHECK(wait_until_gone(**system, opened->handle).is_gone());
    CHECK(read_text(freezer.path() / "freezer.state") == "THAWED\n");
    CHECK(read_text(sub / "freezer.state") == "THAWED\n");
    for (const auto& child : children) {
        CHECK(wait_for_zombie(child->pid()));
    }
}

TEST_CASE("on a hybrid host who is only in a v1 hierarchy dies as well") {
    const std::string name = make_name("hybrid");
    const TestCgroup freezer("freezer", name);
    const TestCgroup unified("", name);
    CSTOP_NEEDS(freezer);
    CSTOP_NEEDS(unified);
    auto system = make_linux_system();
    const Child init;
    const Child moved;
    freezer.add(init.pid());
    unified.add(init.pid());
    freezer.add(moved.pid());
    Target target = make_target(init, name);
    target.cgroups = {name_of("freezer", freezer), name_of("", unified)};
    const auto opened = (*system)->open(target);
    REQUIRE(opened);
    const auto report = (*system)->kill_all(opened->handle);
    REQUIRE(report);
    CHECK(report->way == "cgroup.kill");
    CHECK(report->signalled == 2);
    CHECK(wait_until_gone(**system, opened->handle).is_gone());
    CHECK(wait_for_zombie(moved.pid()));
}

TEST_CASE("a paused v1 container sees the signal, and runs after the thaw") {
    const std::string name = make_name("paused");
    const Child init([] { ::signal(SIGTERM, [](int) { ::_exit(3); }); });  // outlives the cgroup: see above
    const TestCgroup freezer("freezer", name);
    CSTOP_NEEDS(freezer);
    auto system = make_linux_system();
    freezer.add(init.pid());
    write_text(freezer.path() / "freezer.state", "FROZEN");
    Target target = make_target(init, name);
    target.cgroups = {name_of("freezer", freezer)};
    const auto opened = (*system)->open(target);
    REQUIRE(opened);
    CHECK(opened->is_frozen);
    CHECK(is_frozen(target.cgroups, name, init.pid()));
    REQUIRE((*system)->send_signal(opened->handle, sigterm));
    CHECK(*(*system)->thaw(opened->handle));
    CHECK(wait_until_gone(**system, opened->handle).is_gone());
    CHECK_FALSE(*(*system)->thaw(opened->handle));
    CHECK((*system)->read_exit(opened->handle)->value == 3);
}

TEST_CASE("an ancestor's freeze is named and never lifted") {
    const std::string name = make_name("above");
    const Child init;  // outlives the cgroup: frozen it cannot be reaped
    const TestCgroup freezer("freezer", name);
    CSTOP_NEEDS(freezer);
    auto system = make_linux_system();
    const std::filesystem::path own = freezer.add_below("own");
    write_text(own / "cgroup.procs", std::to_string(init.pid()));
    write_text(freezer.path() / "freezer.state", "FROZEN");
    Target target = make_target(init, "own");
    target.cgroups = {{.hierarchy = "freezer", .path = own.string(), .below_mount = false}};
    const auto opened = (*system)->open(target);
    REQUIRE(opened);
    CHECK_FALSE(*(*system)->thaw(opened->handle));
    REQUIRE((*system)->kill_all(opened->handle));
    CHECK((*system)->read_remains(opened->handle)->init_is_alive);
    const auto survivors = (*system)->examine_survivors(opened->handle);
    REQUIRE(survivors.size() == 1);
    CHECK(survivors[0].pid == init.pid());
    CHECK(survivors[0].cause.find(freezer.path().string()) != std::string::npos);
    CHECK(read_text(freezer.path() / "freezer.state") != "THAWED\n");
}

TEST_CASE("a cgroup that is removed and made anew is not the container's") {
    const std::string name = make_name("anew");
    const TestCgroup unified("", name);
    CSTOP_NEEDS(unified);
    auto system = make_linux_system();
    Child init;
    unified.add(init.pid());
    Target target = make_target(init, name);
    target.cgroups = {name_of("", unified)};
    const auto opened = (*system)->open(target);
    REQUIRE(opened);
    init.send(SIGKILL);
    init.reap();
    for (int tries = 0; ::rmdir(unified.path().c_str()) != 0 && tries < 1000; ++tries) {
        ::usleep(1000);
    }
    REQUIRE(::mkdir(unified.path().c_str(), 0755) == 0);
    const Child other;
    unified.add(other.pid());
    CHECK((*system)->read_remains(opened->handle)->is_gone());
    CHECK((*system)->kill_all(opened->handle)->signalled == 0);
    CHECK(*is_process_alive(other.pid(), 0));
}

TEST_CASE("init moved out of the container's cgroup is killed with it") {
    const std::string name = make_name("moved");
    const TestCgroup unified("", name);
    CSTOP_NEEDS(unified);
    auto system = make_linux_system();
    const Child init;
    const Child member;
    unified.add(member.pid());
    Target target = make_target(init, name);
    target.cgroups = {name_of("", unified)};
    const auto opened = (*system)->open(target);
    REQUIRE(opened);
    CHECK(opened->cgroup_refusal.empty());
    REQUIRE((*system)->kill_all(opened->handle));
    CHECK(wait_until_gone(**system, opened->handle).is_gone());
    CHECK(wait_for_zombie(init.pid()));
    CHECK(wait_for_zombie(member.pid()));
}

TEST_CASE("a cgroup without init and without the id is never killed") {
    const TestCgroup unified("", make_name("foreign"));
    CSTOP_NEEDS(unified);
    auto system = make_linux_system();
    const Child init;
    const Child bystander;
    unified.add(bystander.pid());
    for (const char* path : {"", "/", "/../x"}) {
        Target target = make_target(init, "someid");
        target.cgroups = {{.hierarchy = "", .path = path, .below_mount = true}};
        CHECK_FALSE((*system)->open(target).value().cgroup_refusal.empty());
    }
    Target target = make_target(init, "someid");
    target.cgroups = {name_of("", unified)};
    const auto opened = (*system)->open(target);
    REQUIRE(opened);
    CHECK(opened->cgroup_refusal.find("init is not a member") != std::string::npos);
    const auto report = (*system)->kill_all(opened->handle);
    CHECK(report->way == "init alone");
    CHECK(report->signalled == 1);
    CHECK(wait_for_zombie(init.pid()));
    CHECK(*is_process_alive(bystander.pid(), 0));
}

TEST_CASE("a cgroup that holds an ancestor of cstop is not killed") {
    const std::string name = make_name("near");
    const TestCgroup unified("", name);
    CSTOP_NEEDS(unified);
    const Child init;
    unified.add(init.pid());
    const Target target = [&] {
        Target made = make_target(init, name);
        made.cgroups = {name_of("", unified)};
        return made;
    }();
    // A shell inside the container's cgroup whose child, outside of it, stops the container.
    const pid_t shell = ::fork();
    if (shell == 0) {
        unified.add(::getpid());
        const std::string outside = find_mount("") + "/cgroup.procs";
        const pid_t stopper = ::fork();
        if (stopper == 0) {
            write_text(outside, std::to_string(::getpid()));
            auto system = make_linux_system();
            const auto opened = (*system)->open(target);
            const auto report = opened ? (*system)->kill_all(opened->handle) : fail(ErrorCode::system, "");
            ::_exit(report && report->way == "init alone" && report->signalled == 1 ? 0 : 1);
        }
        int status = 0;
        ::waitpid(stopper, &status, 0);
        write_text(outside, std::to_string(::getpid()));
        ::_exit(WEXITSTATUS(status));
    }
    int status = 0;
    ::waitpid(shell, &status, 0);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
    CHECK(wait_for_zombie(init.pid()));
}

TEST_CASE("any other signal reaches each member once") {
    const std::string name = make_name("each");
    const TestCgroup unified("", name);
    CSTOP_NEEDS(unified);
    auto system = make_linux_system();
    const auto obey = [] { ::signal(SIGTERM, [](int) { ::_exit(4); }); };
    const Child init(obey);
    const Child second(obey);
    unified.add(init.pid());
    unified.add(second.pid());
    Target target = make_target(init, name);
    target.cgroups = {name_of("", unified)};
    const auto opened = (*system)->open(target);
    REQUIRE(opened);
    CHECK((*system)->signal_all(opened->handle, sigterm)->signalled == 2);
    CHECK(wait_until_gone(**system, opened->handle).is_gone());
    CHECK(wait_for_zombie(second.pid()));
}

TEST_CASE("a CPU quota of the container's own is lifted") {
    const std::string name = make_name("quota");
    const TestCgroup cpu("cpu", name);
    CSTOP_NEEDS(cpu);
    if (!write_text(cpu.path() / "cpu.cfs_quota_us", "100000")) {
        MESSAGE("skipped: the cpu controller is not v1 here");
        return;
    }
    auto system = make_linux_system();
    const Child init;
    cpu.add(init.pid());
    Target target = make_target(init, name);
    target.cgroups = {name_of("cpu", cpu)};
    const auto opened = (*system)->open(target);
    REQUIRE(opened);
    CHECK(*(*system)->lift_cpu_quota(opened->handle));
    CHECK_FALSE(*(*system)->lift_cpu_quota(opened->handle));
    CHECK(read_text(cpu.path() / "cpu.cfs_quota_us") == "-1\n");
}
