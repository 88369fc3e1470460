#include "base/json.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/json_scanner.hpp"

// Two passes. JsonScanner walks over the document, checks all of it against the grammar and the bounds, and finds where
// the wanted values are; only those are given to nlohmann, which makes values of them. So a wanted pid costs the same
// in a state file with 100 KB of seccomp rules, and nlohmann never sees a text that is nested too deep.

namespace cstop {

namespace {

constexpr std::size_t longest_string = std::size_t{64} * 1024;
// An array of numbers takes 20 times the memory of its text.
constexpr std::size_t most_values = std::size_t{256} * 1024;

// What is kept of one document.
struct Bounds {
    std::size_t values = 0;
    const char* problem = nullptr;  ///< the first one

    bool refuse(const char* why) {
        problem = problem == nullptr ? why : problem;
        return false;
    }
    bool admit_value() { return ++values <= most_values || refuse("too many values"); }
    bool admit_text(std::string_view text) {
        return text.size() <= longest_string || refuse("a string longer than 64 KiB");
    }
    bool admit_object(const Json::Object& members) {
        return !has_duplicate_key(members) || refuse("an object with a duplicate key");
    }
};

// Builds one Json from nlohmann's events. The function names are nlohmann's.
class Builder {
public:
    explicit Builder(Bounds& bounds) : bounds_(bounds) {}

    Json take_result() { return std::move(result_); }

    bool null() { return add({}); }
    bool boolean(bool value) { return add(value); }
    bool number_integer(std::int64_t value) { return add(value); }
    bool number_unsigned(std::uint64_t value) {
        return std::in_range<std::int64_t>(value) ? add(static_cast<std::int64_t>(value)) : add(value);
    }
    bool number_float(double value, const std::string& /*text*/) { return add(value); }
    bool string(std::string& text) { return bounds_.admit_text(text) && add(std::move(text)); }
    bool binary(nlohmann::json::binary_t& /*never in text*/) { return false; }

    bool start_object(std::size_t /*unknown*/) { return open(Json::Object()); }
    bool start_array(std::size_t /*unknown*/) { return open(Json::Array()); }
    bool key(std::string& text) {
        open_.back().key = std::move(text);
        return bounds_.admit_text(open_.back().key);
    }
    bool end_object() { return bounds_.admit_object(std::get<Json::Object>(open_.back().value)) && close(); }
    bool end_array() { return close(); }

    bool parse_error(std::size_t /*position*/, const std::string& /*token*/, const nlohmann::json::exception& error) {
        constexpr int number_out_of_range = 406;
        return bounds_.refuse(error.id == number_out_of_range ? "a number too large" : "not JSON");
    }

private:
    struct Open {
        Json::Value value;
        std::string key;  ///< of the member that comes next
    };

    bool open(Json::Value&& value) {
        open_.push_back({.value = std::move(value), .key = {}});
        return true;
    }

    bool close() {
        Json::Value value = std::move(open_.back().value);
        open_.pop_back();
        return add(std::move(value));
    }

    bool add(Json::Value&& value) {
        if (!bounds_.admit_value()) {
            return false;
        }
        if (open_.empty()) {
            result_ = Json(std::move(value));
        } else if (auto* members = std::get_if<Json::Object>(&open_.back().value); members != nullptr) {
            members->emplace_back(std::move(open_.back().key), Json(std::move(value)));
        } else {
            std::get<Json::Array>(open_.back().value).emplace_back(std::move(value));
        }
        return true;
    }

    Bounds& bounds_;
    Json result_;
    std::vector<Open> open_;
};

// What is left of the paths that lead to here.
using Rests = std::vector<std::string_view>;

struct Fork {
    bool is_wanted_whole = false;
    Rests rests;  ///< empty and not wanted whole: read over
};

Fork follow(const Rests& rests, std::string_view key) {
    Fork fork;
    for (const std::string_view rest : rests) {
        const std::size_t dot = rest.find('.');
        const std::string_view step = rest.substr(0, dot);
        if (step != key && step != "*") {
            continue;
        }
        if (dot == std::string_view::npos) {
            fork.is_wanted_whole = true;
        } else {
            fork.rests.push_back(rest.substr(dot + 1));
        }
    }
    return fork;
}

// Reads a document along paths. Recursion follows the paths, which are ours, never the depth of the document.
class PathReader {
public:
    explicit PathReader(std::string_view bytes) : bytes_(bytes), scanner_(bytes) {}

    Result<Json> read(JsonPaths paths) {
        Json document;
        Fork fork = {.is_wanted_whole = paths.size() == 0, .rests = paths};
        std::erase(fork.rests, "");
        if (!read_value(fork, 0, document) || !scanner_.take_end()) {
            return fail(ErrorCode::damaged, "damaged JSON at " + scanner_.problem());
        }
        return document;
    }

private:
    bool read_value(const Fork& fork, std::size_t level, Json& value) {
        const char first = scanner_.peek();
        if (!fork.is_wanted_whole && first == '{') {
            return read_object(fork.rests, level, value);
        }
        if (!fork.is_wanted_whole && first == '[') {
            return read_array(fork.rests, level, value);
        }
        // A path that ends too early, at a number say, keeps it: whoever asks gets to see that it is the wrong thing.
        return read_whole(level, value);
    }

    bool read_whole(std::size_t level, Json& value) {
        std::string_view raw;
        return scanner_.take_value(level, raw) && build(raw, value);
    }

    bool skip_value(std::size_t level) {
        std::string_view raw;
        return scanner_.take_value(level, raw);
    }

