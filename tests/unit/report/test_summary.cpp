#include <chrono>

#include <doctest/doctest.h>

#include "plans.hpp"
#include "report/summary.hpp"

using namespace cstop;
using namespace std::chrono_literals;
using model::Outcome;

namespace {

void add(report::Summary& summary, int count, Outcome::Kind kind) {
    Outcome outcome;
    outcome.kind = kind;
    for (int i = 0; i < count; ++i) {
        summary.add(outcome);
    }
}

}  // namespace

TEST_CASE("a summary counts what became of every container") {
    report::Summary summary;
    add(summary, 11, Outcome::Kind::stopped);
    Outcome killed = make_test_outcome();
    killed.escalated = true;
    summary.add(killed);
    add(summary, 2, Outcome::Kind::not_running);
    add(summary, 1, Outcome::Kind::failed);
    CHECK(summary.format(3240ms) == "stopped 12 (1 by SIGKILL), not running 2, failed 1, in 3.2 s");
}

TEST_CASE("a summary leaves out what did not occur") {
    report::Summary summary;
    add(summary, 3, Outcome::Kind::still_running);
    add(summary, 1, Outcome::Kind::interrupted);
    summary.add(Error{.code = ErrorCode::not_found, .errno_value = 0, .what = ""});
    summary.add(Error{.code = ErrorCode::ambiguous, .errno_value = 0, .what = ""});
    CHECK(summary.format(12ms) == "still running 3, interrupted 1, failed 1, not found 1, in 12 ms");
}

TEST_CASE("a container that SIGKILL ended counts as killed, whoever sent it") {
    report::Summary summary;
    Outcome outcome = make_test_outcome();
    outcome.exit = model::Exit{.by_signal = true, .value = 9};
    summary.add(outcome);
    CHECK(summary.format(999ms) == "stopped 1 (1 by SIGKILL), in 999 ms");
    CHECK(summary.format(59960ms).ends_with("in 60 s"));
    CHECK(summary.format(90s).ends_with("in 1m30s"));
}
