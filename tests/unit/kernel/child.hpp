#pragma once
// Processes and cgroups of a test, gone when it ends.

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <signal.h>
#include <sstream>
#include <string>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include "kernel/mounts.hpp"
#include "kernel/process.hpp"

namespace cstop::kernel::test {

/// A forked child that runs `body` and then waits for signals. It dies with its owner.
class Child {
public:
    explicit Child(const std::function<void()>& body = [] {}) {
        std::array<int, 2> ready{};
        if (::pipe(ready.data()) != 0) {
            return;
        }
        pid_ = ::fork();
        if (pid_ == 0) {
            ::close(ready[0]);
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // also when the test itself is killed
            sigset_t none;                       // a System of this test may have blocked some
            ::sigemptyset(&none);
            ::sigprocmask(SIG_SETMASK, &none, nullptr);
            body();
            static_cast<void>(!::write(ready[1], "", 1));
            ::close(ready[1]);
            while (true) {
                ::pause();
            }
        }
        ::close(ready[1]);
        char byte = 0;
        static_cast<void>(!::read(ready[0], &byte, 1));
        ::close(ready[0]);
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child() {
        if (pid_ > 0) {
            ::kill(pid_, SIGKILL);
            reap();
        }
    }

    pid_t pid() const { return pid_; }
    std::uint64_t start_time() const { return read_process_stat(pid_)->start_time; }
    void send(int signal) const { ::kill(pid_, signal); }
    int reap() {
        int status = 0;
        ::waitpid(std::exchange(pid_, -1), &status, 0);
        return status;
    }

private:
    pid_t pid_ = -1;
};

inline std::string read_text(const std::filesystem::path& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

inline bool write_text(const std::filesystem::path& path, const std::string& text) {
    std::ofstream file(path);
    file << text << std::flush;
    return file.good();
}

/// The mount point of a hierarchy; empty where this machine has none.
inline std::string find_mount(const std::string& hierarchy) {
    for (const CgroupMount& mount : own_cgroup_mounts().all()) {
        if (has_hierarchy(mount, hierarchy)) {
            return mount.mount_point;
        }
    }
    return "";
}

/// A cgroup of the test in one hierarchy ("" or "freezer"). Killed, thawed and removed at the end.
class TestCgroup {
public:
    TestCgroup(const std::string& hierarchy, const std::string& name) {
        const std::string mount = find_mount(hierarchy);
        if (!mount.empty() && ::mkdir((mount + "/" + name).c_str(), 0755) == 0) {
            path_ = mount + "/" + name;
        }
    }
    TestCgroup(const TestCgroup&) = delete;
    TestCgroup& operator=(const TestCgroup&) = delete;
    ~TestCgroup() {
        if (!path_.empty()) {
            remove(path_);
        }
    }

    bool is_made() const { return !path_.empty(); }
    const std::filesystem::path& path() const { return path_; }
    bool add(pid_t pid) const { return write_text(path_ / "cgroup.procs", std::to_string(pid)); }
    std::filesystem::path add_below(const std::string& name) const {
        std::filesystem::create_directory(path_ / name);
        return path_ / name;
    }

private:
    static void remove(const std::filesystem::path& path) {
        write_text(path / "cgroup.freeze", "0");
        write_text(path / "freezer.state", "THAWED");
        std::vector<std::filesystem::path> below;
        for (const auto& entry : std::filesystem::directory_iterator(path)) {
            if (entry.is_directory()) {
                below.push_back(entry.path());
            }
        }
        for (const auto& child : below) {
            remove(child);
        }
        // Dying members hold it for a moment.
        for (int tries = 0; ::rmdir(path.c_str()) != 0 && tries < 2000; ++tries) {
            std::istringstream members(read_text(path / "cgroup.procs"));
            for (pid_t pid = 0; members >> pid;) {
                if (pid > 1 && pid != ::getpid()) {
                    ::kill(pid, SIGKILL);
                }
            }
            ::usleep(1000);
        }
    }

    std::filesystem::path path_;
};

inline std::string make_name(const std::string& purpose) {
    return "cstop-unit-" + purpose + "-" + std::to_string(::getpid());
}

class TestDirectory {
public:
    TestDirectory() {
        std::string pattern = (std::filesystem::temp_directory_path() / "cstop-unit-XXXXXX").string();
        path_ = ::mkdtemp(pattern.data());
    }
    TestDirectory(const TestDirectory&) = delete;
    TestDirectory& operator=(const TestDirectory&) = delete;
    ~TestDirectory() { std::filesystem::remove_all(path_); }
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

}  // namespace cstop::kernel::test
