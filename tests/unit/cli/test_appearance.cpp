// --progress and --color, and what the environment has to say about them.

#include <string>
#include <variant>
#include <vector>

#include <doctest/doctest.h>

#include "cli/arguments.hpp"

using namespace cstop;
using model::Request;
using model::When;

namespace {

using Argv = std::vector<const char*>;

Request request_of(Argv argv, const cli::Environment& environment) {
    argv.push_back("web");
    const auto parsed = cli::parse_arguments(argv, environment);
    REQUIRE(parsed.has_value());
    REQUIRE(std::holds_alternative<Request>(*parsed));
    return std::get<Request>(*parsed);
}

When progress_of(const Argv& argv, const std::string& term = "xterm") {
    return request_of(argv, {.term = term, .no_color = ""}).progress;
}

When color_of(const Argv& argv, const std::string& term = "xterm", const std::string& no_color = "") {
    return request_of(argv, {.term = term, .no_color = no_color}).color;
}

}  // namespace

TEST_CASE("progress and color are decided at the terminal unless the user decides") {
    CHECK(progress_of({}) == When::automatic);
    CHECK(progress_of({"--progress", "auto"}) == When::automatic);
    CHECK(progress_of({"--progress=always"}) == When::always);
    CHECK(progress_of({"--progress=always", "--progress", "never"}) == When::never);
    CHECK(color_of({}) == When::automatic);
    CHECK(color_of({"--color=always"}) == When::always);
    CHECK(color_of({"--color=never"}) == When::never);
}

TEST_CASE("a terminal that cannot move its cursor gets neither, unless the user insists") {
    for (const std::string term : {"dumb", ""}) {
        CHECK(progress_of({}, term) == When::never);
        CHECK(progress_of({"--progress=auto"}, term) == When::never);
        CHECK(progress_of({"--progress=always"}, term) == When::always);
        CHECK(color_of({}, term) == When::never);
        CHECK(color_of({"--color=always"}, term) == When::always);
    }
}

TEST_CASE("NO_COLOR takes the colors and nothing else") {
    CHECK(color_of({}, "xterm", "1") == When::never);
    CHECK(color_of({"--color=auto"}, "xterm", "1") == When::never);
    CHECK(color_of({"--color=always"}, "xterm", "1") == When::always);
    CHECK(request_of({}, {.term = "xterm", .no_color = "1"}).progress == When::automatic);
}

TEST_CASE("quiet is quiet on a terminal as well") {
    CHECK(progress_of({"-q"}) == When::never);
    CHECK(progress_of({"-q", "--progress=always"}) == When::always);
}

TEST_CASE("what is neither auto, always nor never is refused") {
    const Argv argv = {"--color", "sometimes", "web"};
    const auto parsed = cli::parse_arguments(argv, {});
    REQUIRE_FALSE(parsed.has_value());
    CHECK(parsed.error().code == ErrorCode::usage);
    CHECK(format_error(parsed.error()) == "--color: 'sometimes' is not auto, always or never");
}
