// Every JSON document that cstop reads: against nlohmann's parser, which takes the same grammar without the bounds.

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/json.hpp"
#include "fuzz.hpp"

namespace {

using namespace cstop;
using Other = nlohmann::json;

bool is_same(const Json& ours, const Other& other) {
    switch (other.type()) {
        case Other::value_t::null: return ours.is_null();
        case Other::value_t::boolean: return ours.boolean() == other.get<bool>();
        case Other::value_t::number_integer: return ours.integer(INT64_MIN, INT64_MAX) == other.get<std::int64_t>();
        case Other::value_t::number_unsigned: return ours.natural() == other.get<std::uint64_t>();
        case Other::value_t::number_float:
            // Never an integer, whatever its value (faults.md R4).
            return !ours.is_null() && !ours.natural() && !ours.integer(INT64_MIN, INT64_MAX) && !ours.text();
        case Other::value_t::string: return ours.text() == other.get_ref<const std::string&>();
        case Other::value_t::array:
            return std::ranges::equal(ours.elements(), other.get_ref<const Other::array_t&>(), is_same);
        case Other::value_t::object:
            return ours.is_object() && ours.members().size() == other.size() &&
                   std::ranges::all_of(ours.members(), [&](const Json::Member& member) {
                       return other.contains(member.first) && is_same(member.second, other[member.first]);
                   });
        default: return false;
    }
}

/// Would read_json's bounds refuse what is JSON?
class Bounds final : public nlohmann::json_sax<Other> {
public:
    bool is_kept = true;
    std::size_t depth = 0;

    bool null() override { return true; }
    bool boolean(bool /*value*/) override { return true; }
    bool number_integer(number_integer_t /*value*/) override { return true; }
    bool number_unsigned(number_unsigned_t /*value*/) override { return true; }
    bool number_float(number_float_t /*value*/, const string_t& /*text*/) override { return true; }
    bool string(string_t& text) override { return check(text.size() <= 65536 && !text.contains('\0')); }
    bool binary(binary_t& /*value*/) override { return true; }
    bool start_object(std::size_t /*size*/) override {
        keys_.emplace_back();
        return check(++depth <= 64);
    }
    bool key(string_t& text) override {
        return check(text.size() <= 65536 && !text.contains('\0') && keys_.back().insert(text).second);
    }
    bool end_object() override {
        keys_.pop_back();
        return check(--depth < 64);
    }
    bool start_array(std::size_t /*size*/) override { return check(++depth <= 64); }
    bool end_array() override { return check(--depth < 64); }
    bool parse_error(std::size_t /*position*/, const std::string& /*token*/,
                     const nlohmann::detail::exception& /*error*/) override {
        return false;
    }

private:
    bool check(bool is_within) {
        is_kept = is_kept && is_within;
        return is_kept;
    }
    std::vector<std::set<std::string>> keys_;
};

void check_whole(std::string_view text, const Result<Json>& ours) {
    const Other other = Other::parse(text.begin(), text.end(), nullptr, false);
    if (ours) {
        REQUIRE(!other.is_discarded());
        REQUIRE(is_same(*ours, other));
        return;
    }
    REQUIRE(ours.error().code == ErrorCode::damaged);
    REQUIRE(ours.error().what.starts_with("damaged JSON at byte "));
    // nlohmann's ends at a NUL, whatever follows.
    if (other.is_discarded() || text.starts_with("\xEF\xBB\xBF") || text.contains('\0')) {
        return;
    }
    Bounds bounds;
    static_cast<void>(Other::sax_parse(text.begin(), text.end(), &bounds));
    REQUIRE(!bounds.is_kept);
}

/// What is wanted is the same whatever else is dropped.
void check_paths(std::string_view text, const Result<Json>& whole) {
    const auto some = read_json(text, {"a.b", "config.labels", "list.*.id", "*.pid"});
    if (!whole) {
        return;  // what is dropped may break bounds of what is kept
    }
    REQUIRE(some);
    if (whole->is_object()) {
        REQUIRE((*some)["a"]["b"].text() == (*whole)["a"]["b"].text());
        REQUIRE((*some)["config"]["labels"].elements().size() == (*whole)["config"]["labels"].elements().size());
        REQUIRE((*some)["x"]["pid"].natural() == (*whole)["x"]["pid"].natural());
        REQUIRE((*some)["x"]["other"].is_null() || !(*whole)["x"].is_object());
        const auto list = (*whole)["list"].elements();
        const auto kept = (*some)["list"].elements();
        REQUIRE(kept.size() == list.size());
        for (std::size_t i = 0; i < list.size(); ++i) {
            REQUIRE(kept[i]["id"].text() == list[i]["id"].text());
        }
    }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = fuzz::view(data, size);
    const auto whole = read_json(text);
    check_whole(text, whole);
    check_paths(text, whole);
    // Keeping nothing still means that all of it must be JSON.
    if (whole) {
        REQUIRE(read_json(text, {"no.such.member"}));
    }
    return 0;
}
