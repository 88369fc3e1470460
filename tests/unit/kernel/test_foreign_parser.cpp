// What a parser of foreign bytes can do, tried from inside.

#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>

#include <doctest/doctest.h>

#include "child.hpp"
#include "kernel/capabilities.hpp"
#include "kernel/confinement.hpp"
#include "kernel/foreign_parser.hpp"
#include "kernel/seccomp_filter.hpp"

using namespace cstop;
using namespace cstop::kernel;
using namespace std::chrono_literals;

namespace {

Json number(std::int64_t value) {
    return Json(Json::Value(value));
}

/// What the parent is told when the parser does `deed`.
Error answer_to(const std::function<long()>& deed) {
    const auto answer = parse_isolated([&] { return Result<Json>(number(deed())); });
    return answer ? Error{.code = ErrorCode::usage, .errno_value = 0, .what = "it lived"} : answer.error();
}

bool is_fatal(const std::function<long()>& deed) {
    const Error error = answer_to(deed);
    INFO(error.what);
    return error.code == ErrorCode::damaged && error.what == "its parser was killed by SIGSYS";
}

}  // namespace

TEST_CASE("what a parser in a child says is what it would say in place") {
    const auto parse = [] { return read_json(R"({"pid": 12, "name": "web"})", {"pid"}); };
    const auto answer = parse_isolated(parse);
    REQUIRE(answer.has_value());
    CHECK((*answer)["pid"].natural() == 12U);
    CHECK((*answer)["name"].is_null());
    const auto refused = parse_isolated([] { return read_json("{"); });
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == ErrorCode::damaged);
    CHECK(refused.error().what == read_json("{").error().what);
}

TEST_CASE("who wrote a file decides where it is parsed") {
    const pid_t here = ::getpid();
    const auto place_of = [&](std::uint32_t owner, bool others_may_write) {
        const Writers writers{.owner = owner, .others_may_write = others_may_write};
        return *parse_written_by(writers, [] { return Result<Json>(number(::getpid())); })->natural();
    };
    CHECK_FALSE(is_foreign({.owner = 0, .others_may_write = false}));
    CHECK_FALSE(is_foreign({.owner = ::geteuid(), .others_may_write = false}));
    CHECK(is_foreign({.owner = ::geteuid() + 1, .others_may_write = false}));
    CHECK(is_foreign({.owner = 0, .others_may_write = true}));
    CHECK(place_of(0, false) == static_cast<std::uint64_t>(here));
    const bool is_read_here = json_reader_for({.owner = 0, .others_may_write = false}) == read_json;
    CHECK(is_read_here);
    const bool is_foreign_read_here =
        json_reader_for({.owner = ::geteuid() + 1, .others_may_write = false}) == read_json;
    CHECK_FALSE(is_foreign_read_here);
}

TEST_CASE("a parser that is led astray reaches nothing") {
    CHECK(is_fatal([] { return ::open("/etc/passwd", O_RDONLY); }));
    CHECK(is_fatal([] { return ::openat(AT_FDCWD, "/proc/self/mem", O_RDWR); }));
    CHECK(is_fatal([] { return ::socket(AF_UNIX, SOCK_STREAM, 0); }));
    CHECK(is_fatal([] { return ::kill(::getppid(), 0); }));
    CHECK(is_fatal([] { return ::syscall(SYS_pidfd_open, 1, 0); }));
    CHECK(is_fatal([] { return ::fork(); }));
    CHECK(is_fatal([] { return ::dup(2); }));
    CHECK(is_fatal([] { return ::ioctl(0, 0x5412, "x"); }));
    CHECK(is_fatal([] { return ::write(2, "", 0); }));
    CHECK(is_fatal([] {
        const char* arguments[] = {"/bin/true", nullptr};
        return ::execve("/bin/true", const_cast<char**>(arguments), nullptr);
    }));
    CHECK(is_fatal([] {
        return ::mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? 0 : 1;
    }));
    CHECK(is_fatal([] { return static_cast<long>(*read_capabilities()); }));
}

TEST_CASE("a parser that crashes, fills the memory or never ends makes a damaged file") {
    CHECK(answer_to([] { return ::raise(SIGKILL); }).code == ErrorCode::damaged);
    if (!is_sanitized) {
        const auto crash = [] {
            char* volatile nowhere = nullptr;
            return static_cast<long>(*nowhere);
        };
        CHECK(answer_to(crash).code == ErrorCode::damaged);
        const auto hoard = [] {
            std::vector<std::string> kept;
            while (true) {
                kept.emplace_back(1UL << 24U, 'x');
            }
            return 0L;
        };
        CHECK(answer_to(hoard).code == ErrorCode::damaged);
    }
    const auto begin = std::chrono::steady_clock::now();
    const auto spin = [] {
        for (volatile bool is_on = true; is_on;) {
        }
        return 0L;
    };
    CHECK(answer_to(spin).code == ErrorCode::damaged);
    CHECK(std::chrono::steady_clock::now() - begin < 20s);
}

TEST_CASE("an answer that is larger than any file's is not waited for") {
    const auto answer = parse_isolated([] {
        Json::Array parts;
        for (int i = 0; i < 1000; ++i) {
            parts.emplace_back(Json::Value(std::string(64UL * 1024, 'x')));
        }
        return Result<Json>(Json(Json::Value(std::move(parts))));
    });
    REQUIRE_FALSE(answer.has_value());
    CHECK(answer.error().what == "its parser answers without an end");
}

TEST_CASE("a confined process parses foreign bytes as well, and no child is left behind") {
    const pid_t pid = ::fork();
    if (pid == 0) {
        confine_process();
        const auto answer = parse_isolated([] { return read_json("[7]"); });
        const bool is_right = answer && answer->elements().size() == 1 && answer->elements()[0].natural() == 7U;
        const bool is_killed = is_fatal([] { return ::getppid(); });
        ::_exit(is_right && is_killed && ::waitpid(-1, nullptr, WNOHANG) == -1 ? 0 : 1);
    }
    int status = 1;
    ::waitpid(pid, &status, 0);
    CHECK(status == 0);
}
