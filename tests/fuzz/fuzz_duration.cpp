// Lengths of time as people write them; and any number of milliseconds, written and read back.

#include <algorithm>
#include <cstring>

#include "base/duration.hpp"
#include "base/text.hpp"
#include "fuzz.hpp"

namespace {

using namespace cstop;

void check_text(std::string_view text) {
    const auto duration = parse_duration(text);
    if (!duration) {
        REQUIRE(duration.error().code == ErrorCode::usage);
        REQUIRE(escape_text(duration.error().what) == duration.error().what);
        return;
    }
    REQUIRE(*duration == forever || (duration->count() >= 0 && *duration <= longest_duration));
    const std::string written = format_duration(*duration);
    REQUIRE(parse_duration(written) == *duration);
    REQUIRE(format_duration(*parse_duration(written)) == written);
    REQUIRE(!format_seconds(*duration).empty());
    // More digits are never a shorter time.
    if (*duration != forever && text.contains('.') && text.back() >= '0' && text.back() <= '9') {
        const auto longer = parse_duration(std::string(text) + "9");
        REQUIRE(!longer || *longer >= *duration);
    }
}

void check_number(Duration::rep milliseconds) {
    const Duration duration(milliseconds);
    const auto parsed = parse_duration(format_duration(duration));
    if (duration == forever) {
        REQUIRE(parsed == forever);
    } else if (duration > longest_duration) {
        REQUIRE(!parsed);
    } else {
        REQUIRE(parsed == std::max(duration, Duration::zero()));
    }
    REQUIRE(!format_seconds(duration).empty());
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    check_text(fuzz::view(data, size));
    Duration::rep milliseconds = 0;
    if (size >= sizeof milliseconds) {
        std::memcpy(&milliseconds, data, sizeof milliseconds);
        check_number(milliseconds);
    }
    return 0;
}
