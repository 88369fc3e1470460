#include "kernel/process_status.hpp"

#include <charconv>

#include "base/text.hpp"
#include "kernel/proc_file.hpp"

namespace cstop::kernel {

namespace {

std::string_view first_word(std::string_view text) {
    const std::size_t start = text.find_first_not_of(" \t");
    if (start == std::string_view::npos) {
        return "";
    }
    text.remove_prefix(start);
    return text.substr(0, text.find_first_of(" \t"));
}

std::uint64_t parse_set(std::string_view value) {
    const std::string_view digits = first_word(value);
    std::uint64_t set = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), set, 16);
    return set;
}

std::int32_t parse_pid(std::string_view word) {
    return static_cast<std::int32_t>(parse_number(word, 0, INT32_MAX).value_or(0));
}

std::vector<std::int32_t> parse_pids(std::string_view value) {
    std::vector<std::int32_t> pids;
    for (const std::string_view word : split_text(value, '\t')) {
        if (!word.empty()) {
            pids.push_back(parse_pid(word));
        }
    }
    return pids;
}

}  // namespace

Result<ProcessStatus> parse_process_status(std::string_view text) {
    ProcessStatus status;
    bool has_user = false;
    // The kernel escapes newlines in Name, so a command cannot forge a line.
    for (const std::string_view line : split_text(text, '\n')) {
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos) {
            continue;
        }
        const std::string_view key = line.substr(0, colon);
        const std::string_view value = line.substr(colon + 1);
        if (key == "Uid") {
            const auto user = parse_number(first_word(value), 0, UINT32_MAX);
            has_user = user.has_value();
            status.real_user = static_cast<std::uint32_t>(user.value_or(0));
        } else if (key == "TracerPid") {
            status.tracer = parse_pid(first_word(value));
        } else if (key == "NSpid") {
            status.pids = parse_pids(value);
        } else if (key == "SigBlk") {
            status.signals.blocked = parse_set(value);
        } else if (key == "SigIgn") {
            status.signals.ignored = parse_set(value);
        } else if (key == "SigCgt") {
            status.signals.caught = parse_set(value);
        }
    }
    if (!has_user) {
        return fail(ErrorCode::damaged, "parse /proc/PID/status: no Uid");
    }
    return status;
}

Result<ProcessStatus> read_process_status(std::int32_t pid) {
    CSTOP_TRY(const std::string text, read_proc_file(pid, "status"));
    return parse_process_status(text);
}

Result<SignalSets> read_signal_sets(std::int32_t pid) {
    CSTOP_TRY(ProcessStatus status, read_process_status(pid));
    // proc(5): empty or "0" when it runs, or when it is not for our eyes.
    const std::string place = read_proc_file(pid, "wchan").value_or("");
    if (place.empty() || place == "0" || place.find("sigtimedwait") != std::string::npos) {
        status.signals.blocked = UINT64_MAX;
    }
    return status.signals;
}

bool is_namespace_init(const ProcessStatus& status) {
    return status.pids.size() > 1 && status.pids.back() == 1;
}

}  // namespace cstop::kernel
