#pragma once
// Who could do what the kernel has just refused the caller: advice for Error::advice.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "kernel/directory.hpp"

namespace cstop::kernel {

/// "run as root, or as uid 1000, who owns it". For a caller who is root already the reason why that is not enough: a
/// user namespace, or `capability` (of linux/capability.h) is missing; empty: neither, so a security module.
std::string advise_owner(std::uint32_t owner, int capability);

/// `error` of an open of `path`, with the owner of what is closed to the caller as its advice, where that can be known;
/// any other error as it is. Asks only the file system that has just answered.
Error advise_opening(Error error, const std::string& path);

/// The same for `name`, a single name, in `parent`.
Error advise_opening(Error error, const Directory& parent, std::string_view name);

/// The same for a signal to a container of `owner`.
Error advise_signalling(Error error, std::uint32_t owner);

}  // namespace cstop::kernel
