// Where the words that name containers come from.

#include <fcntl.h>
#include <string>
#include <unistd.h>
#include <vector>

#include <doctest/doctest.h>

#include "discover/discovery.hpp"
#include "lab.hpp"

namespace cstop::discover {
namespace {

using Kind = model::WordSource::Kind;
using test::Lab;

/// Standard input for as long as it lives.
class Input {
public:
    explicit Input(const std::string& file) : before_(dup(STDIN_FILENO)) {
        const int number = open(file.c_str(), O_RDONLY | O_CLOEXEC);
        REQUIRE(number >= 0);
        REQUIRE(dup2(number, STDIN_FILENO) == STDIN_FILENO);
        close(number);
    }
    Input(const Input&) = delete;
    Input& operator=(const Input&) = delete;
    ~Input() {
        dup2(before_, STDIN_FILENO);
        close(before_);
    }

private:
    int before_;
};

model::Request ask(std::vector<model::WordSource> words) {
    model::Request request;
    request.words = std::move(words);
    return request;
}

TEST_CASE("words keep the order of the command line") {
    const Lab lab;
    const Input input(lab.write("input", "c\nns/pod/d\n\n"));
    const auto words = read_words(ask({{Kind::argument, "a"},
                                       {Kind::cidfile, lab.write("cid", "b")},
                                       {Kind::standard_input, "-"},
                                       {Kind::argument, "e"},
                                       {Kind::cidfile, lab.write("cid2", "f\n")}}));
    REQUIRE(words.has_value());
    CHECK(*words == std::vector<std::string>{"a", "b", "c", "ns/pod/d", "e", "f"});
}

TEST_CASE("empty standard input is no word") {
    const Lab lab;
    const Input input(lab.write("input", ""));
    const auto words = read_words(ask({{Kind::standard_input, "-"}, {Kind::standard_input, "-"}}));
    REQUIRE(words.has_value());
    CHECK(words->empty());
}

TEST_CASE("a line of standard input that is no word is a usage error with its number") {
    const Lab lab;
    for (const std::string_view bytes : {"web\n../x\n", "web\na b\n", "web\nx\r\n"}) {
        const Input input(lab.write("input", bytes));
        const auto words = read_words(ask({{Kind::standard_input, "-"}}));
        REQUIRE(!words.has_value());
        CHECK(words.error().code == ErrorCode::usage);
        CHECK_MESSAGE(words.error().what.starts_with("standard input, line 2"), words.error().what);
    }
}

TEST_CASE("a cidfile that is missing, empty or no id is a usage error that names it") {
    const Lab lab;
    const std::vector<std::string> files = {lab.path("missing"),
                                            lab.write("empty", ""),
                                            lab.write("newline", "\n"),
                                            lab.write("two", "a\nb\n"),
                                            lab.write("slash", "../x"),
                                            lab.path(),
                                            lab.write("long", std::string(10000, 'a'))};
    for (const std::string& file : files) {
        CAPTURE(file);
        const auto words = read_words(ask({{Kind::argument, "a"}, {Kind::cidfile, file}}));
        REQUIRE(!words.has_value());
        CHECK(words.error().code == ErrorCode::usage);
        CHECK_MESSAGE(format_error(words.error()).contains(file), format_error(words.error()));
        CHECK_MESSAGE(format_error(words.error()).contains("--cidfile"), format_error(words.error()));
    }
}

TEST_CASE("with --ignore a missing cidfile is a container that does not exist") {
    const Lab lab;
    auto request = ask({{Kind::cidfile, lab.path("missing")}, {Kind::argument, "a"}});
    request.ignore_missing = true;
    const auto words = read_words(request);
    REQUIRE(words.has_value());
    CHECK(*words == std::vector<std::string>{"a"});
}

}  // namespace
}  // namespace cstop::discover
