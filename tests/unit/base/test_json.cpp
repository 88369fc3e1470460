#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <doctest/doctest.h>

#include "base/json.hpp"

using cstop::Json;
using cstop::JsonPaths;
using cstop::read_json;
using namespace std::string_literals;

namespace {

Json json_of(std::string_view bytes, JsonPaths paths = {}) {
    auto json = read_json(bytes, paths);
    REQUIRE_MESSAGE(json.has_value(), bytes);
    return *json;
}

// The same in a part that is kept and in one that is not: both are checked.
void check_is_refused(const std::string& value) {
    CAPTURE(value);
    for (const auto& document : {value, "{\"kept\":" + value + ",\"other\":1}", "{\"other\":[" + value + "]}"}) {
        CHECK_FALSE(read_json(document).has_value());
        const auto pruned = read_json(document, {"kept", "some.where"});
        REQUIRE_FALSE(pruned.has_value());
        CHECK(pruned.error().code == cstop::ErrorCode::damaged);
    }
}

void check_is_read(const std::string& value) {
    CAPTURE(value);
    for (const auto& document : {value, "{\"kept\":" + value + ",\"other\":1}", "{\"other\":[" + value + "]}"}) {
        CHECK(read_json(document).has_value());
        CHECK(read_json(document, {"kept", "some.where"}).has_value());
    }
}

std::string nested(std::size_t depth, std::string_view open, std::string_view close) {
    std::string text;
    for (std::size_t level = 0; level < depth; ++level) {
        text += open;
    }
    text += "1";
    for (std::size_t level = 0; level < depth; ++level) {
        text += close;
    }
    return text;
}

std::string error_of(std::string_view bytes, JsonPaths paths = {}) {
    const auto json = read_json(bytes, paths);
    return json.has_value() ? "read" : json.error().what;
}

}  // namespace

TEST_CASE("every kind of value is read") {
    const Json json = json_of(R"( {"s":"x","i":-5,"u":18446744073709551615,"d":1.5,"t":true,"f":false,"n":null,
                                   "a":[1,[2],{}],"o":{"k":{"l":"m"}}} )");
    CHECK(json["s"].text() == "x");
    CHECK(json["i"].integer(-10, 10) == -5);
    CHECK(json["u"].natural() == UINT64_MAX);
    CHECK_FALSE(json["d"].integer(0, 10).has_value());
    CHECK(json["t"].boolean() == true);
    CHECK(json["f"].boolean() == false);
    CHECK(json["n"].is_null());
    CHECK(json["a"].elements().size() == 3);
    CHECK(json["a"].elements()[1].elements()[0].integer(0, 9) == 2);
    CHECK(json["a"].elements()[2].is_object());
    CHECK(json["o"]["k"]["l"].text() == "m");
    CHECK(json.members().size() == 9);
    CHECK(json.members()[0].first == "s");
}

TEST_CASE("what is not there, or something else, is nothing") {
    const Json json = json_of(R"({"s":"x"})");
    CHECK(json["missing"].is_null());
    CHECK(json["missing"]["deeper"].is_null());
    CHECK(json["s"]["of a string"].is_null());
    CHECK(json["S"].is_null());
    CHECK_FALSE(json.text().has_value());
    CHECK_FALSE(json["s"].integer(INT64_MIN, INT64_MAX).has_value());
    CHECK_FALSE(json["s"].natural().has_value());
    CHECK_FALSE(json["s"].boolean().has_value());
    CHECK(json["s"].elements().empty());
    CHECK(json["s"].members().empty());
}

TEST_CASE("R4: only an integer within its bounds is an integer") {
    constexpr std::int64_t lowest = 2;
    constexpr std::int64_t highest = 4'194'304;
    const auto pid_of = [&](const std::string& number) {
        return json_of("{\"pid\":" + number + "}")["pid"].integer(lowest, highest);
    };
    CHECK(pid_of("2") == 2);
    CHECK(pid_of("4194304") == 4'194'304);
    for (const auto* number : {"1",
                               "0",
                               "-1",
                               "-0",
                               "4194305",
                               "4294967297",
                               "4294967298",
                               "9223372036854775808",
                               "18446744073709551616",
                               "18446744073709551618",
                               "-9223372036854775809",
                               "1.9",
                               "2.0",
                               "3e0",
                               "2e1",
                               "1e308",
                               "true",
                               "null",
                               "\"12\"",
                               "[12]",
                               "{}",
                               "1E2"}) {
        CAPTURE(number);
        CHECK_FALSE(pid_of(number).has_value());
    }
    CHECK_FALSE(read_json("{\"pid\":1e400}").has_value());
    CHECK_FALSE(read_json("{\"pid\":-1e400}", {"pid"}).has_value());
    CHECK(error_of("{\"pid\":1e400}", {"pid"}) == "damaged JSON at byte 7: a number too large");
    CHECK_FALSE(read_json(R"({"pid":12,"pid":13})", {"pid"}).has_value());
}

