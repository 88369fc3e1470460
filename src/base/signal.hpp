#pragma once
// Signal numbers and their names, as image configs, engines and people write them.

#include <compare>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace cstop {

/// A signal that exists on Linux: 1..64. Real-time signals count from 34 whatever the libc reserves (signal(7); the
/// engines were all built with 34). Numbers are those of every Linux but alpha, mips, parisc and sparc.
struct Signal {
    int number = 0;
    auto operator<=>(const Signal&) const = default;
};

inline constexpr Signal sighup{1};
inline constexpr Signal sigint{2};
inline constexpr Signal sigkill{9};
inline constexpr Signal sigterm{15};
inline constexpr Signal sigcont{18};
inline constexpr Signal sigstop{19};

/// Decimal 1..64; a name in any case with or without SIG (aliases IOT, CLD, POLL, IO, STKFLT); RTMIN, RTMIN+n, RTMAX,
/// RTMAX-n with n 0..30; the CRI's spellings RTMINPLUSn, RTMAXMINUSn. Nothing is trimmed.
/// Error: usage, naming the text.
Result<Signal> parse_signal(std::string_view text);

/// What parse_signal reads back: "SIGTERM", "SIGRTMIN" for 34, "SIGRTMIN+1".."+15" up to 49, "SIGRTMAX-14".."-1" from
/// 50, "SIGRTMAX" for 64; numbers 32 and 33, which have no name, as "32" and "33".
std::string format_signal(Signal signal);

}  // namespace cstop