    bool read_object(const Rests& rests, std::size_t level, Json& value) {
        const std::size_t begin = scanner_.position();
        if (level >= JsonScanner::deepest) {
            return scanner_.refuse("nested deeper than 64");
        }
        Json::Object members;
        bool is_open = scanner_.take('{', "expected '{'") && scanner_.peek() != '}';
        while (is_open) {
            if (!read_member(rests, level + 1, members)) {
                return false;
            }
            is_open = scanner_.peek() == ',' && scanner_.take(',', "");
        }
        if (!scanner_.take('}', "expected ',' or '}'")) {
            return false;
        }
        if (!bounds_.admit_value() || !bounds_.admit_object(members)) {
            return scanner_.refuse(bounds_.problem, begin);
        }
        value = Json(std::move(members));
        return true;
    }

    bool read_member(const Rests& rests, std::size_t level, Json::Object& members) {
        std::string key;
        if (!read_key(key)) {
            return false;
        }
        const Fork fork = follow(rests, key);
        if (!fork.is_wanted_whole && fork.rests.empty()) {
            return skip_value(level);
        }
        if (!bounds_.admit_text(key)) {
            return scanner_.refuse(bounds_.problem);
        }
        if (members.empty()) {
            members.reserve(rests.size());
        }
        Json::Member& member = members.emplace_back();
        member.first = std::move(key);
        return read_value(fork, level, member.second);
    }

    bool read_array(const Rests& rests, std::size_t level, Json& value) {
        if (level >= JsonScanner::deepest) {
            return scanner_.refuse("nested deeper than 64");
        }
        const Fork fork = follow(rests, "*");
        const bool is_wanted = fork.is_wanted_whole || !fork.rests.empty();
        Json::Array elements;
        bool is_open = scanner_.take('[', "expected '['") && scanner_.peek() != ']';
        while (is_open) {
            if (!is_wanted) {
                if (!skip_value(level + 1)) {
                    return false;
                }
            } else if (!read_value(fork, level + 1, elements.emplace_back())) {
                return false;
            }
            is_open = scanner_.peek() == ',' && scanner_.take(',', "");
        }
        value = Json(std::move(elements));
        return scanner_.take(']', "expected ',' or ']'") && (bounds_.admit_value() || scanner_.refuse(bounds_.problem));
    }

    bool read_key(std::string& key) {
        scanner_.peek();
        const std::size_t begin = scanner_.position();
        std::string_view raw;
        if (!scanner_.take_string(raw)) {
            return false;
        }
        if (!raw.contains('\\')) {
            key = raw;
        } else {
            Json decoded;
            if (!build(bytes_.substr(begin, scanner_.position() - begin), decoded)) {
                return false;
            }
            key = decoded.text().value_or("");
        }
        return scanner_.take(':', "expected ':'");
    }

    // `raw` is a part of the document that the scanner has found to be JSON. A string without escapes is its own text:
    // most of what is kept is such a string, and a parser for each would cost more than all else.
    bool build(std::string_view raw, Json& value) {
        Builder builder(bounds_);
        const bool is_own_text = raw.starts_with('"') && !raw.contains('\\');
        if (is_own_text ? !build_text(raw, builder) : !nlohmann::json::sax_parse(raw.begin(), raw.end(), &builder)) {
            return scanner_.refuse(bounds_.problem, static_cast<std::size_t>(raw.data() - bytes_.data()));
        }
        value = builder.take_result();
        return true;
    }

    static bool build_text(std::string_view quoted, Builder& builder) {
        std::string text(quoted.substr(1, quoted.size() - 2));
        return builder.string(text);
    }

    std::string_view bytes_;
    JsonScanner scanner_;
    Bounds bounds_;
};

}  // namespace

bool has_duplicate_key(const Json::Object& members) {
    if (members.size() <= 2) {
        return members.size() == 2 && members[0].first == members[1].first;
    }
    std::vector<std::string_view> keys;
    keys.reserve(members.size());
    for (const auto& member : members) {
        keys.emplace_back(member.first);
    }
    std::ranges::sort(keys);
    return std::ranges::adjacent_find(keys) != keys.end();
}

const Json& Json::operator[](std::string_view key) const {
    static const Json nothing;
    const auto found = std::ranges::find(members(), key, &Member::first);
    return found == members().end() ? nothing : found->second;
}

std::optional<std::string_view> Json::text() const {
    const auto* text = std::get_if<std::string>(&value_);
    return text == nullptr ? std::nullopt : std::optional<std::string_view>(*text);
}

std::optional<std::int64_t> Json::integer(std::int64_t lowest, std::int64_t highest) const {
    const auto* integer = std::get_if<std::int64_t>(&value_);
    if (integer == nullptr || *integer < lowest || *integer > highest) {
        return std::nullopt;
    }
    return *integer;
}

std::optional<std::uint64_t> Json::natural() const {
    if (const auto* large = std::get_if<std::uint64_t>(&value_); large != nullptr) {
        return *large;
    }
    const auto* integer = std::get_if<std::int64_t>(&value_);
    if (integer == nullptr || *integer < 0) {
        return std::nullopt;
    }
    return static_cast<std::uint64_t>(*integer);
}

std::optional<bool> Json::boolean() const {
    const auto* boolean = std::get_if<bool>(&value_);
    return boolean == nullptr ? std::nullopt : std::optional(*boolean);
}

std::span<const Json> Json::elements() const {
    const auto* elements = std::get_if<Array>(&value_);
    return elements == nullptr ? std::span<const Json>() : std::span<const Json>(*elements);
}

std::span<const Json::Member> Json::members() const {
    const auto* members = std::get_if<Object>(&value_);
    return members == nullptr ? std::span<const Member>() : std::span<const Member>(*members);
}

Result<Json> read_json(std::string_view bytes, JsonPaths paths) {
    return PathReader(bytes).read(paths);
}

}  // namespace cstop