TEST_CASE("the whole range of 64 bits is told apart") {
    CHECK(json_of("9223372036854775807").integer(INT64_MIN, INT64_MAX) == INT64_MAX);
    CHECK(json_of("-9223372036854775808").integer(INT64_MIN, INT64_MAX) == INT64_MIN);
    CHECK_FALSE(json_of("9223372036854775808").integer(INT64_MIN, INT64_MAX).has_value());
    CHECK(json_of("9223372036854775808").natural() == 9223372036854775808ULL);
    CHECK_FALSE(json_of("18446744073709551616").natural().has_value());
    CHECK_FALSE(json_of("-1").natural().has_value());
    CHECK(json_of("0").natural() == 0);
    CHECK_FALSE(json_of("-9223372036854775809").integer(INT64_MIN, INT64_MAX).has_value());
}

TEST_CASE("what is not JSON is refused, wanted or not") {
    for (const auto& value : {
             "tru"s,
             "True"s,
             "nul"s,
             "nan"s,
             "NaN"s,
             "Infinity"s,
             "-Infinity"s,
             "undefined"s,
             "x"s,
             "'x'"s,
             "/**/1"s,
             "01"s,
             "-"s,
             "+1"s,
             ".5"s,
             "5."s,
             "1e"s,
             "1e+"s,
             "0x1"s,
             "--1"s,
             "1.e1"s,
             "1_0"s,
             "-01"s,
             "00"s,
             "[1,]"s,
             "[,1]"s,
             "[1 2]"s,
             "[1"s,
             "[1}"s,
             "["s,
             "]"s,
             "[]]"s,
             "{\"a\"}"s,
             "{\"a\":}"s,
             "{\"a\":1,}"s,
             "{,}"s,
             "{a:1}"s,
             "{1:1}"s,
             "{\"a\" 1}"s,
             "{\"a\":1 \"b\":2}"s,
             "{\"a\":1]"s,
             "{"s,
             "{\"a\":1"s,
             "{\"a"s,
             "}"s,
             "\"abc"s,
             "\"\\"s,
             "\"\\x\""s,
             "\"\\u12\""s,
             "\"\\u12g4\""s,
             "\"\\ud800\""s,
             "\"\\udc00\""s,
             "\"\\ud800\\u0041\""s,
             "\"\\ud800\\n\""s,
             "\"\\U0041\""s,
             "\"a\nb\""s,
             "\"\t\""s,
             "\"\x1f\""s,
             "\"\x01\""s,
             "\"\xff\""s,
             "\"\xc0\x80\""s,
             "\"\xed\xa0\x80\""s,
             "\"\xf4\x90\x80\x80\""s,
             "\"\xc3\""s,
             "\x0c"
             "1"s,
             "\xC2\xA0"
             "1"s,
             "1\v"s,
         }) {
        check_is_refused(value);
    }
}

TEST_CASE("what is JSON is read, wanted or not") {
    for (const auto& value : {
             "0"s,
             "-0"s,
             "-0.0"s,
             "1e5"s,
             "1E-5"s,
             "1.25e+3"s,
             "123456789012345678901234567890"s,
             "\"\""s,
             "[]"s,
             "{}"s,
             "[ ]"s,
             "{ }"s,
             "[[],[]]"s,
             " \t\r\n[ 1 , 2 ] "s,
             "{ \"a\" : { } , \"b\" : [ ] }"s,
             "{\"\":1}"s,
             "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\udc33\""s,
             "\"\x7f\""s,
             "\"\xC3\xA9\xE2\x80\xAE\xF0\x9F\x90\xB3\""s,
             "true"s,
             "false"s,
             "null"s,
             "{\"a\":{\"b\":[{\"c\":[true,false,null]}]}}"s,
         }) {
        check_is_read(value);
    }
}

