#pragma once
// What this kernel is too old for.

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace cstop::kernel {

/// `error` with the advice that `call` is needed, which came with Linux `version`, when that is what it says; any other
/// error as it is.
Error advise_missing_call(Error error, std::string_view call, std::string_view version);

/// For each newer system call that is not there a sentence that says what is done instead. Tries each of them.
std::vector<std::string> find_missing_calls();

}  // namespace cstop::kernel
