// The filter answers for every system call that there is. None of them is made: a second filter, below it, answers
// EXDEV for whatever cstop's lets through (seccomp(2): of two errors the later filter's counts, of everything the
// sterner).

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <linux/filter.h>
#include <linux/nsfs.h>
#include <linux/seccomp.h>
#include <map>
#include <sched.h>
#include <set>
#include <sstream>
#include <string>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include <doctest/doctest.h>
#include <seccomp.h>

#include "kernel/seccomp_filter.hpp"
#include "kernel/system_call_filter.hpp"

using namespace cstop;
using namespace cstop::kernel;

namespace {

constexpr std::uint32_t probe = 0x5a5aa5a5;  // as the sixth argument; no call of cstop's has it
constexpr int last_call = 600;
/// uretprobe and uprobe: the kernel shows them to no filter, and kills whoever makes them without a probe.
constexpr int first_unfiltered = 335;
constexpr int last_unfiltered = 336;

struct Call {
    int number = 0;
    std::array<std::uint64_t, 5> arguments{};
};

/// Calls with the sixth argument `probe` are answered, all others let through.
bool load_probe() {
    constexpr auto sixth = static_cast<std::uint32_t>(offsetof(seccomp_data, args) + 5 * sizeof(std::uint64_t));
    std::array<sock_filter, 4> steps = {
        {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, sixth), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, probe, 0, 1),
         BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EXDEV), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)}};
    const sock_fprog program{.len = steps.size(), .filter = steps.data()};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
}

int answer_to(const Call& call) {
    const auto& argument = call.arguments;
    errno = 0;
    const long result =
        ::syscall(call.number, argument[0], argument[1], argument[2], argument[3], argument[4], std::uint64_t{probe});
    return result == -1 ? errno : 0;
}

constexpr int allowed = EXDEV;
constexpr int killed = -1;

/// One answer a call: an errno, `allowed` or `killed`. A child asks until it is killed, the next one goes on.
std::vector<int> ask(const std::vector<Call>& calls) {
    const std::size_t size = (calls.size() + 1) * sizeof(int);
    void* const memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(memory != MAP_FAILED);
    int* const next = static_cast<int*>(memory);
    int* const answers = next + 1;
    while (static_cast<std::size_t>(*next) < calls.size()) {
        const int begin = *next;
        const pid_t pid = ::fork();
        if (pid == 0) {
            if (!load_probe() || !load_system_call_filter()) {
                ::_exit(1);
            }
            while (static_cast<std::size_t>(*next) < calls.size()) {
                answers[*next] = killed;
                const int here = (*next)++;
                answers[here] = answer_to(calls[static_cast<std::size_t>(here)]);
            }
            // _exit(2) would leave the sixth argument's register as it is.
            ::syscall(SYS_exit_group, 0, 0, 0, 0, 0, 0);
        }
        int status = 0;
        ::waitpid(pid, &status, 0);
        CAPTURE(status);
        REQUIRE(*next > begin);
        REQUIRE((WIFEXITED(status) ? WEXITSTATUS(status) == 0 : WTERMSIG(status) == SIGSYS));
    }
    const std::vector<int> result(answers, answers + calls.size());
    ::munmap(memory, size);
    return result;
}

int answer_to_one(const char* name, std::array<std::uint64_t, 5> arguments) {
    return ask({{.number = ::seccomp_syscall_resolve_name(name), .arguments = arguments}}).front();
}

/// tests/data/system_calls.tsv: the calls, each with whether the filter looks at its arguments.
std::map<int, bool> read_listed_calls() {
    std::ifstream file(std::string(std::getenv("CSTOP_TEST_DATA")) + "/system_calls.tsv");
    REQUIRE(file.is_open());
    std::map<int, bool> calls;
    for (std::string line; std::getline(file, line);) {
        if (line.empty() || line.starts_with('#')) {
            continue;
        }
        std::istringstream fields(line);
        std::string name;
        std::string argument;
        fields >> name >> argument;
        const int number = ::seccomp_syscall_resolve_name(name.c_str());
        REQUIRE_MESSAGE(number >= 0, name);
        calls[number] = argument != "-";
    }
    return calls;
}

std::string name_of(int number) {
    char* const name = ::seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, number);
    const std::string text = name == nullptr ? std::to_string(number) : name;
    std::free(name);
    return text;
}

}  // namespace

