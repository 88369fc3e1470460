#include <random>
#include <string>

#include <doctest/doctest.h>

#include "base/json_packing.hpp"

using namespace cstop;

namespace {

/// Texts are the easiest way to write values down.
Json read(std::string_view text) {
    return read_json(text).value();
}

std::string number(std::size_t value) {
    return {reinterpret_cast<const char*>(&value), sizeof(value)};
}

std::string array_of(std::size_t count) {
    return '\6' + number(count);
}

std::string text_of(std::string_view text) {
    return '\5' + number(text.size()) + std::string(text);
}

bool is_refused(std::string_view bytes) {
    const auto json = unpack_json(bytes);
    return !json && json.error().code == ErrorCode::damaged;
}

constexpr std::string_view sample =
    R"({"a":[null,true,false,-1,0,9223372036854775807,18446744073709551615,1.5,"","text"],"b":{"c":{}},"":[[]]})";

}  // namespace

TEST_CASE("what was packed comes back the same") {
    const Json json = read(sample);
    const auto back = unpack_json(pack_json(json));
    REQUIRE(back.has_value());
    CHECK(pack_json(*back) == pack_json(json));
    const auto values = (*back)["a"].elements();
    REQUIRE(values.size() == 10);
    CHECK(values[0].is_null());
    CHECK(values[1].boolean() == true);
    CHECK(values[2].boolean() == false);
    CHECK(values[3].integer(-1, -1) == -1);
    CHECK(values[5].natural() == 9223372036854775807U);
    CHECK(values[6].natural() == 18446744073709551615U);
    CHECK_FALSE(values[7].natural().has_value());
    CHECK(values[9].text() == "text");
    CHECK((*back)["b"]["c"].is_object());
}

TEST_CASE("nothing shorter and nothing longer is taken") {
    const std::string packed = pack_json(read(sample));
    for (std::size_t length = 0; length < packed.size(); ++length) {
        CHECK(is_refused(packed.substr(0, length)));
    }
    CHECK(is_refused(packed + '\0'));
}

TEST_CASE("the bounds of read_json hold for what comes back") {
    CHECK(is_refused(array_of(1) + array_of(SIZE_MAX)));
    CHECK(is_refused('\7' + number(SIZE_MAX)));
    CHECK(is_refused('\5' + number(SIZE_MAX) + "x"));
    CHECK(is_refused(text_of(std::string_view("a\0b", 3))));
    CHECK(is_refused(text_of(std::string(65537, 'x'))));
    CHECK(unpack_json(text_of(std::string(65536, 'x'))).has_value());
    CHECK(is_refused(std::string("\1\2", 2)));                         // neither true nor false
    CHECK(is_refused('\4' + std::string("\0\0\0\0\0\0\xf0\x7f", 8)));  // infinity
    CHECK(is_refused("\10"));                                          // no such kind
    const auto object_of = [](std::string_view one, std::string_view two) {
        return '\7' + number(2) + text_of(one).substr(1) + '\0' + text_of(two).substr(1) + '\0';
    };
    CHECK(unpack_json(object_of("pid", "id")).has_value());
    CHECK(is_refused(object_of("pid", "pid")));
    std::string deep;
    for (int level = 0; level < 64; ++level) {
        deep += array_of(1);
    }
    CHECK(unpack_json(deep + '\0').has_value());
    CHECK(is_refused(array_of(1) + deep + '\0'));
    constexpr std::size_t most = 256UL * 1024;
    CHECK(unpack_json(array_of(most - 1) + std::string(most - 1, '\0')).has_value());
    CHECK(is_refused(array_of(most) + std::string(most, '\0')));
}

TEST_CASE("whatever the bytes say, what is taken can be packed again") {
    const std::string packed = pack_json(read(sample));
    std::mt19937 random(20'26);
    std::size_t taken = 0;
    for (int round = 0; round < 20'000; ++round) {
        std::string bytes = packed;
        bytes[random() % bytes.size()] = static_cast<char>(random());
        if (const auto json = unpack_json(bytes)) {
            ++taken;
            REQUIRE(pack_json(*json) == bytes);
        }
    }
    CHECK(taken > 100);
}
