#include "base/signal.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.hpp"

namespace cstop {

namespace {

struct SignalName {
    std::string_view name;  // without SIG
    int number;
};

// signal(7), the column of x86 and ARM. Where a number has several names, the first one is shown.
constexpr std::array<SignalName, 34> signal_names = {{
    {.name = "HUP", .number = 1},     {.name = "INT", .number = 2},     {.name = "QUIT", .number = 3},
    {.name = "ILL", .number = 4},     {.name = "TRAP", .number = 5},    {.name = "ABRT", .number = 6},
    {.name = "IOT", .number = 6},     {.name = "BUS", .number = 7},     {.name = "FPE", .number = 8},
    {.name = "KILL", .number = 9},    {.name = "USR1", .number = 10},   {.name = "SEGV", .number = 11},
    {.name = "USR2", .number = 12},   {.name = "PIPE", .number = 13},   {.name = "ALRM", .number = 14},
    {.name = "TERM", .number = 15},   {.name = "STKFLT", .number = 16}, {.name = "CHLD", .number = 17},
    {.name = "CLD", .number = 17},    {.name = "CONT", .number = 18},   {.name = "STOP", .number = 19},
    {.name = "TSTP", .number = 20},   {.name = "TTIN", .number = 21},   {.name = "TTOU", .number = 22},
    {.name = "URG", .number = 23},    {.name = "XCPU", .number = 24},   {.name = "XFSZ", .number = 25},
    {.name = "VTALRM", .number = 26}, {.name = "PROF", .number = 27},   {.name = "WINCH", .number = 28},
    {.name = "IO", .number = 29},     {.name = "POLL", .number = 29},   {.name = "PWR", .number = 30},
    {.name = "SYS", .number = 31},
}};

// glibc keeps 32 and 33 for itself; musl also 34, but the engines do not know that.
constexpr int lowest_real_time = 34;
constexpr int highest_real_time = 64;

// The longest text that can be a signal: SIGRTMAXMINUS30, with room for leading zeros.
constexpr std::size_t longest_text = 32;

std::optional<int> parse_offset(std::string_view text, std::string_view sign, std::string_view word) {
    if (text.empty()) {
        return 0;
    }
    if (text.starts_with(sign)) {
        text.remove_prefix(sign.size());
    } else if (text.starts_with(word)) {
        text.remove_prefix(word.size());
    } else {
        return std::nullopt;
    }
    const auto offset = parse_number(text, 0, 30);
    if (!offset.has_value()) {
        return std::nullopt;
    }
    return static_cast<int>(*offset);
}

std::optional<int> parse_real_time(std::string_view name) {
    if (name.starts_with("RTMIN")) {
        const auto offset = parse_offset(name.substr(5), "+", "PLUS");
        return offset.has_value() ? std::optional(lowest_real_time + *offset) : std::nullopt;
    }
    if (name.starts_with("RTMAX")) {
        const auto offset = parse_offset(name.substr(5), "-", "MINUS");
        return offset.has_value() ? std::optional(highest_real_time - *offset) : std::nullopt;
    }
    return std::nullopt;
}

// In upper case by hand: toupper(3) asks the locale.
std::string make_upper_case(std::string_view text) {
    std::string result(text);
    for (char& character : result) {
        if ('a' <= character && character <= 'z') {
            character = static_cast<char>(character - 'a' + 'A');
        }
    }
    return result;
}

std::optional<int> parse_signal_number(std::string_view text) {
    if (text.size() > longest_text) {
        return std::nullopt;
    }
    if (const auto number = parse_number(text, 1, highest_real_time); number.has_value()) {
        return static_cast<int>(*number);
    }
    const std::string upper = make_upper_case(text);
    std::string_view name = upper;
    if (name.starts_with("SIG")) {
        name.remove_prefix(3);
    }
    const auto* const found = std::ranges::find(signal_names, name, &SignalName::name);
    if (found != signal_names.end()) {
        return found->number;
    }
    return parse_real_time(name);
}

}  // namespace

Result<Signal> parse_signal(std::string_view text) {
    const auto number = parse_signal_number(text);
    if (!number.has_value()) {
        return fail(ErrorCode::usage, "unknown signal " + quote_text(text));
    }
    return Signal{*number};
}

std::string format_signal(Signal signal) {
    const int number = signal.number;
    const auto* const found = std::ranges::find(signal_names, number, &SignalName::number);
    if (found != signal_names.end()) {
        return "SIG" + std::string(found->name);
    }
    if (number < lowest_real_time || number > highest_real_time) {
        return std::to_string(number);
    }
    if (number == lowest_real_time) {
        return "SIGRTMIN";
    }
    if (number == highest_real_time) {
        return "SIGRTMAX";
    }
    // Counted from the nearer end, as `kill -l` does.
    return number < 50 ? "SIGRTMIN+" + std::to_string(number - lowest_real_time)
                       : "SIGRTMAX-" + std::to_string(highest_real_time - number);
}

}  // namespace cstop
