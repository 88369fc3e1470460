#include <array>
#include <chrono>
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
    /// Until it takes nothing more. Returns how much it took.
    std::size_t fill() const {
        const std::string block(512, '.');
        REQUIRE(fcntl(ends[1], F_SETFL, O_NONBLOCK) == 0);
        std::size_t filled = 0;
        for (ssize_t written = 0; written >= 0; written = write(ends[1], block.data(), block.size())) {
            filled += static_cast<std::size_t>(written);
        }
        REQUIRE(fcntl(ends[1], F_SETFL, 0) == 0);
        return filled;
    }

    /// The next `size` bytes.
    std::string drain(std::size_t size) const {
        std::string bytes(size, '\0');
        std::size_t done = 0;
        while (done < size) {
            const ssize_t count = read(ends[0], bytes.data() + done, size - done);
            REQUIRE(count > 0);
            done += static_cast<std::size_t>(count);
        }
        return bytes;
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

TEST_CASE("a full pipe is not waited for, and gets everything in its order at last") {
    const Pipe pipe;
    const std::size_t filling = pipe.fill();
    {
        report::DescriptorStream out(pipe.ends[1]);
        report::DescriptorStream err(pipe.ends[1], out);
        err.write("one\n");
        out.write("two\n");
        err.write("three\n");
        CHECK(out.has_waiting());
        CHECK_FALSE(err.write_waiting());
        CHECK_FALSE(err.is_broken());
        CHECK((fcntl(pipe.ends[1], F_GETFL) & O_NONBLOCK) == 0);  // it is shared with others
        pipe.drain(filling);
        CHECK(err.write_waiting());
        out.write("four\n");
    }
    CHECK(pipe.drain(19) == "one\ntwo\nthree\nfour\n");
}

TEST_CASE("streams that lead to two pipes do not wait for each other") {
    const Pipe full;
    const Pipe free;
    full.fill();
    report::DescriptorStream out(full.ends[1]);
    report::DescriptorStream err(free.ends[1], out);
    out.write("two\n");
    err.write("one\n");
    CHECK(free.drain(4) == "one\n");
    out.finish(std::chrono::milliseconds(1));
    CHECK(out.is_broken());
    CHECK_FALSE(err.is_broken());
}

TEST_CASE("whoever never waits keeps what fits into memory, and says that it lost something") {
    const Pipe pipe;
    const std::size_t filling = pipe.fill();
    report::DescriptorStream stream(pipe.ends[1]);
    stream.never_wait();
    stream.write("first\n");
    stream.write(std::string(report::Outlet::most_kept, 'x'));
    CHECK(stream.is_broken());
    stream.write("lost\n");
    pipe.drain(filling);
    CHECK_FALSE(stream.write_waiting());  // more than a pipe holds
    CHECK(pipe.drain(6) == "first\n");
    stream.finish(std::chrono::milliseconds(1));
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
