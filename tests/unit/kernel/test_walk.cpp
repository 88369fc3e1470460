// Walking a cgroup's members, and what is done where the kernel is old: a seccomp filter answers ENOSYS there.

#include <cerrno>
#include <chrono>

#include <doctest/doctest.h>
#include <seccomp.h>

#include "child.hpp"
#include "kernel/freezer.hpp"
#include "kernel/kill.hpp"
#include "kernel/linux_system.hpp"
#include "kernel/member_walk.hpp"
#include "kernel/members.hpp"
#include "kernel/open_beneath.hpp"
#include "kernel/pidfd.hpp"

using namespace cstop;
using namespace cstop::kernel;
using namespace cstop::kernel::test;
using namespace std::chrono_literals;

namespace {

std::vector<Cgroup> open_test_cgroup(const TestCgroup& cgroup, const std::string& hierarchy) {
    CgroupMounts& mounts = own_cgroup_mounts();
    const CgroupName name{.hierarchy = hierarchy, .path = cgroup.path().string(), .below_mount = false};
    std::vector<Cgroup> cgroups;
    for (const std::size_t mount : find_mounts(mounts.all(), name)) {
        cgroups.push_back(*open_first_cgroup(mounts, list_locations(mounts.all(), mount, name, nullptr)));
    }
    return cgroups;
}

bool wait_until_empty(const std::vector<Cgroup>& cgroups) {
    for (int tries = 0; tries < 5000; ++tries) {
        if (without_zombies(*read_members(cgroups)).is_empty()) {
            return true;
        }
        ::usleep(1000);
    }
    return false;
}

/// Runs `body` in a child for which these calls do not exist; its exit status is what `body` returns.
int run_without(const std::vector<int>& calls, const std::function<int()>& body) {
    const pid_t pid = ::fork();
    if (pid == 0) {
        scmp_filter_ctx filter = ::seccomp_init(SCMP_ACT_ALLOW);
        for (const int call : calls) {
            ::seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), call, 0);
        }
        ::_exit(::seccomp_load(filter) == 0 ? body() : 99);
    }
    int status = 0;
    ::waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 98;
}

#define CSTOP_NEEDS(cgroup)                                       \
    if (!(cgroup).is_made()) {                                    \
        MESSAGE("skipped: this machine or user has no " #cgroup); \
        return;                                                   \
    }

const std::vector<int> calls_since_5_3 = {SCMP_SYS(pidfd_open), SCMP_SYS(pidfd_send_signal), SCMP_SYS(openat2),
                                          SCMP_SYS(epoll_pwait2)};

/// Stops `target` with SIGTERM; 0 when it worked by kill(2), and the end was told.
int stop_by_number(const Target& target) {
    auto system = make_linux_system();
    const auto opened = (*system)->open(target);
    if (!opened || !opened->init_is_alive) {
        return 1;
    }
    const auto sent = (*system)->send_signal(opened->handle, sigterm);
    if (!sent || *sent != "kill(2)") {
        return 2;
    }
    const Instant end = (*system)->now() + 5s;
    while (!(*system)->read_remains(opened->handle)->is_gone()) {
        if ((*system)->wait(end)->empty()) {
            return 3;
        }
    }
    return 0;
}

}  // namespace

TEST_CASE("a freeze lasts as long as its owner, on v2 too") {
    for (const char* hierarchy : {"", "freezer"}) {
        const Child child;
        const TestCgroup cgroup(hierarchy, make_name("freeze"));
        CSTOP_NEEDS(cgroup);
        cgroup.add(child.pid());
        const std::vector<Cgroup> cgroups = open_test_cgroup(cgroup, hierarchy);
        REQUIRE(cgroups.size() == 1);
        CHECK_FALSE(is_asked_to_freeze(cgroups[0]));
        {
            const Result<Freeze> freeze = Freeze::make(cgroups[0]);
            REQUIRE(freeze);
            CHECK(is_asked_to_freeze(cgroups[0]));
        }
        CHECK_FALSE(is_asked_to_freeze(cgroups[0]));
    }
}

TEST_CASE("a walk of a v2 cgroup kills everybody, where there is no cgroup.kill") {
    const TestCgroup cgroup("", make_name("walk"));
    CSTOP_NEEDS(cgroup);
    std::vector<std::unique_ptr<Child>> children;
    for (int i = 0; i < 20; ++i) {
        children.push_back(std::make_unique<Child>());
        cgroup.add(children.back()->pid());
    }
    const std::vector<Cgroup> cgroups = open_test_cgroup(cgroup, "");
    auto own = OwnProcess::read();
    {
        const Result<Freeze> freeze = Freeze::make(cgroups[0]);
        const auto walked = signal_members(cgroups, sigkill, Passes::until_quiet, *own);
        REQUIRE(walked);
        CHECK(walked->signalled == 20);
        CHECK_FALSE(walked->error);
    }
    CHECK(wait_until_empty(cgroups));
}

