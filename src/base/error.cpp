#include "base/error.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

namespace cstop {

Error error_from_errno(int errno_value, std::string what) {
    auto code = ErrorCode::system;
    switch (errno_value) {
        case ENOENT: code = ErrorCode::not_found; break;
        case EPERM:
        case EACCES: code = ErrorCode::denied; break;
        case ESRCH:
        case ENODEV: code = ErrorCode::gone; break;
        case ENOSYS: code = ErrorCode::unsupported; break;
        default: break;
    }
    return {.code = code, .errno_value = errno_value, .what = std::move(what)};
}

Error with_context(std::string_view outer, Error inner) {
    inner.what = std::string(outer) + ": " + inner.what;
    return inner;
}

std::string format_error(const Error& error) {
    if (error.errno_value == 0) {
        return error.what;
    }
    // strerrordesc_np never looks at the locale, unlike strerror.
    const char* sentence = strerrordesc_np(error.errno_value);
    return error.what + ": " + (sentence != nullptr ? sentence : "errno " + std::to_string(error.errno_value));
}

std::string format_advised_error(const Error& error) {
    return error.advice.empty() ? format_error(error) : format_error(error) + "; " + error.advice;
}

}  // namespace cstop
