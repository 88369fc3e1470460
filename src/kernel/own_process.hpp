#pragma once
// What cstop must know of itself so that it never hits itself, its shell, or the node (faults.md R6, R7, R16).

#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.hpp"
#include "kernel/membership.hpp"

namespace cstop::kernel {

class OwnProcess {
public:
    /// Error: unsupported when /proc is that of another pid namespace: its pids would not be ours.
    static Result<OwnProcess> read();

    std::int32_t pid() const { return pid_; }
    std::uint32_t user() const { return user_; }
    const Memberships& memberships() const { return memberships_; }
    /// Parent, its parent, and so on up to PID 1. Read at first use.
    const std::vector<std::int32_t>& ancestors();
    /// Itself, PID 1, everything below, and every ancestor: never signalled.
    bool is_untouchable(std::int32_t pid);
    /// Else a pid that was recorded outside means nothing here.
    static bool is_in_first_pid_namespace();
    /// Else start times that were recorded outside are shifted here.
    static bool is_in_first_time_namespace();

private:
    std::int32_t pid_ = 0;
    std::uint32_t user_ = 0;
    Memberships memberships_;
    std::optional<std::vector<std::int32_t>> ancestors_;
};

}  // namespace cstop::kernel
