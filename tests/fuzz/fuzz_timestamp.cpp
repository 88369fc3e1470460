// Points in time as state files write them.

#include <string>

#include <fmt/format.h>

#include "discover/timestamp.hpp"
#include "fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace cstop;
    using std::chrono::floor;
    using std::chrono::seconds;
    const auto time = discover::parse_timestamp(fuzz::view(data, size));
    if (!time) {
        return 0;
    }
    // An offset may carry it over the bounds by a day, and no further.
    const auto since_epoch = time->time_since_epoch();
    REQUIRE(since_epoch > -std::chrono::days(1) && since_epoch < std::chrono::days(366 * 231));
    const auto whole = floor<seconds>(*time);
    const std::chrono::year_month_day date(floor<std::chrono::days>(*time));
    const std::chrono::hh_mm_ss clock(whole - floor<std::chrono::days>(*time));
    const std::string written =
        fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}Z", static_cast<int>(date.year()),
                    static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                    clock.minutes().count(), clock.seconds().count(), (*time - whole).count());
    const bool is_within = date.year() >= std::chrono::year(1970) && date.year() <= std::chrono::year(2200);
    REQUIRE(!is_within || discover::parse_timestamp(written) == time);
    return 0;
}
