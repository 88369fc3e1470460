// Schedules of signals and waits.

#include "base/text.hpp"
#include "fuzz.hpp"
#include "model/schedule.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace cstop;
    const auto schedule = model::parse_schedule(fuzz::view(data, size));
    if (!schedule) {
        REQUIRE(schedule.error().code == ErrorCode::usage);
        REQUIRE(escape_text(schedule.error().what) == schedule.error().what);
        return 0;
    }
    REQUIRE(!schedule->steps.empty() && schedule->steps.size() <= model::longest_schedule / 2);
    REQUIRE(!schedule->repeat_from || *schedule->repeat_from < schedule->steps.size());
    // An endless wait is the last thing, and what repeats takes time: it always makes progress.
    Duration repeated{};
    for (std::size_t i = 0; i < schedule->steps.size(); ++i) {
        const model::Step& step = schedule->steps[i];
        REQUIRE(step.wait >= Duration::zero());
        REQUIRE(!step.signal || (step.signal->number >= 1 && step.signal->number <= 64));
        REQUIRE(step.wait != forever || (i + 1 == schedule->steps.size() && !schedule->repeat_from));
        repeated += schedule->repeat_from && i >= *schedule->repeat_from ? step.wait : Duration::zero();
    }
    REQUIRE(!schedule->repeat_from || repeated > Duration::zero());
    const std::string written = model::format_schedule(*schedule);
    const auto again = model::parse_schedule(written);
    REQUIRE(again && *again == *schedule);
    REQUIRE(model::format_schedule(*again) == written);
    return 0;
}
