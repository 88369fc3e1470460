// Processes that call themselves as an engine's do, and where users keep their things.

#include <csignal>
#include <cstdlib>
#include <sched.h>
#include <string>
#include <sys/prctl.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include <doctest/doctest.h>

#include "kernel/monitors.hpp"
#include "kernel/served_mounts.hpp"
#include "kernel/user_directories.hpp"

namespace cstop::kernel {
namespace {

/// A child that runs `prepare` and then waits to be killed.
class Child {
public:
    template <class Prepare>
    explicit Child(Prepare prepare) {
        int ready[2] = {};
        REQUIRE(pipe(ready) == 0);
        pid_ = fork();
        REQUIRE(pid_ >= 0);
        if (pid_ == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            close(ready[0]);
            const char answer = prepare() ? 'y' : 'n';
            if (write(ready[1], &answer, 1) != 1) {
                _exit(1);
            }
            while (true) {
                pause();
            }
        }
        close(ready[1]);
        char answer = 'n';
        REQUIRE(read(ready[0], &answer, 1) == 1);
        close(ready[0]);
        is_ready_ = answer == 'y';
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child() {
        ::kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
    }
    bool is_ready() const { return is_ready_; }

private:
    pid_t pid_ = 0;
    bool is_ready_ = false;
};

bool name_and_move(const char* name, const std::string& directory) {
    return prctl(PR_SET_NAME, name) == 0 && chdir(directory.c_str()) == 0;
}

std::string make_directory() {
    std::string name = "/tmp/cstop-monitor-XXXXXX";
    REQUIRE(mkdtemp(name.data()) != nullptr);
    return name;
}

std::size_t count_shims_in(const std::string& directory) {
    const auto list = list_monitors();
    REQUIRE(list.has_value());
    CHECK_FALSE(list->is_cut);
    std::size_t count = 0;
    for (const Monitor& monitor : list->monitors) {
        count += monitor.kind == Monitor::Kind::shim && monitor.directory == directory ? 1U : 0U;
    }
    return count;
}

std::size_t count_conmons() {
    const auto list = list_monitors();
    REQUIRE(list.has_value());
    std::size_t count = 0;
    for (const Monitor& monitor : list->monitors) {
        // Ours are copies of this very program.
        const bool is_ours = !monitor.arguments.empty() && monitor.arguments.front().contains("test_kernel");
        count += monitor.kind == Monitor::Kind::conmon && is_ours ? 1U : 0U;
    }
    return count;
}

}  // namespace

TEST_CASE("a shim is told by its name, its bundle by its working directory") {
    const std::string directory = make_directory();
    {
        const Child shim([&] { return name_and_move("containerd-shim", directory); });
        const Child other([&] { return name_and_move("containerd-shi", directory); });
        REQUIRE(shim.is_ready());
        CHECK(count_shims_in(directory) == 1);
    }
    CHECK(count_shims_in(directory) == 0);
    rmdir(directory.c_str());
}

TEST_CASE("a conmon's arguments are read") {
    const Child conmon([] { return name_and_move("conmon", "/"); });
    REQUIRE(conmon.is_ready());
    CHECK(count_conmons() == 1);
}

TEST_CASE("who is in another mount namespace, as a container's task is, is not looked into") {
    const std::string directory = make_directory();
    const Child shim([&] { return name_and_move("containerd-shim", directory) && unshare(CLONE_NEWNS) == 0; });
    const Child conmon([] { return name_and_move("conmon", "/") && unshare(CLONE_NEWNS) == 0; });
    if (!shim.is_ready() || !conmon.is_ready()) {
        MESSAGE("needs root to make a mount namespace");
    } else {
        CHECK(count_shims_in(directory) == 0);
        CHECK(count_conmons() == 0);
    }
    rmdir(directory.c_str());
}

TEST_CASE("who belongs to another user is not looked into") {
    if (geteuid() != 0) {
        MESSAGE("needs root to become somebody else");
        return;
    }
    const std::string directory = make_directory();
    REQUIRE(chown(directory.c_str(), 12345, 12345) == 0);
    const Child shim([&] {
        // A process that cannot be dumped has a /proc/PID of root's.
        return name_and_move("containerd-shim", directory) && setresuid(12345, 12345, 12345) == 0 &&
               prctl(PR_SET_DUMPABLE, 0) == 0;
    });
    const Child conmon([] { return name_and_move("conmon", "/") && setresuid(12345, 12345, 12345) == 0; });
    REQUIRE(shim.is_ready());
    REQUIRE(conmon.is_ready());
    CHECK(count_shims_in(directory) == 0);
    CHECK(count_conmons() == 0);
    rmdir(directory.c_str());
}

TEST_CASE("a command line is split at its NULs") {
    using Words = std::vector<std::string>;
    CHECK(parse_command_line(std::string("conmon\0-c\0\0x y\0", 15)) == Words{"conmon", "-c", "", "x y"});
    CHECK(parse_command_line("conmon") == Words{"conmon"});
}

TEST_CASE("a home directory is found by its user's number") {
    constexpr std::string_view passwd =
        "root:x:0:0:root:/root:/bin/sh\nbroken:x:1000\nme:x:1000:1000:Me,,,:/home/me:/bin/sh\n"
        "bare:x:1001:1001::nowhere:/bin/sh\nnosh:x:1002:1002::/home/nosh\n";
    CHECK(find_home(passwd, 0) == "/root");
    CHECK(find_home(passwd, 1000) == "/home/me");
    CHECK(find_home(passwd, 1002) == "/home/nosh");
    CHECK_FALSE(find_home(passwd, 1001).has_value());
    CHECK_FALSE(find_home(passwd, 4242).has_value());
    CHECK_FALSE(find_home("", 0).has_value());
}

TEST_CASE("FUSE mounts are told by their type, whatever the source is called") {
    const auto devices = parse_served_devices(
        "22 1 0:20 / /sys rw - sysfs sysfs rw\n"
        "40 1 0:52 / /mnt\\040x rw,nosuid shared:5 master:2 - fuse.sshfs host:/ rw\n"
        "41 1 8:1 / / rw - ext4 /dev/fuse rw\n"
        "42 1 0:53 / /a rw - fuseblk /dev/sda1 rw\n"
        "43 1 bad / /b rw - fuse x rw\n"
        "44 1 0:54 / /c - fuse");
    REQUIRE(devices.size() == 3);
    CHECK(devices[0] == makedev(0, 52));
    CHECK(devices[1] == makedev(0, 53));
    CHECK(devices[2] == makedev(0, 54));
}

}  // namespace cstop::kernel
