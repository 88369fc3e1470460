#include <array>
#include <csignal>
#include <fcntl.h>
#include <string>
#include <unistd.h>

#include <doctest/doctest.h>

#include "report/sequence.hpp"
#include "report/stream.hpp"

using namespace cstop;

namespace {

struct Pipe {
    Pipe() { REQUIRE(pipe2(ends.data(), O_CLOEXEC) == 0); }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    ~Pipe() {
        for (const int end : ends) {
            if (end >= 0) {
                close(end);
            }
        }
    }
    std::array<int, 2> ends{-1, -1};
};

}  // namespace

TEST_CASE("what is written to a descriptor arrives whole") {
    const Pipe pipe;
    report::DescriptorStream stream(pipe.ends[1]);
    stream.write("web\n");
    stream.write("");
    stream.write("db\n");
    std::array<char, 32> buffer{};
    const ssize_t size = read(pipe.ends[0], buffer.data(), buffer.size());
    CHECK(std::string(buffer.data(), static_cast<std::size_t>(size)) == "web\ndb\n");
    CHECK_FALSE(stream.is_broken());
    CHECK_FALSE(stream.is_terminal());
}

TEST_CASE("a reader who left breaks the stream, and nothing else") {
    Pipe pipe;
    const auto before = std::signal(SIGPIPE, SIG_IGN);
    close(pipe.ends[0]);
    pipe.ends[0] = -1;
    report::DescriptorStream stream(pipe.ends[1]);
    stream.write("web\n");
    CHECK(stream.is_broken());
    stream.write("db\n");
    CHECK(stream.is_broken());
    std::signal(SIGPIPE, before);
}

TEST_CASE("a full disk breaks the stream") {
    const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    REQUIRE(full >= 0);
    report::DescriptorStream stream(full);
    stream.write("");
    CHECK_FALSE(stream.is_broken());
    stream.write("web\n");
    CHECK(stream.is_broken());
    close(full);
}

TEST_CASE("a closed descriptor is a broken stream") {
    report::DescriptorStream stream(-1);
    stream.write("web\n");
    CHECK(stream.is_broken());
}

TEST_CASE("a sequence tells in order, each as soon as it can") {
    report::TextStream out;
    report::Sequence sequence(5, out);
    sequence.finish(2, "c");
    CHECK(out.text.empty());
    sequence.finish(0, "a");
    CHECK(out.text == "a");
    sequence.finish(1, "");
    CHECK(out.text == "ac");
    sequence.finish(0, "again");
    sequence.finish(4, "e");
    CHECK(out.text == "ac");
    sequence.finish(3, "d");
    CHECK(out.text == "acde");
}
