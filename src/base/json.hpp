#pragma once
// Bounded reading of JSON that somebody else wrote. Never throws. Writing JSON is `report`'s business.
//
// Bounds (faults.md R10): the caller's limit on the bytes; everywhere depth 64 and no NUL; in what is kept strings of
// at most 64 KiB, 256 Ki values, and no key twice in an object. Integers are integers: 1.0, 1e3, "1" and true are not
// (R4).

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.hpp"

namespace cstop {

class Json {
public:
    using Array = std::vector<Json>;
    using Member = std::pair<std::string, Json>;
    using Object = std::vector<Member>;
    /// Integers that fit are int64_t, larger ones uint64_t; every other number is a double.
    using Value = std::variant<std::monostate, bool, std::int64_t, std::uint64_t, double, std::string, Array, Object>;

    Json() = default;
    explicit Json(Value value) : value_(std::move(value)) {}

    const Value& value() const { return value_; }

    bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
    bool is_object() const { return std::holds_alternative<Object>(value_); }

    /// The member `key`; a null Json when this is no object or has no such member.
    const Json& operator[](std::string_view key) const;

    /// The text, if it is a string.
    std::optional<std::string_view> text() const;
    /// The integer, if it is one and lies within [lowest, highest].
    std::optional<std::int64_t> integer(std::int64_t lowest, std::int64_t highest) const;
    /// The integer, if it is one and not negative.
    std::optional<std::uint64_t> natural() const;
    std::optional<bool> boolean() const;
    /// The elements or members; empty when it is something else.
    std::span<const Json> elements() const;
    std::span<const Member> members() const;

private:
    Value value_;
};

/// Is one of the keys there twice? What reads such an object may take another one than what wrote it.
bool has_duplicate_key(const Json::Object& members);

/// Which members are worth keeping: dotted paths, "*" for any member or element: {"config.labels", "cgroup_paths"}.
/// A path keeps the whole value below it, and the way to it; where it ends too early (at a number, say) what is there.
/// No paths: everything is kept. An empty path names nothing: what is wanted only at times is left out by it.
using JsonPaths = std::initializer_list<std::string_view>;

/// The document, with only the members named by `paths` (others are read over, checked as JSON, and dropped).
/// Error: damaged, with the byte offset: `damaged JSON at byte 12: expected ':'`. Empty input and trailing
/// garbage are errors; a leading UTF-8 BOM is refused.
Result<Json> read_json(std::string_view bytes, JsonPaths paths = {});

/// read_json, or another way to the same answer: in a process of its own, for bytes that nobody trusts.
using JsonReader = Result<Json> (*)(std::string_view bytes, JsonPaths paths);

}  // namespace cstop
