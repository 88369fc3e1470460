#include "stop/futility.hpp"

#include <csignal>

#include <fmt/format.h>

#include "base/text.hpp"

namespace cstop::stop {

namespace {

/// signal(7): the default action of these is to do nothing (SIGCONT: nothing but going on).
bool is_ignored_by_default(Signal signal) {
    return signal.number == SIGCHLD || signal.number == SIGURG || signal.number == SIGWINCH || signal.number == SIGCONT;
}

model::Reception find_reception_now(const kernel::Opened& opened, const kernel::SignalSets& sets, Signal signal) {
    using model::Reception;
    if (signal == sigkill || signal == sigstop) {
        return Reception::effective;
    }
    if (has_signal(sets.blocked, signal)) {
        return Reception::blocked;
    }
    if (has_signal(sets.ignored, signal)) {
        return Reception::ignored;
    }
    if (has_signal(sets.caught, signal)) {
        return Reception::handled;
    }
    if (opened.has_private_pid_namespace) {
        return Reception::dropped;
    }
    return is_ignored_by_default(signal) ? Reception::harmless : Reception::effective;
}

}  // namespace

bool has_signal(std::uint64_t signals, Signal signal) {
    return ((signals >> static_cast<unsigned>(signal.number - 1)) & 1U) != 0;
}

model::Reception find_reception(const kernel::Opened& opened, const std::optional<kernel::SignalSets>& later,
                                Signal signal) {
    using model::Reception;
    if (!opened.signals.has_value() || !later.has_value()) {
        return Reception::unknown;
    }
    const auto before = find_reception_now(opened, *opened.signals, signal);
    const auto after = find_reception_now(opened, *later, signal);
    // A handler, or what needs none, is what it is, wherever init waits.
    if (before == after || before == Reception::handled || before == Reception::effective) {
        return before;
    }
    return after == Reception::handled ? after : Reception::unproven;
}

std::optional<std::string> explain_futility(const kernel::Opened& opened, Signal signal) {
    if (!opened.signals.has_value() || signal == sigkill || signal == sigstop ||
        has_signal(opened.signals->blocked, signal)) {
        return std::nullopt;
    }
    const auto init = fmt::format("init ({})", escape_text(opened.command));
    if (has_signal(opened.signals->ignored, signal)) {
        return fmt::format("{} ignores {}", init, format_signal(signal));
    }
    if (has_signal(opened.signals->caught, signal)) {
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
