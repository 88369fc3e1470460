#pragma once
// What went wrong, as a value. The code decides, the text informs; only `report` prints.

#include <string>
#include <string_view>

namespace cstop {

/// What a caller may branch on. Never branch on Error::what.
enum class ErrorCode {
    usage,        ///< the user asked for something that makes no sense
    not_found,    ///< no such container, file or directory
    ambiguous,    ///< a word that names more than one container
    denied,       ///< no permission, or refused because of who wrote a file
    damaged,      ///< bytes that are not what their format says
    unsupported,  ///< this kernel, or this kind of container, cannot do it
    gone,         ///< the process or cgroup vanished: mostly another word for success
    system,       ///< any other error of a system call, see errno_value
};

struct Error {
    ErrorCode code = ErrorCode::system;
    int errno_value = 0;  ///< 0 when no system call failed
    std::string what;     ///< verb and object, outside-in: "open /run/runc/web/state.json"
    /// What the user can do, or has perhaps meant: "run as root"; raw, empty: nothing is known.
    std::string advice = {};  // NOLINT(readability-redundant-member-init): most errors leave it out
};

/// An Error from errno, its code chosen by the errno (ENOENT not_found, EPERM and EACCES denied, ESRCH and ENODEV gone,
/// ENOSYS unsupported, else system).
Error error_from_errno(int errno_value, std::string what);

/// The same error, told by somebody further out: "web: open /run/...".
Error with_context(std::string_view outer, Error inner);

/// One line without a newline: what, then the errno's sentence: "open /x: Permission denied".
std::string format_error(const Error& error);

/// The same with the advice behind it: "open /x: Permission denied; run as root".
std::string format_advised_error(const Error& error);

}  // namespace cstop
