#include "kernel/foreign_parser.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <optional>
#include <poll.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "base/json_packing.hpp"
#include "base/signal.hpp"
#include "kernel/descriptor.hpp"
#include "kernel/parser_jail.hpp"

// The answer is a byte that says which it is, and then a packed Json, or an error: its code, its errno and its sentence
// as an array.

namespace cstop::kernel {

namespace {

constexpr char is_value = 'v';
constexpr char is_error = 'e';
constexpr std::size_t largest_answer = 16UL * 1024 * 1024;
/// The child has two seconds of processor time. On a machine that gives it none nobody waits for ever.
constexpr auto longest_wait = std::chrono::seconds(10);

std::string pack_answer(const Result<Json>& parsed) {
    if (parsed) {
        return is_value + pack_json(*parsed);
    }
    const Error& error = parsed.error();
    Json::Array parts;
    parts.emplace_back(Json::Value(static_cast<std::int64_t>(error.code)));
    parts.emplace_back(Json::Value(static_cast<std::int64_t>(error.errno_value)));
    parts.emplace_back(Json::Value(error.what));
    return is_error + pack_json(Json(Json::Value(std::move(parts))));
}

Failure fail_nonsense() {
    return fail(ErrorCode::damaged, "its parser answered nonsense");
}

Result<Json> unpack_answer(std::string_view bytes) {
    const char kind = bytes.empty() ? '\0' : bytes.front();
    auto answer = unpack_json(bytes.substr(bytes.empty() ? 0 : 1));
    if (!answer || (kind != is_value && kind != is_error)) {
        return fail_nonsense();
    }
    if (kind == is_value) {
        return answer;
    }
    const auto parts = answer->elements();
    const auto code = parts.size() == 3 ? parts[0].integer(0, static_cast<int>(ErrorCode::system)) : std::nullopt;
    const auto errno_value = parts.size() == 3 ? parts[1].integer(0, 4095) : std::nullopt;
    const auto what = parts.size() == 3 ? parts[2].text() : std::nullopt;
    if (!code || !errno_value || !what) {
        return fail_nonsense();
    }
    return Failure(Error{.code = static_cast<ErrorCode>(*code),
                         .errno_value = static_cast<int>(*errno_value),
                         .what = std::string(*what)});
}

/// The child's whole life.
[[noreturn]] void answer_and_exit(const std::function<Result<Json>()>& parse, int number) {
    enter_parser_jail(number);
    const std::string answer = pack_answer(parse());
    std::string_view left = answer;
    while (!left.empty()) {
        const ssize_t count = ::write(number, left.data(), left.size());
        if (count < 0 && errno != EINTR) {
            ::_exit(1);
        }
        left.remove_prefix(count < 0 ? 0 : static_cast<std::size_t>(count));
    }
    ::_exit(0);
}

/// A child that is killed and reaped on every way out.
class Child {
public:
    explicit Child(pid_t pid) : pid_(pid) {}
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child() {
        if (pid_ > 0) {
            ::kill(pid_, SIGKILL);
            static_cast<void>(reap());
        }
    }

    /// Its wait(2) status; none when somebody else has it.
    std::optional<int> reap() {
        int status = 0;
        pid_t reaped = -1;
        do {
            reaped = ::waitpid(pid_, &status, 0);
        } while (reaped < 0 && errno == EINTR);
        pid_ = 0;
        return reaped > 0 ? std::optional(status) : std::nullopt;
    }

private:
    pid_t pid_;
};

/// Everything up to the end of the pipe.
Result<std::string> read_answer(const Descriptor& pipe) {
    const auto end = std::chrono::steady_clock::now() + longest_wait;
    std::string answer;
    std::array<char, 16384> block{};
    while (true) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
        pollfd readable{.fd = pipe.number(), .events = POLLIN, .revents = 0};
        const int ready = left > 0 ? ::poll(&readable, 1, static_cast<int>(left)) : 0;
        if (ready == 0) {
            return fail(ErrorCode::damaged, "its parser took too long");
        }
        const ssize_t count = ready < 0 ? -1 : ::read(pipe.number(), block.data(), block.size());
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return fail_with_errno(errno, "read what its parser answers");
        }
        if (count == 0) {
            return answer;
        }
        answer.append(block.data(), static_cast<std::size_t>(count));
        if (answer.size() > largest_answer) {
            return fail(ErrorCode::damaged, "its parser answers without an end");
        }
    }
}

Result<Json> read_foreign_json(std::string_view bytes, JsonPaths paths) {
    return parse_isolated([&] { return read_json(bytes, paths); });
}

}  // namespace

bool is_foreign(const Writers& writers) {
    return writers.others_may_write || (writers.owner != 0 && writers.owner != ::geteuid());
}

JsonReader json_reader_for(const Writers& writers) {
    return is_foreign(writers) ? read_foreign_json : read_json;
}

Result<Json> parse_written_by(const Writers& writers, const std::function<Result<Json>()>& parse) {
    return is_foreign(writers) ? parse_isolated(parse) : parse();
}

Result<Json> parse_isolated(const std::function<Result<Json>()>& parse) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        return parse();
    }
    const Descriptor from_child(ends[0]);
    Descriptor to_parent(ends[1]);
    const pid_t pid = ::fork();
    if (pid == 0) {
        answer_and_exit(parse, to_parent.number());
    }
    if (pid < 0) {
        return parse();
    }
    Child child(pid);
    to_parent.close();
    CSTOP_TRY(const std::string answer, read_answer(from_child));
    const std::optional<int> status = child.reap();
    if (status && WIFSIGNALED(*status)) {
        return fail(ErrorCode::damaged, fmt::format("its parser was killed by {}", format_signal({WTERMSIG(*status)})));
    }
    return unpack_answer(answer);
}

}  // namespace cstop::kernel
