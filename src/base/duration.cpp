#include "base/duration.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include <fmt/format.h>

#include "base/text.hpp"

namespace cstop {

namespace {

struct Unit {
    std::string_view name;
    std::uint64_t milliseconds;
};

// From long to short: the order in which they may follow each other.
constexpr std::array<Unit, 4> units = {{
    {.name = "h", .milliseconds = 3'600'000},
    {.name = "m", .milliseconds = 60'000},
    {.name = "s", .milliseconds = 1'000},
    {.name = "ms", .milliseconds = 1},
}};

constexpr std::uint64_t longest_milliseconds = static_cast<std::uint64_t>(longest_duration.count());

// The parts of a millisecond that are counted. What is smaller only rounds up.
constexpr std::uint64_t parts_in_millisecond = 1'000'000'000;

// A length on its way to being rounded once, at the end.
struct ExactLength {
    std::uint64_t milliseconds = 0;
    std::uint64_t parts = 0;
};

bool is_digit(char character) {
    return '0' <= character && character <= '9';
}

// Takes the digits at the beginning of `text` off it.
std::string_view take_digits(std::string_view& text) {
    const auto* const end = std::ranges::find_if_not(text, is_digit);
    const auto digits = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    text.remove_prefix(digits.size());
    return digits;
}

// Takes "ms", "m", "h" or "s" off. Everything up to the next digit is the unit, so that "5ms" is not five minutes.
std::string_view take_unit(std::string_view& text) {
    const auto* const end = std::ranges::find_if(text, is_digit);
    const auto unit = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    text.remove_prefix(unit.size());
    return unit;
}

// Billionths, rounded up.
std::uint64_t parse_fraction(std::string_view digits) {
    std::uint64_t billionths = 0;
    for (std::size_t index = 0; index < 9; ++index) {
        const auto digit = index < digits.size() ? static_cast<std::uint64_t>(digits[index] - '0') : 0U;
        billionths = billionths * 10 + digit;
    }
    const bool is_more = digits.size() > 9 && std::ranges::any_of(digits.substr(9), [](char c) { return c != '0'; });
    return billionths + (is_more ? 1 : 0);
}

enum class Refusal { malformed, too_long };

// Adds one "NUMBER[.FRACTION][UNIT]" to `sum`. `next_unit` is the first unit that may still come.
std::optional<Refusal> add_part(std::string_view& text, bool is_whole_text, std::size_t& next_unit, ExactLength& sum) {
    const auto digits = take_digits(text);
    std::string_view fraction;
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        fraction = take_digits(text);
        if (fraction.empty()) {
            return Refusal::malformed;
        }
    }
    const auto unit_name = is_whole_text && text.empty() ? std::string_view("s") : take_unit(text);
    const auto* const unit = std::find_if(units.begin() + next_unit, units.end(),
                                          [unit_name](const Unit& each) { return each.name == unit_name; });
    if (digits.empty() || unit == units.end()) {
        return Refusal::malformed;
    }
    next_unit = static_cast<std::size_t>(unit - units.begin()) + 1;

    const auto number = parse_number(digits, 0, longest_milliseconds / unit->milliseconds);
    if (!number.has_value()) {
        return Refusal::too_long;
    }
    sum.milliseconds += *number * unit->milliseconds;
    sum.parts += parse_fraction(fraction) * unit->milliseconds;
    return std::nullopt;
}

Failure refuse(std::string_view text, Refusal refusal) {
    return fail(ErrorCode::usage,
                quote_text(text) + (refusal == Refusal::too_long ? " is longer than 100 years"
                                                                 : " is not a duration like 10, 1.5, 500ms or 1m30s"));
}

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
    if (text == "infinity" || text == "-1") {
        return forever;
    }
    if (text.empty()) {
        return refuse(text, Refusal::malformed);
    }
    ExactLength sum;
    std::size_t next_unit = 0;
    bool is_first = true;
    for (std::string_view rest = text; !rest.empty(); is_first = false) {
        if (const auto refusal = add_part(rest, is_first, next_unit, sum); refusal.has_value()) {
            return refuse(text, *refusal);
        }
    }
    const std::uint64_t milliseconds = sum.milliseconds + (sum.parts + parts_in_millisecond - 1) / parts_in_millisecond;
    if (milliseconds > longest_milliseconds) {
        return refuse(text, Refusal::too_long);
    }
    return Duration(static_cast<Duration::rep>(milliseconds));
}

namespace {

// "1.5" from 1500: no trailing zeros.
std::string format_as_seconds(std::int64_t milliseconds) {
    std::string result = fmt::format("{}.{:03}", milliseconds / 1000, milliseconds % 1000);
    result.erase(result.find_last_not_of('0') + 1);
    if (result.ends_with('.')) {
        result.pop_back();
    }
    return result;
}

}  // namespace

std::string format_duration(Duration duration) {
    if (duration == forever) {
        return "infinity";
    }
    constexpr std::int64_t minute = 60'000;
    constexpr std::int64_t hour = 60 * minute;
    std::int64_t rest = std::max<std::int64_t>(duration.count(), 0);
    if (0 < rest && rest < 1000) {
        return fmt::format("{}ms", rest);
    }
    if (rest <= minute) {
        return format_as_seconds(rest) + "s";
    }
    std::string result;
    if (rest >= hour) {
        result += fmt::format("{}h", rest / hour);
        rest %= hour;
    }
    if (rest >= minute) {
        result += fmt::format("{}m", rest / minute);
        rest %= minute;
    }
    if (rest > 0) {
        result += format_as_seconds(rest) + "s";
    }
    return result;
}

std::string format_brief(Duration duration) {
    const std::string whole = format_duration(duration);
    const std::string_view text = whole;
    const std::size_t unit = std::min(text.find_first_not_of("0123456789."), text.size());
    const bool has_one_unit = unit > 0 && text.find_first_of("0123456789", unit) == std::string_view::npos;
    return has_one_unit ? fmt::format("{} {}", text.substr(0, unit), text.substr(unit)) : whole;
}

std::string format_seconds(Duration duration) {
    if (duration == forever) {
        return "ever";
    }
    const std::int64_t milliseconds = std::max<std::int64_t>(duration.count(), 0);
    return format_as_seconds(milliseconds) + (milliseconds == 1000 ? " second" : " seconds");
}

}  // namespace cstop
