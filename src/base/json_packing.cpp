#include "base/json_packing.hpp"

#include <array>
#include <cmath>
#include <cstring>
#include <type_traits>

#include "base/json_scanner.hpp"

// A value is the index of its alternative in Json::Value, one byte, and then its content. Numbers are as in memory:
// both sides are the same program. A text is its length and its bytes, an array or object its number of elements and
// those.

namespace cstop {

namespace {

constexpr std::size_t most_values = std::size_t{256} * 1024;
constexpr std::size_t longest_string = std::size_t{64} * 1024;

class Packer {
public:
    std::string take() { return std::move(bytes_); }

    void add(const Json& json) {
        bytes_ += static_cast<char>(json.value().index());
        std::visit([this](const auto& content) { add_content(content); }, json.value());
    }

private:
    template <class Number>
        requires std::is_arithmetic_v<Number>
    void add_content(Number number) {
        std::array<char, sizeof(number)> raw{};
        std::memcpy(raw.data(), &number, sizeof(number));
        bytes_.append(raw.data(), raw.size());
    }
    void add_content(std::monostate /*null*/) {}
    void add_content(const std::string& text) {
        add_content(text.size());
        bytes_ += text;
    }
    void add_content(const Json::Array& elements) {
        add_content(elements.size());
        for (const Json& element : elements) {
            add(element);
        }
    }
    void add_content(const Json::Object& members) {
        add_content(members.size());
        for (const auto& [key, value] : members) {
            add_content(key);
            add(value);
        }
    }

    std::string bytes_;
};

class Unpacker {
public:
    explicit Unpacker(std::string_view bytes) : bytes_(bytes) {}

    bool is_at_end() const { return bytes_.empty(); }

    bool take(Json& json, std::size_t depth) {
        if (bytes_.empty() || ++values_ > most_values) {
            return false;
        }
        const char kind = bytes_.front();
        bytes_.remove_prefix(1);
        switch (kind) {
            case 0: json = Json(); return true;
            case 1: return take_boolean(json);
            case 2: return take_as<std::int64_t>(json);
            case 3: return take_as<std::uint64_t>(json);
            case 4: return take_as<double>(json);
            case 5: return take_as<std::string>(json);
            case 6: return depth < JsonScanner::deepest && take_array(json, depth + 1);
            case 7: return depth < JsonScanner::deepest && take_object(json, depth + 1);
            default: return false;
        }
    }

private:
    template <class Number>
        requires std::is_arithmetic_v<Number>
    bool take_content(Number& number) {
        if (bytes_.size() < sizeof(number)) {
            return false;
        }
        bytes_.copy(reinterpret_cast<char*>(&number), sizeof(number));
        bytes_.remove_prefix(sizeof(number));
        if constexpr (std::is_floating_point_v<Number>) {
            return std::isfinite(number);
        }
        return true;
    }

    bool take_content(std::string& text) {
        std::size_t size = 0;
        if (!take_content(size) || size > longest_string || size > bytes_.size()) {
            return false;
        }
        text = bytes_.substr(0, size);
        bytes_.remove_prefix(size);
        return !text.contains('\0');
    }

    template <class Content>
    bool take_as(Json& json) {
        Content content{};
        const bool is_taken = take_content(content);
        json = Json(Json::Value(std::move(content)));
        return is_taken;
    }

    /// Not by memcpy: a bool that is neither 0 nor 1 is undefined.
    bool take_boolean(Json& json) {
        char value = 0;
        const bool is_taken = take_content(value) && (value == 0 || value == 1);
        json = Json(Json::Value(value == 1));
        return is_taken;
    }

    /// Every element takes a byte at least, so a count cannot promise more than there is.
    bool take_count(std::size_t& count) { return take_content(count) && count <= bytes_.size(); }

    bool take_array(Json& json, std::size_t depth) {
        std::size_t count = 0;
        bool is_taken = take_count(count);
        Json::Array elements;
        for (; is_taken && count > 0; --count) {
            is_taken = take(elements.emplace_back(), depth);
        }
        json = Json(Json::Value(std::move(elements)));
        return is_taken;
    }

    bool take_object(Json& json, std::size_t depth) {
        std::size_t count = 0;
        bool is_taken = take_count(count);
        Json::Object members;
        for (; is_taken && count > 0; --count) {
            Json::Member& member = members.emplace_back();
            is_taken = take_content(member.first) && take(member.second, depth);
        }
        is_taken = is_taken && !has_duplicate_key(members);
        json = Json(Json::Value(std::move(members)));
        return is_taken;
    }

    std::string_view bytes_;
    std::size_t values_ = 0;
};

}  // namespace

std::string pack_json(const Json& json) {
    Packer packer;
    packer.add(json);
    return packer.take();
}

Result<Json> unpack_json(std::string_view bytes) {
    Unpacker unpacker(bytes);
    Json json;
    if (!unpacker.take(json, 0) || !unpacker.is_at_end()) {
        return fail(ErrorCode::damaged, "no packed JSON");
    }
    return json;
}

}  // namespace cstop
