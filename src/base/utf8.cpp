#include "base/utf8.hpp"

namespace cstop {

namespace {

struct Lead {
    std::size_t size = 0;         // 0: no character begins with this byte
    unsigned char lowest = 0x80;  // of the second byte; the others are always 0x80..0xBF
    unsigned char highest = 0xBF;
};

// The Unicode Standard, table 3-7: well-formed UTF-8 byte sequences.
Lead lead_of(unsigned char byte) {
    if (byte < 0xC2 || byte > 0xF4) {
        return {};
    }
    switch (byte) {
        case 0xE0: return {.size = 3, .lowest = 0xA0};
        case 0xED: return {.size = 3, .highest = 0x9F};
        case 0xF0: return {.size = 4, .lowest = 0x90};
        case 0xF4: return {.size = 4, .highest = 0x8F};
        default: return {.size = byte < 0xE0 ? 2U : byte < 0xF0 ? 3U : 4U};
    }
}

}  // namespace

Utf8Character parse_utf8(std::string_view bytes) {
    const auto first = static_cast<unsigned char>(bytes.front());
    if (first < 0x80) {
        return {.is_valid = true, .code_point = first, .size = 1};
    }
    Lead lead = lead_of(first);
    if (lead.size == 0) {
        return {.size = 1};
    }
    // 2, 3 and 4 bytes keep 5, 4 and 3 bits of the first one.
    char32_t code_point = first & (0x7FU >> lead.size);
    for (std::size_t index = 1; index < lead.size; ++index) {
        const auto byte = index < bytes.size() ? static_cast<unsigned char>(bytes[index]) : 0U;
        if (byte < lead.lowest || byte > lead.highest) {
            return {.size = index};
        }
        code_point = (code_point << 6) | (byte & 0x3FU);
        lead.lowest = 0x80;
        lead.highest = 0xBF;
    }
    return {.is_valid = true, .code_point = code_point, .size = lead.size};
}

}  // namespace cstop
