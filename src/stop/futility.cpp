#include "stop/futility.hpp"

#include <csignal>

#include <fmt/format.h>

#include "base/text.hpp"

namespace cstop::stop {

namespace {

bool is_member(std::uint64_t signals, Signal signal) {
    return ((signals >> (signal.number - 1)) & 1U) != 0;
}

/// signal(7): the default action of these is to do nothing (SIGCONT: nothing but going on).
bool is_ignored_by_default(Signal signal) {
    return signal.number == SIGCHLD || signal.number == SIGURG || signal.number == SIGWINCH || signal.number == SIGCONT;
}

}  // namespace

std::optional<std::string> explain_futility(const kernel::Opened& opened, Signal signal) {
    if (!opened.signals.has_value() || signal == sigkill || signal == sigstop ||
        is_member(opened.signals->blocked, signal)) {
        return std::nullopt;
    }
    const auto init = fmt::format("init ({})", escape_text(opened.command));
    if (is_member(opened.signals->ignored, signal)) {
        return fmt::format("{} ignores {}", init, format_signal(signal));
    }
    if (is_member(opened.signals->caught, signal)) {
        return std::nullopt;
    }
    if (opened.has_private_pid_namespace) {
        return fmt::format("{} has no handler for {}: the kernel will drop it", init, format_signal(signal));
    }
    if (is_ignored_by_default(signal)) {
        return fmt::format("{} has no handler for {}, which does nothing by default", init, format_signal(signal));
    }
    return std::nullopt;
}

}  // namespace cstop::stop