TEST_CASE("escapes in strings and keys mean their characters") {
    CHECK(json_of(R"("\"\\\/\b\f\n\r\t\u00e9\uD83D\udc33")").text() == "\"\\/\b\f\n\r\t\xC3\xA9\xF0\x9F\x90\xB3");
    CHECK(json_of(R"({"\u0070id":12})", {"pid"})["pid"].integer(0, 99) == 12);
    CHECK_FALSE(read_json(R"({"\u0070id":12,"pid":13})", {"pid"}).has_value());
}

TEST_CASE("a document is there, alone, and begins with no byte order mark") {
    for (const auto& bytes : {""s, " "s, "\n\t "s, "\xEF\xBB\xBF{}"s, "{}{}"s, "{} x"s, "{},"s, "1 2"s, "{}\0"s,
                              "{}\0x"s, "\0{}"s, "[\0]"s, "\0"s, "null,"s}) {
        CAPTURE(bytes);
        CHECK_FALSE(read_json(bytes).has_value());
        CHECK_FALSE(read_json(bytes, {"a"}).has_value());
    }
    CHECK_FALSE(read_json({}).has_value());
}

TEST_CASE("R10: 64 arrays and objects may be open at once, not 65") {
    check_is_read(nested(62, "[", "]"));
    CHECK(read_json(nested(64, "[", "]")).has_value());
    CHECK(read_json(nested(64, "{\"a\":", "}")).has_value());
    CHECK(read_json(nested(64, "{\"a\":", "}"), {"b"}).has_value());
    CHECK(read_json(nested(64, "{\"a\":", "}"), {"a.a.a"}).has_value());
    CHECK(read_json(nested(64, "[", "]"), {"*.*.x"}).has_value());
    for (const std::size_t depth : {std::size_t{65}, std::size_t{66}, std::size_t{1000}, std::size_t{1'000'000}}) {
        check_is_refused(nested(depth, "[", "]"));
        check_is_refused(nested(depth, "{\"a\":", "}"));
        check_is_refused(nested(depth, "[{\"a\":", "}]"));
        check_is_refused(std::string(depth, '['));
        CHECK_FALSE(read_json(nested(depth, "{\"a\":", "}"), {"a.a.a"}).has_value());
        CHECK_FALSE(read_json(nested(depth, "[", "]"), {"*.*.x"}).has_value());
    }
    CHECK(error_of(nested(65, "[", "]")) == "damaged JSON at byte 64: nested deeper than 64");
}

TEST_CASE("brackets of both kinds are paired at any depth") {
    std::string text;
    std::string closing;
    for (int level = 0; level < 64; ++level) {
        const bool is_object = level % 3 == 0;
        text += is_object ? "{\"k\":" : "[";
        closing.insert(0, is_object ? "}" : "]");
    }
    CHECK(read_json(text + "0" + closing).has_value());
    CHECK(read_json(text + "0" + closing, {"nothing"}).has_value());
    for (std::size_t index = 0; index < closing.size(); ++index) {
        std::string wrong = closing;
        wrong[index] = wrong[index] == '}' ? ']' : '}';
        CHECK_FALSE(read_json(text + "0" + wrong).has_value());
        CHECK_FALSE(read_json(text + "0" + wrong, {"nothing"}).has_value());
    }
}

TEST_CASE("a Json of the greatest depth can be copied, moved and dropped") {
    const Json json = json_of(nested(64, "[", "]"));
    Json copy = json;
    const Json moved = std::move(copy);
    const Json* inner = &moved;
    for (int level = 0; level < 64; ++level) {
        REQUIRE(inner->elements().size() == 1);
        inner = inner->elements().data();
    }
    CHECK(inner->integer(0, 9) == 1);
}