TEST_CASE("processes that fork and exit all the time do not escape a walk") {
    const TestCgroup cgroup("freezer", make_name("storm"));
    CSTOP_NEEDS(cgroup);
    std::vector<std::unique_ptr<Child>> children;
    for (int i = 0; i < 4; ++i) {
        children.push_back(std::make_unique<Child>([&] {
            cgroup.add(::getpid());
            if (::fork() == 0) {
                ::signal(SIGCHLD, SIG_IGN);
                while (::fork() <= 0) {  // the child goes on, the parent ends
                }
                ::_exit(0);
            }
        }));
    }
    const std::vector<Cgroup> cgroups = open_test_cgroup(cgroup, "freezer");
    auto own = OwnProcess::read();
    const auto report = kill_cgroups(cgroups, InitProcess(), *own);
    REQUIRE(report);
    CHECK(report->signalled >= 8);
    CHECK(wait_until_empty(cgroups));
}

TEST_CASE("without pidfds a process is proven by its start time and signalled by number") {
    const Child child([] { ::signal(SIGTERM, [](int) { ::_exit(3); }); });
    Target target{.id = "x",
                  .state_directory = "",
                  .pid = child.pid(),
                  .start_time = child.start_time(),
                  .cgroups = {},
                  .state_owner = ::geteuid()};
    CHECK(run_without(calls_since_5_3, [&] { return stop_by_number(target); }) == 0);
    target.start_time = 0;
    CHECK(run_without(calls_since_5_3, [&] {
              auto system = make_linux_system();
              const auto opened = (*system)->open(target);
              return !opened && opened.error().code == ErrorCode::unsupported ? 0 : 1;
          }) == 0);
}

TEST_CASE("without pidfd_send_signal alone the pidfd still tells the end") {
    const Child child([] { ::signal(SIGTERM, [](int) { ::_exit(3); }); });
    const Target target{.id = "x",
                        .state_directory = "",
                        .pid = child.pid(),
                        .start_time = child.start_time(),
                        .cgroups = {},
                        .state_owner = ::geteuid()};
    CHECK(run_without({SCMP_SYS(pidfd_send_signal)}, [&] { return stop_by_number(target); }) == 0);
}

TEST_CASE("without pidfds and openat2 a v1 cgroup is killed and its end is noticed") {
    const std::string name = make_name("old");
    const TestCgroup cgroup("freezer", name);
    CSTOP_NEEDS(cgroup);
    const Child init;
    const Child other;
    cgroup.add(init.pid());
    cgroup.add(other.pid());
    const Target target{.id = name,
                        .state_directory = "",
                        .pid = init.pid(),
                        .start_time = init.start_time(),
                        .cgroups = {{.hierarchy = "freezer", .path = cgroup.path().string(), .below_mount = false}},
                        .state_owner = 0};
    CHECK(run_without(calls_since_5_3, [&] {
              auto system = make_linux_system();
              const auto opened = (*system)->open(target);
              const auto report = opened ? (*system)->kill_all(opened->handle) : fail(ErrorCode::system, "");
              if (!report || report->signalled != 2) {
                  return 1;
              }
              const Instant end = (*system)->now() + 5s;
              while (!(*system)->read_remains(opened->handle)->is_gone()) {
                  if ((*system)->wait(end)->empty()) {
                      return 3;
                  }
              }
              return 0;
          }) == 0);
}

TEST_CASE("without openat2 symlinks and escapes are refused all the same") {
    const TestDirectory test;
    write_text(test.path() / "real", "x");
    std::filesystem::create_directory(test.path() / "dir");
    write_text(test.path() / "dir/inner", "y");
    std::filesystem::create_symlink("real", test.path() / "link");
    std::filesystem::create_directory_symlink("dir", test.path() / "dirlink");
    CHECK(run_without({SCMP_SYS(openat2)}, [&] {
              const auto directory = open_directory(test.path());
              const bool is_refused = read_file_below(*directory, "link").error().code == ErrorCode::damaged &&
                                      read_file_below(*directory, "dirlink/inner").error().code == ErrorCode::damaged &&
                                      !read_file_below(*directory, "../x");
              return is_refused && read_file_below(*directory, "dir/inner")->bytes == "y" &&
                             has_entry(*directory, "real")
                         ? 0
                         : 1;
          }) == 0);
}
