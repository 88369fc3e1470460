#include "kernel/monitors.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <optional>
#include <unistd.h>
#include <utility>

#include <climits>
#include <fmt/format.h>

#include "base/text.hpp"
#include "kernel/directory.hpp"
#include "kernel/open_beneath.hpp"
#include "kernel/proc_file.hpp"
#include "kernel/process.hpp"
#include "kernel/process_status.hpp"

namespace cstop::kernel {

namespace {

/// About five microseconds each.
constexpr std::size_t most_processes = 65536;
constexpr std::uint64_t highest_pid = 4194304;
constexpr std::size_t longest_command_line = 64UL * 1024;

struct Namespaces {
    std::uint64_t process = 0;
    std::uint64_t mount = 0;
    bool operator==(const Namespaces&) const = default;
};

Namespaces read_namespaces(std::string_view process) {
    return {.process = read_namespace_inode(fmt::format("/proc/{}/ns/pid", process)),
            .mount = read_namespace_inode(fmt::format("/proc/{}/ns/mnt", process))};
}

std::optional<Monitor::Kind> find_kind(std::int32_t pid) {
    // The kernel keeps 15 characters: containerd-shim-runc-v2 and its elder siblings.
    const auto command = read_proc_file(pid, "comm");
    if (command && *command == "containerd-shim\n") {
        return Monitor::Kind::shim;
    }
    if (command && *command == "conmon\n") {
        return Monitor::Kind::conmon;
    }
    return std::nullopt;
}

bool is_ours(std::int32_t pid, const Namespaces& own) {
    const auto status = read_process_status(pid);
    return status && (status->real_user == 0 || status->real_user == geteuid()) && own.mount != 0 &&
           read_namespaces(std::to_string(pid)) == own;
}

std::optional<Monitor> read_shim(std::int32_t pid, const Namespaces& own) {
    if (!is_ours(pid, own)) {
        return std::nullopt;
    }
    std::array<char, PATH_MAX> text{};
    const ssize_t length = ::readlink(fmt::format("/proc/{}/cwd", pid).c_str(), text.data(), text.size());
    if (length <= 0) {
        return std::nullopt;
    }
    return Monitor{.kind = Monitor::Kind::shim,
                   .directory = std::string(text.data(), static_cast<std::size_t>(length)),
                   .arguments = {}};
}

std::optional<Monitor> read_conmon(std::int32_t pid, const Namespaces& own) {
    // Opened before it is examined: whoever has the pid later is not who is read here.
    const int number = ::open(fmt::format("/proc/{}/cmdline", pid).c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (number < 0) {
        return std::nullopt;
    }
    const Descriptor file(number);
    const auto stat = read_process_stat(pid);
    if (!stat || stat->command != "conmon" || stat->state == 'D' || !is_ours(pid, own)) {
        return std::nullopt;
    }
    const auto text = read_all(file, longest_command_line, "cmdline");
    if (!text || text->empty()) {
        return std::nullopt;
    }
    return Monitor{.kind = Monitor::Kind::conmon, .directory = {}, .arguments = parse_command_line(*text)};
}

std::optional<Monitor> read_monitor(std::int32_t pid, const Namespaces& own) {
    const auto kind = find_kind(pid);
    if (!kind) {
        return std::nullopt;
    }
    return *kind == Monitor::Kind::shim ? read_shim(pid, own) : read_conmon(pid, own);
}

}  // namespace

Result<MonitorList> list_monitors() {
    CSTOP_TRY(const Directory processes, open_directory("/proc"));
    CSTOP_TRY(const auto names, list_names(processes));
    const Namespaces own = read_namespaces("self");
    MonitorList list;
    std::size_t seen = 0;
    for (const std::string& name : names) {
        const auto pid = parse_number(name, 1, highest_pid);
        if (!pid) {
            continue;
        }
        if (++seen > most_processes) {
            list.is_cut = true;
            break;
        }
        if (auto monitor = read_monitor(static_cast<std::int32_t>(*pid), own)) {
            list.monitors.push_back(*std::move(monitor));
        }
    }
    return list;
}

std::vector<std::string> parse_command_line(std::string_view text) {
    std::vector<std::string> words;
    if (text.ends_with('\0')) {
        text.remove_suffix(1);
    }
    for (const std::string_view word : split_text(text, '\0')) {
        words.emplace_back(word);
    }
    return words;
}

}  // namespace cstop::kernel
