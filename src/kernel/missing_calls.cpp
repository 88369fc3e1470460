#include "kernel/missing_calls.hpp"

#include <array>
#include <cerrno>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <fmt/format.h>

namespace cstop::kernel {

namespace {

struct Call {
    long number;
    std::string_view name;
    std::string_view version;  ///< of Linux
    std::string_view instead;
};

constexpr std::array newer_calls = {
    Call{.number = SYS_pidfd_send_signal,
         .name = "pidfd_send_signal",
         .version = "5.1",
         .instead = "signals go by kill(2), each right after a look at the start time"},
    Call{.number = SYS_pidfd_open,
         .name = "pidfd_open",
         .version = "5.3",
         .instead = "a process is known by its start time only, and its end is looked for every 20 ms"},
    Call{.number = SYS_openat2, .name = "openat2", .version = "5.6", .instead = "paths are opened name by name"},
};

/// With arguments that every kernel refuses: descriptor -1, pid -1.
bool is_there(const Call& call) {
    return ::syscall(call.number, -1, 0, 0, 0) >= 0 || errno != ENOSYS;
}

std::string read_release() {
    utsname name{};
    return ::uname(&name) == 0 ? name.release : "unknown";
}

}  // namespace

Error advise_missing_call(Error error, std::string_view call, std::string_view version) {
    if (error.code == ErrorCode::unsupported) {
        error.advice =
            fmt::format("cstop needs {}, of Linux {}: this kernel ({}) lacks it, or a seccomp filter hides it", call,
                        version, read_release());
    }
    return error;
}

std::vector<std::string> find_missing_calls() {
    std::vector<std::string> sentences;
    for (const Call& call : newer_calls) {
        if (!is_there(call)) {
            sentences.push_back(fmt::format("no {} here (Linux {}): {}", call.name, call.version, call.instead));
        }
    }
    return sentences;
}

}  // namespace cstop::kernel
