#pragma once
// What the fuzz targets share. A target is one file with one LLVMFuzzerTestOneInput: bytes in, and a claim about what
// came out. A claim that does not hold ends the program, so that libFuzzer and replay.cpp both see it.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace cstop::fuzz {

/// Between the parts of an input that is more than one file. Readable, so that a corpus can be edited by hand.
inline constexpr std::string_view separator = "\n---\n";

/// The first `count` - 1 parts, and the rest. Parts that are not there are empty.
template <std::size_t count>
std::array<std::string_view, count> split_input(std::string_view input) {
    std::array<std::string_view, count> parts;
    for (std::size_t i = 0; i + 1 < count; ++i) {
        const std::size_t end = input.find(separator);
        parts.at(i) = input.substr(0, end);
        input = end == std::string_view::npos ? std::string_view() : input.substr(end + separator.size());
    }
    parts.at(count - 1) = input;
    return parts;
}

inline std::string_view view(const std::uint8_t* data, std::size_t size) {
    return size == 0 ? std::string_view() : std::string_view(reinterpret_cast<const char*>(data), size);
}

[[noreturn]] inline void refute(const char* claim, const char* file, int line) {
    std::fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, claim);
    std::abort();
}

}  // namespace cstop::fuzz

#define REQUIRE(...)                                                 \
    do {                                                             \
        if (!(__VA_ARGS__)) {                                        \
            ::cstop::fuzz::refute(#__VA_ARGS__, __FILE__, __LINE__); \
        }                                                            \
    } while (false)

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