TEST_CASE("the filter lets through the listed calls, and no other") {
    if (is_sanitized) {  // its runtime needs more
        return;
    }
    const auto listed = read_listed_calls();
    constexpr std::uint64_t ones = ~std::uint64_t{0};
    std::vector<Call> calls;
    for (int number = 0; number <= last_call; ++number) {
        if (number >= first_unfiltered && number <= last_unfiltered) {
            continue;
        }
        calls.push_back({.number = number, .arguments = {}});
        calls.push_back({.number = number, .arguments = {ones, ones, ones, ones, ones}});
    }
    const std::vector<int> answers = ask(calls);
    for (std::size_t i = 0; i < calls.size(); ++i) {
        const auto found = listed.find(calls[i].number);
        CAPTURE(name_of(calls[i].number));
        if (found == listed.end()) {
            CHECK((answers[i] == ENOSYS || answers[i] == killed));
        } else if (!found->second) {
            CHECK(answers[i] == allowed);
        }
    }
}

TEST_CASE("a call that is let through by its arguments is not let through with others") {
    if (is_sanitized) {
        return;
    }
    SUBCASE("what opens a file creates none") {
        CHECK(answer_to_one("openat", {0, 0, O_RDONLY}) == allowed);
        CHECK(answer_to_one("openat", {0, 0, O_WRONLY | O_CLOEXEC | O_NONBLOCK | O_DIRECTORY}) == allowed);
        CHECK(answer_to_one("openat", {0, 0, O_WRONLY | O_CREAT}) == EPERM);
        CHECK(answer_to_one("openat", {0, 0, O_RDWR | O_CREAT | O_EXCL}) == EPERM);
        CHECK(answer_to_one("openat", {0, 0, O_RDWR | O_TMPFILE}) != allowed);
        CHECK(answer_to_one("open", {0, O_RDONLY}) == ENOSYS);
        CHECK(answer_to_one("creat", {}) == ENOSYS);
    }
    SUBCASE("ioctl asks, and changes nothing") {
        for (const std::uint64_t request :
             {std::uint64_t{TCGETS}, std::uint64_t{TIOCGWINSZ}, std::uint64_t{TIOCGPGRP}, std::uint64_t{0xC040FF0B},
              std::uint64_t{0xFF09}, std::uint64_t{NS_GET_OWNER_UID}, std::uint64_t{NS_GET_PARENT}}) {
            CAPTURE(request);
            CHECK(answer_to_one("ioctl", {0, request}) == allowed);
        }
        for (const std::uint64_t request :
             {std::uint64_t{TIOCSTI}, std::uint64_t{TIOCSCTTY}, std::uint64_t{TCSETS}, std::uint64_t{TIOCSWINSZ},
              std::uint64_t{TIOCSPGRP}, std::uint64_t{FIONBIO}, std::uint64_t{0}}) {
            CAPTURE(request);
            CHECK(answer_to_one("ioctl", {0, request}) == ENOSYS);
        }
    }
    SUBCASE("a signal reaches one process, never a group, everybody or the first process") {
        CHECK(answer_to_one("kill", {2, 9}) == allowed);
        CHECK(answer_to_one("kill", {4194304, 9}) == allowed);
        for (const std::int64_t pid : {0L, 1L, -1L, -2L, 0xFFFFFFFFL, 0x100000002L}) {
            CAPTURE(pid);
            CHECK(answer_to_one("kill", {static_cast<std::uint64_t>(pid), 9}) == ENOSYS);
        }
    }
    SUBCASE("memory is data") {
        CHECK(answer_to_one("mmap", {0, 4096, PROT_READ | PROT_WRITE}) == allowed);
        CHECK(answer_to_one("mmap", {0, 4096, PROT_READ | PROT_EXEC}) == ENOSYS);
        CHECK(answer_to_one("mprotect", {0, 4096, PROT_READ}) == allowed);
        CHECK(answer_to_one("mprotect", {0, 4096, PROT_EXEC}) == ENOSYS);
    }
    SUBCASE("a child shares nothing and has no namespace of its own") {
        CHECK(answer_to_one("clone", {CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID | 17}) == allowed);
        for (const int flag : {CLONE_VM, CLONE_THREAD, CLONE_PARENT, CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNS}) {
            CAPTURE(flag);
            CHECK(answer_to_one("clone", {static_cast<std::uint64_t>(flag) | 17}) == ENOSYS);
        }
    }
    SUBCASE("prctl gives up, and takes nothing") {
        CHECK(answer_to_one("prctl", {PR_SET_NO_NEW_PRIVS, 1}) == allowed);
        CHECK(answer_to_one("prctl", {PR_SET_PDEATHSIG, 9}) == allowed);
        for (const int option :
             {PR_SET_PTRACER, PR_SET_MM, PR_SET_CHILD_SUBREAPER, PR_CAP_AMBIENT, PR_SET_NAME, PR_SET_DUMPABLE}) {
            CAPTURE(option);
            CHECK(answer_to_one("prctl", {static_cast<std::uint64_t>(option)}) == ENOSYS);
        }
    }
}
