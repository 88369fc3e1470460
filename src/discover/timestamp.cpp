#include "discover/timestamp.hpp"

#include "base/text.hpp"

namespace cstop::discover {

namespace {

using std::chrono::nanoseconds;

/// The digits at [at, at + length) as a number within the bounds.
std::optional<int> parse_digits(std::string_view text, std::size_t at, std::size_t length, int lowest, int highest) {
    if (at + length > text.size()) {
        return std::nullopt;
    }
    const auto number =
        parse_number(text.substr(at, length), static_cast<std::uint64_t>(lowest), static_cast<std::uint64_t>(highest));
    return number ? std::optional<int>(static_cast<int>(*number)) : std::nullopt;
}

/// ".708193" as nanoseconds; what is finer is cut off. Moves `at` behind it.
nanoseconds take_fraction(std::string_view text, std::size_t& at) {
    nanoseconds fraction{};
    if (at >= text.size() || text[at] != '.') {
        return fraction;
    }
    nanoseconds unit(100'000'000);
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
        fraction += (text[at] - '0') * unit;
        unit /= 10;
    }
    return fraction;
}

/// "Z" or "+01:30", whole.
std::optional<std::chrono::minutes> parse_offset(std::string_view text) {
    if (text == "Z" || text == "z") {
        return std::chrono::minutes(0);
    }
    if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') {
        return std::nullopt;
    }
    const auto hours = parse_digits(text, 1, 2, 0, 23);
    const auto minutes = parse_digits(text, 4, 2, 0, 59);
    if (!hours || !minutes) {
        return std::nullopt;
    }
    const std::chrono::minutes offset(*hours * 60 + *minutes);
    return text[0] == '-' ? -offset : offset;
}

}  // namespace

std::optional<Timestamp> parse_timestamp(std::string_view text) {
    const auto year = parse_digits(text, 0, 4, 1970, 2200);
    const auto month = parse_digits(text, 5, 2, 1, 12);
    const auto day = parse_digits(text, 8, 2, 1, 31);
    const auto hour = parse_digits(text, 11, 2, 0, 23);
    const auto minute = parse_digits(text, 14, 2, 0, 59);
    const auto second = parse_digits(text, 17, 2, 0, 60);
    if (!year || !month || !day || !hour || !minute || !second || text[4] != '-' || text[7] != '-' ||
        (text[10] != 'T' && text[10] != 't') || text[13] != ':' || text[16] != ':') {
        return std::nullopt;
    }
    const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    std::size_t at = 19;
    const nanoseconds fraction = take_fraction(text, at);
    const auto offset = parse_offset(text.substr(at));
    if (!date.ok() || !offset) {
        return std::nullopt;
    }
    return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
           std::chrono::seconds(*second) + fraction - *offset;
}

}  // namespace cstop::discover
