#include <sched.h>
#include <sys/syscall.h>

#include <doctest/doctest.h>

#include "child.hpp"
#include "kernel/exit_status.hpp"
#include "kernel/init_process.hpp"
#include "kernel/process.hpp"
#include "kernel/process_status.hpp"

using namespace cstop;
using namespace cstop::kernel;
using cstop::kernel::test::Child;

namespace {

std::string make_stat(const std::string& command, const std::string& state, const std::string& exit_code) {
    std::string text = "42 (" + command + ") " + state + " 7 42 42 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 3 0 123456 9 10 ";
    for (int field = 25; field < 52; ++field) {
        text += "0 ";
    }
    return text + exit_code + "\n";
}

}  // namespace

TEST_CASE("a stat line is read after its last parenthesis") {
    const auto stat = parse_process_stat(make_stat("a) Z 1 2 3", "S", "0"));
    REQUIRE(stat);
    CHECK(stat->command == "a) Z 1 2 3");
    CHECK(stat->state == 'S');
    CHECK(stat->parent == 7);
    CHECK(stat->threads == 3);
    CHECK(stat->start_time == 123456);
    CHECK(stat->exit_code == 0);
}

TEST_CASE("an exit code is believed of a zombie only") {
    CHECK(parse_process_stat(make_stat("x", "Z", "768"))->exit_code == 768);
    CHECK(parse_process_stat(make_stat("x", "S", "9"))->exit_code == 0);
}

TEST_CASE("a parent in disk sleep goes on by itself, a stopped or dead one does not") {
    for (const char* state : {"T", "t", "Z", "X"}) {
        CAPTURE(state);
        CHECK(is_at_rest(*parse_process_stat(make_stat("systemd", state, "0"))));
    }
    for (const char* state : {"R", "S", "D", "I"}) {
        CAPTURE(state);
        CHECK_FALSE(is_at_rest(*parse_process_stat(make_stat("systemd", state, "0"))));
    }
}

TEST_CASE("a command may hold a newline or nothing") {
    CHECK(parse_process_stat(make_stat("a\nb", "R", "0"))->command == "a\nb");
    CHECK(parse_process_stat(make_stat("", "R", "0"))->command.empty());
}

TEST_CASE("what is no stat line is damaged") {
    CHECK_FALSE(parse_process_stat(make_stat("x", "\n", "0")));
    for (const char* text :
         {"", "42", "42 (x", ")(", "42 (x) S", "42 (x) SS 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19",
          "42 (x) S a 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20"}) {
        const auto stat = parse_process_stat(text);
        REQUIRE_FALSE(stat);
        CHECK(stat.error().code == ErrorCode::damaged);
    }
}

TEST_CASE("a status tells the owner, the pids and the signals") {
    const auto status = parse_process_status(
        "Name:\tx\\ny\nUid:\t1000\t0\t0\t0\nTracerPid:\t5\nNSpid:\t812\t1\nSigBlk:\t0000000000000001\n"
        "SigIgn:\t0000000000000002\nSigCgt:\tffffffffffffffff\n");
    REQUIRE(status);
    CHECK(status->real_user == 1000);
    CHECK(status->tracer == 5);
    CHECK(status->pids == std::vector<std::int32_t>{812, 1});
    CHECK(status->signals.blocked == 1);
    CHECK(status->signals.ignored == 2);
    CHECK(status->signals.caught == UINT64_MAX);
    CHECK(is_namespace_init(*status));
}

TEST_CASE("a process that joined a pid namespace is not its first") {
    CHECK_FALSE(is_namespace_init(*parse_process_status("Uid:\t0\t0\t0\t0\nNSpid:\t812\t17\n")));
    CHECK_FALSE(is_namespace_init(*parse_process_status("Uid:\t0\t0\t0\t0\nNSpid:\t1\n")));
    CHECK_FALSE(parse_process_status("Name:\tx\n"));
}

TEST_CASE("a living process is alive, with its own start time only") {
    const Child child;
    CHECK(*is_process_alive(child.pid(), child.start_time()));
    CHECK(*is_process_alive(child.pid(), 0));
    CHECK_FALSE(*is_process_alive(child.pid(), child.start_time() + 1));
}

TEST_CASE("a zombie is not alive, and its exit code is read without reaping it") {
    Child child([] { ::signal(SIGTERM, [](int) { ::_exit(3); }); });
    auto init = InitProcess::open(child.pid(), child.start_time());
    REQUIRE(init);
    CHECK(init->is_alive());
    CHECK(*init->send(sigterm) == "pidfd");
    siginfo_t info{};
    ::waitid(P_PID, static_cast<id_t>(child.pid()), &info, WEXITED | WNOWAIT);
    CHECK_FALSE(init->is_alive());
    CHECK_FALSE(*is_process_alive(child.pid(), 0));
    const auto status = read_exit_status(*init);
    REQUIRE(status);
    CHECK_FALSE(status->by_signal);
    CHECK(status->value == 3);
    CHECK(init->send(sigterm).error().code == ErrorCode::gone);
}

TEST_CASE("a zombie leader whose thread runs on is alive") {
    // The thread of a C library would need a second thread here: a raw clone has no such needs.
    Child child([] {
        static std::array<char, 65536> stack;
        ::clone(
            [](void*) {
                while (true) {
                    ::pause();
                }
                return 0;
            },
            stack.data() + stack.size(), CLONE_VM | CLONE_SIGHAND | CLONE_THREAD | CLONE_FS | CLONE_FILES, nullptr);
        ::signal(SIGUSR1, [](int) { ::syscall(SYS_exit, 0); });
    });
    auto init = InitProcess::open(child.pid(), 0);
    REQUIRE(init);
    ::syscall(SYS_tgkill, child.pid(), child.pid(), SIGUSR1);
    while (read_process_stat(child.pid())->state != 'Z') {
        ::usleep(100);
    }
    CHECK(init->is_alive());
    CHECK(*is_process_alive(child.pid(), 0));
}

TEST_CASE("a reused pid is another process and never alive") {
    const Child child;
    const auto init = InitProcess::open(child.pid(), child.start_time() + 1);
    REQUIRE(init);
    CHECK(init->is_other());
    CHECK_FALSE(init->is_alive());
    CHECK(init->send(sigterm).error().code == ErrorCode::gone);
    CHECK(*is_process_alive(child.pid(), 0));
}

TEST_CASE("no process of that number is gone, not an error") {
    Child child;
    const pid_t pid = child.pid();
    child.send(SIGKILL);
    child.reap();
    const auto init = InitProcess::open(pid, 1);
    REQUIRE(init);
    CHECK_FALSE(init->is_alive());
    CHECK_FALSE(init->is_other());
}

TEST_CASE("wait statuses are exits or signals") {
    CHECK(parse_wait_status(0x300)->value == 3);
    CHECK(parse_wait_status(9)->by_signal);
    CHECK(parse_wait_status(0x89)->value == 9);
    CHECK_FALSE(parse_wait_status(0x7f));
}
