// Each in a child of its own: confinement is for good.

#include <cerrno>
#include <fcntl.h>
#include <linux/capability.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <doctest/doctest.h>

#include "child.hpp"
#include "kernel/capabilities.hpp"
#include "kernel/confinement.hpp"
#include "kernel/linux_system.hpp"

using namespace cstop;
using namespace cstop::kernel;
using cstop::kernel::test::Child;

namespace {

/// The wait(2) status of a confined child that runs `body` and exits with what it returns.
int run_confined(const std::function<int()>& body) {
    const pid_t pid = ::fork();
    if (pid == 0) {
        ::_exit(confine_process().empty() ? body() : 99);
    }
    int status = 0;
    ::waitpid(pid, &status, 0);
    return status;
}

bool is_killed_by_filter(int status) {
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;
}

}  // namespace

TEST_CASE("a confined process that does what an intruder would is killed") {
    CHECK(is_killed_by_filter(run_confined([] {
        const char* arguments[] = {"/bin/true", nullptr};
        return ::execve("/bin/true", const_cast<char**>(arguments), nullptr);
    })));
    CHECK(is_killed_by_filter(run_confined([] { return ::socket(AF_INET, SOCK_STREAM, 0); })));
    CHECK(is_killed_by_filter(run_confined([] { return static_cast<int>(::syscall(SYS_mount, 0, 0, 0, 0, 0)); })));
    CHECK(is_killed_by_filter(run_confined([] { return static_cast<int>(::syscall(SYS_bpf, 0, 0, 0)); })));
    CHECK(is_killed_by_filter(run_confined([] { return static_cast<int>(::syscall(SYS_unshare, 0)); })));
}

TEST_CASE("a call that nobody thought of answers ENOSYS") {
    CHECK(run_confined([] { return ::syscall(SYS_mkdirat, AT_FDCWD, "/tmp/x", 0) == -1 && errno == ENOSYS ? 0 : 1; }) ==
          0);
    CHECK(run_confined([] { return ::syscall(SYS_clone3, nullptr, 0) == -1 && errno == ENOSYS ? 0 : 1; }) == 0);
}

TEST_CASE("nothing is created, no terminal is pushed into, no group is signalled") {
    CHECK(run_confined([] {
              return ::open("/tmp/cstop-unit-confined", O_CREAT | O_WRONLY, 0600) == -1 && errno == EPERM ? 0 : 1;
          }) == 0);
    CHECK(run_confined([] { return ::syscall(SYS_ioctl, 0, 0x5412, "x") == -1 && errno == ENOSYS ? 0 : 1; }) == 0);
    CHECK(run_confined([] { return ::kill(-1, 0) == -1 && errno == ENOSYS ? 0 : 1; }) == 0);
}

TEST_CASE("a confined process may fork a parser, and die of a signal") {
    CHECK(run_confined([] {
              const pid_t pid = ::fork();
              if (pid == 0) {
                  ::_exit(0);
              }
              int status = 1;
              return pid > 0 && ::waitpid(pid, &status, 0) == pid ? status : 1;
          }) == 0);
    const int status = run_confined([] {
        die_of_signal(sigterm);
        return 1;
    });
    CHECK(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == SIGTERM);
}

TEST_CASE("a confined process still stops a container") {
    const Child child([] { ::signal(SIGTERM, [](int) { ::_exit(3); }); });
    const Target target{.id = "x",
                        .state_directory = "",
                        .pid = child.pid(),
                        .start_time = child.start_time(),
                        .cgroups = {},
                        .state_owner = ::geteuid()};
    CHECK(run_confined([&] {
              auto system = make_linux_system();
              const auto opened = (*system)->open(target);
              drop_opening_capabilities(Containers::all_are_ours);
              if (!opened || !(*system)->send_signal(opened->handle, sigterm)) {
                  return 1;
              }
              const auto events = (*system)->wait((*system)->now() + std::chrono::seconds(5));
              return events && !events->empty() && (*system)->read_remains(opened->handle)->is_gone() ? 0 : 2;
          }) == 0);
}

TEST_CASE("only the capabilities of stopping stay, and fewer after opening") {
    if (::geteuid() != 0) {
        MESSAGE("skipped: not root");
        return;
    }
    const std::uint64_t opening =
        (1U << CAP_KILL) | (1U << CAP_SYS_PTRACE) | (1U << CAP_DAC_OVERRIDE) | (1U << CAP_DAC_READ_SEARCH);
    const std::uint64_t stopping = (1U << CAP_KILL) | (1U << CAP_SYS_PTRACE);
    const std::uint64_t others = stopping | (1U << CAP_DAC_OVERRIDE);
    CHECK(run_confined([&] { return (*read_capabilities() & ~opening) == 0 ? 0 : 1; }) == 0);
    CHECK(run_confined([&] {
              drop_opening_capabilities(Containers::some_are_others);
              return (*read_capabilities() & ~others) == 0 ? 0 : 1;
          }) == 0);
    CHECK(run_confined([&] {
              drop_opening_capabilities(Containers::all_are_ours);
              return (*read_capabilities() & ~stopping) == 0 ? 0 : 1;
          }) == 0);
}

TEST_CASE("a system that is told so gives up the capabilities of opening when all are open") {
    if (::geteuid() != 0) {
        MESSAGE("skipped: not root");
        return;
    }
    const auto left_after = [](std::uint32_t owner, AfterOpening after_opening) {
        const Child child;
        const Target target{.id = "x",
                            .state_directory = "",
                            .pid = child.pid(),
                            .start_time = child.start_time(),
                            .cgroups = {},
                            .state_owner = owner};
        return run_confined([&] {
            auto system = make_linux_system(after_opening);
            // Whose process it is does not matter here: what the state file says does.
            static_cast<void>((*system)->open(target));
            (*system)->finish_opening();
            return static_cast<int>(*read_capabilities() & 0xFF);
        });
    };
    const int stopping = 1 << CAP_KILL;  // CAP_SYS_PTRACE is above the byte
    const int opening = stopping | 1 << CAP_DAC_OVERRIDE | 1 << CAP_DAC_READ_SEARCH;
    CHECK(WEXITSTATUS(left_after(0, AfterOpening::drop_capabilities)) == stopping);
    CHECK(WEXITSTATUS(left_after(0, AfterOpening::keep_capabilities)) == opening);
}

TEST_CASE("closed standard descriptors are opened before anything else") {
    const pid_t pid = ::fork();
    if (pid == 0) {
        ::close(0);
        ::close(2);
        prepare_process();
        const int next = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
        ::_exit(::fcntl(0, F_GETFD) != -1 && ::fcntl(2, F_GETFD) != -1 && next > 2 ? 0 : 1);
    }
    int status = 0;
    ::waitpid(pid, &status, 0);
    CHECK(status == 0);
}
