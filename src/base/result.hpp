#pragma once
// A value or an Error. Nothing in cstop throws across a function of its own.

#include <expected>
#include <utility>

#include "base/error.hpp"

namespace cstop {

template <class T>
class [[nodiscard]] Result : public std::expected<T, Error> {
public:
    using std::expected<T, Error>::expected;
};

using Failure = std::unexpected<Error>;

/// A failure that no system call caused.
inline Failure fail(ErrorCode code, std::string what) {
    return Failure(Error{.code = code, .errno_value = 0, .what = std::move(what)});
}

/// A failure of the system call that just set `errno_value`.
inline Failure fail_with_errno(int errno_value, std::string what) {
    return Failure(error_from_errno(errno_value, std::move(what)));
}

}  // namespace cstop

// NOLINTBEGIN(bugprone-macro-parentheses)
/// CSTOP_TRY(auto value, expression): the value, or return the expression's error from this function.
#define CSTOP_TRY(declaration, ...) CSTOP_TRY_IMPL(CSTOP_CONCAT(try_result_, __LINE__), declaration, __VA_ARGS__)
/// CSTOP_CHECK(expression): go on when it holds a value (or void), else return its error.
#define CSTOP_CHECK(...)                                                \
    if (auto check_result = (__VA_ARGS__); !check_result.has_value()) { \
        return ::cstop::Failure(std::move(check_result).error());       \
    }
#define CSTOP_TRY_IMPL(name, declaration, ...)            \
    auto name = (__VA_ARGS__);                            \
    if (!name.has_value()) {                              \
        return ::cstop::Failure(std::move(name).error()); \
    }                                                     \
    declaration = *std::move(name)
#define CSTOP_CONCAT(a, b) CSTOP_CONCAT_IMPL(a, b)
#define CSTOP_CONCAT_IMPL(a, b) a##b
// NOLINTEND(bugprone-macro-parentheses)
