#include "kernel/process.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <unistd.h>

#include "kernel/pidfd.hpp"
#include "kernel/proc_file.hpp"

namespace cstop::kernel {

namespace {

/// Field numbers of proc(5), from 1. Fields 1 and 2 (pid and comm) come before the last ')'.
constexpr std::size_t first_field = 3;
constexpr std::size_t exit_code_field = 52;
constexpr std::size_t last_required_field = 22;

/// PF_EXITING of the kernel's include/linux/sched.h, the same since Linux 2.4.
constexpr std::uint64_t exiting_flag = 4;

using Fields = std::array<std::string_view, last_required_field + 1>;

/// Up to the next blank, which is taken too.
std::string_view take_field(std::string_view& text) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view field = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return field;
}

template <class Number>
bool parse_field(std::string_view field, Number& number) {
    const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), number);
    return error == std::errc() && end == field.data() + field.size();
}

bool is_state(std::string_view field) {
    return field.size() == 1 && (('A' <= field[0] && field[0] <= 'Z') || ('a' <= field[0] && field[0] <= 'z'));
}

/// `text`: the fields behind the required ones. Before Linux 3.5 there was none.
bool parse_exit_code(std::string_view text, int& exit_code) {
    for (std::size_t number = last_required_field + 1; number < exit_code_field; ++number) {
        take_field(text);
    }
    while (text.ends_with('\n')) {
        text.remove_suffix(1);
    }
    return text.empty() || parse_field(take_field(text), exit_code);
}

}  // namespace

bool is_at_rest(const ProcessStat& stat) {
    return std::string_view("TtZX").contains(stat.state);
}

Result<ProcessStat> parse_process_stat(std::string_view text) {
    const std::size_t open = text.find('(');
    const std::size_t close = text.rfind(')');  // comm may hold anything, ") Z 1 2 3" included (faults.md R12)
    if (open == std::string_view::npos || close == std::string_view::npos || close < open) {
        return fail(ErrorCode::damaged, "parse /proc/PID/stat: no command");
    }
    Fields fields{};
    ProcessStat stat{.command = std::string(text.substr(open + 1, close - open - 1))};
    text.remove_prefix(std::min(close + 2, text.size()));
    for (std::size_t number = first_field; number <= last_required_field; ++number) {
        fields.at(number) = take_field(text);
    }
    std::uint64_t flags = 0;
    if (!is_state(fields[3]) || !parse_field(fields[9], flags) || !parse_field(fields[4], stat.parent) ||
        !parse_field(fields[20], stat.threads) || !parse_field(fields[22], stat.start_time)) {
        return fail(ErrorCode::damaged, "parse /proc/PID/stat: a field is missing or no number");
    }
    stat.state = fields[3].front();
    stat.is_exiting = (flags & exiting_flag) != 0;
    if (stat.state == 'Z' && !parse_exit_code(text, stat.exit_code)) {
        return fail(ErrorCode::damaged, "parse /proc/PID/stat: the exit code is no number");
    }
    return stat;
}

Result<ProcessStat> read_process_stat(std::int32_t pid) {
    CSTOP_TRY(const std::string text, read_proc_file(pid, "stat"));
    return parse_process_stat(text);
}

Result<Descriptor> open_process_stat(std::int32_t pid) {
    return open_proc_file(pid, "stat");
}

Result<ProcessStat> read_process_stat(const Descriptor& file) {
    std::array<char, 2048> text{};  // 52 numbers and a command of 64 bytes at most
    ssize_t count = -1;
    do {
        count = ::pread(file.number(), text.data(), text.size(), 0);
    } while (count < 0 && errno == EINTR);
    if (count < 0) {
        return fail_with_errno(errno, "read /proc/PID/stat");
    }
    return parse_process_stat(std::string_view(text.data(), static_cast<std::size_t>(count)));
}

Result<bool> is_process_alive(std::int32_t pid, std::uint64_t start_time) {
    const Result<ProcessStat> stat = read_process_stat(pid);
    if (!stat && stat.error().code == ErrorCode::gone) {
        return false;
    }
    CSTOP_CHECK(stat);
    if (start_time != 0 && stat->start_time != start_time) {
        return false;
    }
    const bool seems_dead = stat->state == 'Z' || stat->state == 'X' || stat->state == 'x';
    if (!seems_dead || stat->threads > 1) {
        return true;
    }
    // While a thread execs, the leader shows Z or X for a moment (faults.md F08): the pidfd knows.
    const Result<Descriptor> pidfd = open_pidfd(pid);
    return pidfd.has_value() && !is_process_ended(*pidfd);
}

}  // namespace cstop::kernel
