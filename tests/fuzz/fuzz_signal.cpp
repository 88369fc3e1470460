// Signals as people and image configs write them.

#include <string>

#include "base/signal.hpp"
#include "base/text.hpp"
#include "fuzz.hpp"

namespace {

using namespace cstop;

std::string in_lower_case(std::string_view text) {
    std::string lower(text);
    for (char& letter : lower) {
        letter = letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    }
    return lower;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = fuzz::view(data, size);
    const auto signal = parse_signal(text);
    if (!signal) {
        REQUIRE(signal.error().code == ErrorCode::usage);
        // The text is named, and safe to show.
        REQUIRE(escape_text(signal.error().what) == signal.error().what);
        REQUIRE(!parse_signal(in_lower_case(text)));
        return 0;
    }
    REQUIRE(signal->number >= 1 && signal->number <= 64);
    REQUIRE(parse_signal(in_lower_case(text)) == *signal);
    const std::string name = format_signal(*signal);
    REQUIRE(parse_signal(name) == *signal);
    REQUIRE(format_signal(*parse_signal(name)) == name);
    // Whatever names a signal names the same one with SIG before it, unless it is a number or has it.
    const bool has_prefix = in_lower_case(text).starts_with("sig");
    const bool is_number = parse_number(text, 0, UINT64_MAX).has_value();
    REQUIRE(has_prefix || is_number || parse_signal("SIG" + std::string(text)) == *signal);
    return 0;
}