TEST_CASE("R10: a kept string has at most 64 KiB, one that is read over may be longer") {
    const std::string longest = "\"" + std::string(65536, 'x') + "\"";
    const std::string longer = "\"" + std::string(65537, 'x') + "\"";
    CHECK(json_of(longest).text()->size() == 65536);
    CHECK_FALSE(read_json(longer).has_value());
    CHECK_FALSE(read_json("{\"a\":[" + longer + "]}", {"a"}).has_value());
    CHECK(read_json("{\"b\":[" + longer + "]}", {"a"}).has_value());
    CHECK_FALSE(read_json("{\"a\":{" + longer + ":1}}", {"a"}).has_value());
    CHECK(read_json("{" + longer + ":1}", {"a"}).has_value());
    CHECK_FALSE(read_json("{" + longer + ":1}", {"*"}).has_value());
    CHECK(error_of("{\"a\":" + longer + "}", {"a"}) == "damaged JSON at byte 5: a string longer than 64 KiB");
    // Escapes are counted as what they mean.
    std::string escaped = "\"";
    for (int index = 0; index < 65536; ++index) {
        escaped += "\\n";
    }
    CHECK(json_of(escaped + "\"").text()->size() == 65536);
}

TEST_CASE("R10: a NUL is nowhere") {
    check_is_refused("\"a\\u0000b\"");
    check_is_refused("\"\\u0000\"");
    check_is_refused("\"a\0b\""s);
    check_is_refused("{\"a\\u0000\":1}");
    check_is_refused("1\0"s);
}

TEST_CASE("R10: an object that is kept has no key twice") {
    for (const auto* text :
         {R"({"a":1,"a":1})", R"({"a":1,"b":2,"\u0061":3})", R"({"x":{"y":[{"a":1,"a":2}]}})", R"({"":1,"":2})"}) {
        CAPTURE(text);
        CHECK_FALSE(read_json(text).has_value());
        CHECK(read_json(text, {"other"}).has_value());
    }
    CHECK_FALSE(read_json(R"({"c":{"l":1},"c":{"l":2}})", {"c.l"}).has_value());
    CHECK_FALSE(read_json(R"({"c":1,"c":{"l":2}})", {"c.l"}).has_value());
    CHECK_FALSE(read_json(R"({"c":{"l":1,"l":2}})", {"c.l"}).has_value());
    CHECK(read_json(R"({"c":{"l":1,"m":2,"m":3},"x":1,"x":2})", {"c.l"}).has_value());
    CHECK(error_of(R"({"b":0,"a":{"x":1,"x":1}})", {"a"}) == "damaged JSON at byte 11: an object with a duplicate key");

    std::string many = "{";
    for (int index = 0; index < 100'000; ++index) {
        many += "\"key" + std::to_string(index) + "\":0,";
    }
    CHECK(read_json(many + "\"last\":0}").has_value());
    CHECK_FALSE(read_json(many + "\"key5\":0}").has_value());
}

TEST_CASE("R10: a small text cannot become a large memory") {
    std::string zeros = "[0";
    for (int index = 1; index < 300'000; ++index) {
        zeros += ",0";
    }
    zeros += "]";
    CHECK(error_of(zeros) == "damaged JSON at byte 0: too many values");
    CHECK(error_of("{\"a\":" + zeros + "}", {"a.*.x"}) != "read");
    CHECK(read_json("{\"a\":" + zeros + "}", {"b"}).has_value());
}

TEST_CASE("paths keep what they name and nothing else") {
    const auto* text = R"({"id":"c1","config":{"labels":["a=b"],"mounts":[{"x":1}],"cgroups":{"path":"/p"}},
                           "pid":12,"list":[{"name":"n1","size":1},{"name":"n2","size":2}]})";
    const Json json = json_of(text, {"id", "config.labels", "list.*.name", "absent.path"});
    CHECK(json.members().size() == 3);
    CHECK(json["id"].text() == "c1");
    CHECK(json["config"].members().size() == 1);
    CHECK(json["config"]["labels"].elements()[0].text() == "a=b");
    CHECK(json["list"].elements().size() == 2);
    CHECK(json["list"].elements()[1]["name"].text() == "n2");
    CHECK(json["list"].elements()[1]["size"].is_null());

    CHECK(json_of(text, {"*.labels"})["config"]["labels"].elements().size() == 1);
    CHECK(json_of(text, {"config", "config.labels"})["config"].members().size() == 3);
    CHECK(json_of(text, {"config.labels", "config.cgroups.path"})["config"].members().size() == 2);
    CHECK(json_of(text, {"list.name"})["list"].elements().empty());
    CHECK(json_of(text, {"none"}).is_object());
    CHECK(json_of(text, {"none"}).members().empty());
    CHECK(json_of(R"([{"Config":"x","Layers":[1]}])", {"*.Config"}).elements()[0]["Config"].text() == "x");
}

