#include <algorithm>
#include <array>
#include <fstream>
#include <sched.h>
#include <string>
#include <sys/syscall.h>

#include <doctest/doctest.h>

#include "child.hpp"
#include "kernel/foreign_init.hpp"

using namespace cstop;
using namespace cstop::kernel;
using namespace cstop::kernel::test;

namespace {

/// As fork(2); the child is the first process of a pid namespace.
pid_t fork_into_namespace() {
    return static_cast<pid_t>(::syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, nullptr, nullptr, nullptr, nullptr));
}

enum class Session { own, of_its_parent };

/// The first process of a pid namespace, the leader of a session as every runtime's init, and a second one. They die
/// with their owner.
class TestNamespace {
public:
    explicit TestNamespace(Session session = Session::own) {
        std::array<int, 2> ready{};
        if (::pipe(ready.data()) != 0) {
            return;
        }
        first_ = fork_into_namespace();
        if (first_ == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            if (session == Session::own) {
                ::setsid();
            }
            if (::fork() > 0) {
                static_cast<void>(!::write(ready[1], "", 1));
            }
            ::close(ready[1]);
            while (true) {
                ::pause();
            }
        }
        ::close(ready[1]);
        char byte = 0;
        static_cast<void>(!::read(ready[0], &byte, 1));
        ::close(ready[0]);
        std::ifstream("/proc/" + std::to_string(first_) + "/task/" + std::to_string(first_) + "/children") >> second_;
    }
    TestNamespace(const TestNamespace&) = delete;
    TestNamespace& operator=(const TestNamespace&) = delete;
    ~TestNamespace() {
        if (first_ > 0) {
            ::kill(first_, SIGKILL);
            ::waitpid(first_, nullptr, 0);
        }
    }

    bool is_made() const { return second_ > 0; }
    pid_t first() const { return first_; }
    pid_t second() const { return second_; }

private:
    pid_t first_ = -1;
    pid_t second_ = -1;
};

Members make_members(std::vector<std::int32_t> pids) {
    std::ranges::sort(pids);
    return {.pids = std::move(pids)};
}

/// 0: nobody.
std::int32_t find(std::int32_t init, const std::vector<std::int32_t>& others) {
    const InitProcess held = init == 0 ? InitProcess() : *InitProcess::open(init, read_process_stat(init)->start_time);
    std::vector<std::int32_t> members = others;
    if (init != 0) {
        members.push_back(init);
    }
    return find_foreign_init(make_members(members), held).value_or(0);
}

#define CSTOP_NEEDS(space)                                               \
    if (!(space).is_made()) {                                            \
        MESSAGE("skipped: this user or machine makes no pid namespace"); \
        return;                                                          \
    }

}  // namespace

TEST_CASE("the init of another container is told from all others") {
    const TestNamespace web;
    const TestNamespace other;
    CSTOP_NEEDS(other);
    const Child plain;
    const Child sharing;
    CHECK(find(web.first(), {web.second(), plain.pid()}) == 0);
    CHECK(find(web.first(), {web.second(), other.first()}) == other.first());
    CHECK(find(web.first(), {other.second()}) == 0);
    CHECK(find(sharing.pid(), {plain.pid()}) == 0);
    CHECK(find(sharing.pid(), {plain.pid(), other.first(), other.second()}) == other.first());
    CHECK(find(0, {plain.pid(), other.second()}) == 0);
    CHECK(find(0, {plain.pid(), other.first()}) == other.first());
}

TEST_CASE("an init that leads no session yet is another container's as well") {
    const TestNamespace young(Session::of_its_parent);
    CSTOP_NEEDS(young);
    const Child plain;
    CHECK(find(plain.pid(), {young.first()}) == young.first());
}

TEST_CASE("what a container started in a pid namespace of its own is no other container's") {
    const TestNamespace by_us;
    CSTOP_NEEDS(by_us);
    const Child plain;
    CHECK(find(::getpid(), {by_us.first()}) == 0);
    CHECK(find(plain.pid(), {::getpid(), by_us.first()}) == 0);
}

TEST_CASE("a pid namespace whose maker has died is known by the session that it was made in") {
    std::array<int, 2> report{};
    REQUIRE(::pipe(report.data()) == 0);
    Child leader([&] {
        ::setsid();
        if (::fork() == 0) {
            const pid_t first = fork_into_namespace();
            if (first == 0) {
                ::sleep(60);  // nobody's death ends it
                ::_exit(0);
            }
            static_cast<void>(!::write(report[1], &first, sizeof(first)));
            ::_exit(0);
        }
        ::wait(nullptr);
    });
    pid_t first = -1;
    CHECK(::read(report[0], &first, sizeof(first)) == sizeof(first));
    ::close(report[0]);
    ::close(report[1]);
    const Child plain;
    if (first > 0) {
        CHECK(find(leader.pid(), {first}) == 0);
        CHECK(find(plain.pid(), {first}) == first);
        const InitProcess held = *InitProcess::open(leader.pid(), leader.start_time());
        const InitProcess other = *InitProcess::open(leader.pid(), leader.start_time() + 1);
        leader.send(SIGKILL);
        leader.reap();
        CHECK_FALSE(find_foreign_init(make_members({first}), held));
        CHECK(find_foreign_init(make_members({first}), other) == first);
        ::kill(first, SIGKILL);
    } else {
        MESSAGE("skipped: this user or machine makes no pid namespace");
    }
}
