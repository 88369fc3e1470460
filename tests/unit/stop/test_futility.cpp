#include <doctest/doctest.h>

#include "stop/futility.hpp"

using namespace cstop;

namespace {

kernel::Opened init_with(kernel::SignalSets sets, bool has_private_pid_namespace = true) {
    kernel::Opened opened;
    opened.command = "sleep";
    opened.signals = sets;
    opened.has_private_pid_namespace = has_private_pid_namespace;
    return opened;
}

constexpr std::uint64_t term = 1ULL << 14;

}  // namespace

TEST_CASE("the init of a pid namespace without a handler never sees the signal") {
    CHECK(stop::explain_futility(init_with({}), sigterm) ==
          "init (sleep) has no handler for SIGTERM: the kernel will drop it");
}

TEST_CASE("a handler, or a blocked signal that somebody may wait for, is no futility") {
    CHECK_FALSE(stop::explain_futility(init_with({.caught = term}), sigterm));
    CHECK_FALSE(stop::explain_futility(init_with({.blocked = term}), sigterm));
    CHECK_FALSE(stop::explain_futility(init_with({.ignored = term, .blocked = term}), sigterm));
}

TEST_CASE("an ignored signal is futile in any pid namespace") {
    CHECK(stop::explain_futility(init_with({.ignored = term}, false), sigterm) == "init (sleep) ignores SIGTERM");
}

TEST_CASE("in a shared pid namespace the default action ends init, but for signals that do nothing by default") {
    CHECK_FALSE(stop::explain_futility(init_with({}, false), sigterm));
    CHECK(stop::explain_futility(init_with({}, false), Signal{28}) ==
          "init (sleep) has no handler for SIGWINCH, which does nothing by default");
}

TEST_CASE("SIGKILL and SIGSTOP are never futile, and unknown sets say nothing") {
    CHECK_FALSE(stop::explain_futility(init_with({}), sigkill));
    CHECK_FALSE(stop::explain_futility(init_with({}), sigstop));
    auto opened = init_with({});
    opened.signals.reset();
    CHECK_FALSE(stop::explain_futility(opened, sigterm));
}

TEST_CASE("real-time signals are looked up at their own bit") {
    CHECK_FALSE(stop::explain_futility(init_with({.caught = 1ULL << 36}), Signal{37}));
    CHECK(stop::explain_futility(init_with({}), Signal{64}).has_value());
}

TEST_CASE("a command's name is escaped") {
    auto opened = init_with({});
    opened.command = "a\x1b[2J";
    CHECK(stop::explain_futility(opened, sigterm)->find('\x1b') == std::string::npos);
}