TEST_CASE("an empty path names nothing, not even an empty key") {
    const auto* text = R"({"":1,"id":"c1"})";
    CHECK(json_of(text, {"id", ""}).members().size() == 1);
    CHECK(json_of(text, {""}).members().empty());
    CHECK(json_of(text).members().size() == 2);
}

TEST_CASE("a string is found to be plain or not wherever a byte of it stands") {
    // Eight bytes are looked at together: each special one is tried at every place of two such words and a rest.
    const std::string plain = "abcdefghijklmnopqrst";
    CHECK(json_of("[\"" + plain + "\"]").elements()[0].text() == plain);
    for (std::size_t place = 0; place < plain.size(); ++place) {
        const auto with = [&](std::string_view inserted) { return std::string(plain).replace(place, 1, inserted); };
        const auto document = [](const std::string& text) { return "{\"key\":\"" + text + "\",\"other\":[\"x\"]}"; };
        CAPTURE(place);
        for (const std::string_view good : {"\x20", "!", "#", "[", "]", "~", "\x7f", "\xc3\xa9", "\xf0\x9f\x90\xb3"}) {
            CHECK(json_of(document(with(good)), {"key"})["key"].text() == with(good));
            CHECK(json_of(document(with(good)), {"other"})["other"].elements()[0].text() == "x");
        }
        CHECK(json_of(document(with("\\\"")), {"key"})["key"].text() == with("\""));
        CHECK(json_of(document(with("\\u00e9")), {"key"})["key"].text() == with("\xc3\xa9"));
        CHECK(json_of(document(with("\\\"")), {"other"})["other"].elements()[0].text() == "x");
        for (const std::string_view bad : {"\x01", "\x1f", "\n", "\"", "\\q", "\x80", "\xc3", "\xff"}) {
            CHECK_FALSE(read_json(document(with(bad)), {"key"}).has_value());
            CHECK_FALSE(read_json(document(with(bad)), {"other"}).has_value());
        }
    }
}

TEST_CASE("a path that ends too early keeps what is there") {
    CHECK(json_of(R"({"config":5})", {"config.labels"})["config"].integer(0, 9) == 5);
    CHECK(json_of(R"({"config":null})", {"config.labels"})["config"].is_null());
    CHECK(json_of("5", {"a"}).integer(0, 9) == 5);
}

TEST_CASE("an error says where and why") {
    CHECK(error_of("") == "damaged JSON at byte 0: the document ends too early");
    CHECK(error_of("{} x") == "damaged JSON at byte 3: something after the end of the document");
    CHECK(error_of("[1 2]") == "damaged JSON at byte 3: expected ',' or ']'");
    CHECK(error_of("{\"a\":1 2}", {"a"}) == "damaged JSON at byte 7: expected ',' or '}'");
    CHECK(error_of("{\"a\" 1}", {"a"}) == "damaged JSON at byte 5: expected ':'");
    CHECK(error_of("{\"a\":\"\n\"}") == "damaged JSON at byte 6: control character in a string");
    CHECK(error_of("{\"a\":\"") == "damaged JSON at byte 6: the document ends within a string");
}

TEST_CASE("every recorded file is read, whole and along paths, and refused when it is cut short") {
    const char* root = std::getenv("CSTOP_TEST_DATA");
    REQUIRE(root != nullptr);
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
        const auto name = entry.path().filename();
        if (!entry.is_regular_file() || (name != "state.json" && name != "config.json" && name != "config.v2.json")) {
            continue;
        }
        CAPTURE(entry.path());
        std::stringstream stream;
        stream << std::ifstream(entry.path()).rdbuf();
        const std::string bytes = stream.str();
        const auto whole = read_json(bytes);
        REQUIRE(whole.has_value());
        const auto pruned = read_json(bytes, {"id", "ociVersion", "process.args"});
        REQUIRE(pruned.has_value());
        CHECK((*pruned)["id"].text() == (*whole)["id"].text());
        CHECK((*pruned)["process"]["args"].elements().size() == (*whole)["process"]["args"].elements().size());
        const auto end = bytes.find_last_of('}');
        for (std::size_t size = 0; size <= end; size += 1 + end / 50) {
            CHECK_FALSE(read_json(std::string_view(bytes).substr(0, size)).has_value());
            CHECK_FALSE(read_json(std::string_view(bytes).substr(0, size), {"id"}).has_value());
        }
        ++files;
    }
    CHECK(files > 0);
}
