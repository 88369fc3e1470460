#include <doctest/doctest.h>

#include "model/container.hpp"
#include "model/outcome.hpp"

using namespace cstop::model;

TEST_CASE("a status is read back from its name") {
    for (const Status status : {Status::created, Status::running, Status::paused, Status::stopped}) {
        CHECK(parse_status(format_status(status)) == status);
    }
    CHECK(format_status(Status::paused) == "paused");
    CHECK_FALSE(parse_status("").has_value());
    CHECK_FALSE(parse_status("Running").has_value());
    CHECK_FALSE(parse_status("exited").has_value());
}

TEST_CASE("an annotation is found by its whole key") {
    Container container;
    container.annotations = {{"a", "1"}, {"a.b", "2"}, {"empty", ""}};
    CHECK(find_annotation(container, "a.b") == "2");
    CHECK(find_annotation(container, "empty") == "");
    CHECK_FALSE(find_annotation(container, "b").has_value());
}

TEST_CASE("every outcome has its word") {
    CHECK(format_kind(Outcome::Kind::stopped) == "stopped");
    CHECK(format_kind(Outcome::Kind::not_running) == "not_running");
    CHECK(format_kind(Outcome::Kind::still_running) == "still_running");
    CHECK(format_kind(Outcome::Kind::failed) == "failed");
    CHECK(format_kind(Outcome::Kind::interrupted) == "interrupted");
}
