#pragma once
// Reading what somebody wrote who is neither root nor the caller (design section 6, faults.md R14): in a child that can
// do nothing but compute, read what is open already, and answer. A parser that is led astray there has no capability,
// no way to open, signal or execute anything, and little memory and time. What comes back is one Json, unpacked within
// the bounds of read_json.
//
// Files of root and of the caller are read in place, and cost nothing.

#include <functional>
#include <string_view>

#include "base/json.hpp"
#include "base/result.hpp"
#include "kernel/directory.hpp"

namespace cstop::kernel {

/// Was it written, or can it be, by somebody other than root and the caller?
bool is_foreign(const Writers& writers);

/// How to read JSON that `writers` wrote: read_json, in place or in a child.
JsonReader json_reader_for(const Writers& writers);

/// What `parse` makes of bytes that `writers` wrote, in place or in a child.
Result<Json> parse_written_by(const Writers& writers, const std::function<Result<Json>()>& parse);

/// What `parse` returns, run in a child. Without a process to be had (fork(2) fails), in place. Errors: those of
/// `parse`; damaged, when the child was killed, took too long, or answered nonsense.
Result<Json> parse_isolated(const std::function<Result<Json>()>& parse);

}  // namespace cstop::kernel
