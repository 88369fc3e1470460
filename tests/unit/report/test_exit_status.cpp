#include <vector>

#include <doctest/doctest.h>

#include "report/exit_status.hpp"

using namespace cstop;
using report::ExitStatus;
using Kind = model::Outcome::Kind;

TEST_CASE("the merge is 4, then 1, 2, 3, 5, 0, in any order") {
    const std::vector<ExitStatus> by_weight = {ExitStatus::still_running, ExitStatus::failed, ExitStatus::usage,
                                               ExitStatus::unknown,       ExitStatus::killed, ExitStatus::done};
    for (std::size_t heavy = 0; heavy < by_weight.size(); ++heavy) {
        for (std::size_t light = heavy; light < by_weight.size(); ++light) {
            const std::vector<ExitStatus> up = {by_weight[light], by_weight[heavy], by_weight[light]};
            const std::vector<ExitStatus> down = {by_weight[heavy], by_weight[light]};
            CHECK(report::merge_exit_statuses(up) == by_weight[heavy]);
            CHECK(report::merge_exit_statuses(down) == by_weight[heavy]);
        }
    }
    CHECK(report::merge_exit_statuses({}) == ExitStatus::done);
}

TEST_CASE("the numbers are those of the manual") {
    CHECK(static_cast<int>(ExitStatus::done) == 0);
    CHECK(static_cast<int>(ExitStatus::failed) == 1);
    CHECK(static_cast<int>(ExitStatus::usage) == 2);
    CHECK(static_cast<int>(ExitStatus::unknown) == 3);
    CHECK(static_cast<int>(ExitStatus::still_running) == 4);
    CHECK(static_cast<int>(ExitStatus::killed) == 5);
}

TEST_CASE("an entry without a plan is unknown, or something went wrong") {
    const auto status_of = [](ErrorCode code, bool ignore_missing) {
        return report::exit_status_of(Error{.code = code, .errno_value = 0, .what = "x"}, ignore_missing);
    };
    CHECK(status_of(ErrorCode::not_found, false) == ExitStatus::unknown);
    CHECK(status_of(ErrorCode::not_found, true) == ExitStatus::done);
    CHECK(status_of(ErrorCode::ambiguous, true) == ExitStatus::unknown);
    CHECK(status_of(ErrorCode::usage, true) == ExitStatus::usage);
    for (const ErrorCode code :
         {ErrorCode::denied, ErrorCode::damaged, ErrorCode::unsupported, ErrorCode::gone, ErrorCode::system}) {
        CHECK(status_of(code, true) == ExitStatus::failed);
    }
}

TEST_CASE("an outcome counts by its kind, and by its kill only when asked") {
    const auto status_of = [](Kind kind, bool escalated, bool fail_on_kill) {
        model::Outcome outcome;
        outcome.kind = kind;
        outcome.escalated = escalated;
        return report::exit_status_of(outcome, fail_on_kill);
    };
    CHECK(status_of(Kind::stopped, false, true) == ExitStatus::done);
    CHECK(status_of(Kind::stopped, true, false) == ExitStatus::done);
    CHECK(status_of(Kind::stopped, true, true) == ExitStatus::killed);
    CHECK(status_of(Kind::not_running, false, true) == ExitStatus::done);
    CHECK(status_of(Kind::still_running, true, true) == ExitStatus::still_running);
    CHECK(status_of(Kind::failed, true, true) == ExitStatus::failed);
    CHECK(status_of(Kind::interrupted, false, true) == ExitStatus::failed);
}
