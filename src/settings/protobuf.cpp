#include "settings/protobuf.hpp"

namespace cstop::settings {

namespace {

enum WireType : std::uint8_t { varint = 0, fixed64 = 1, length_delimited = 2, fixed32 = 5 };

// Takes it off `bytes`. 64 bits need at most ten groups of seven.
std::optional<std::uint64_t> take_varint(std::string_view& bytes) {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
        const auto byte = static_cast<unsigned char>(bytes.front());
        bytes.remove_prefix(1);
        value |= std::uint64_t{byte & 0x7FU} << shift;
        if (byte < 0x80U) {
            return value;
        }
    }
    return std::nullopt;
}

std::optional<std::string_view> take_bytes(std::string_view& bytes, std::uint64_t size) {
    if (size > bytes.size()) {
        return std::nullopt;
    }
    const std::string_view taken = bytes.substr(0, size);
    bytes.remove_prefix(size);
    return taken;
}

std::optional<std::string_view> take_value(std::string_view& bytes, std::uint64_t wire_type) {
    switch (wire_type) {
        case fixed64: return take_bytes(bytes, 8);
        case fixed32: return take_bytes(bytes, 4);
        case length_delimited: {
            const auto size = take_varint(bytes);
            return size ? take_bytes(bytes, *size) : std::nullopt;
        }
        case varint: return take_varint(bytes) ? std::optional(std::string_view{}) : std::nullopt;
        default: return std::nullopt;
    }
}

}  // namespace

std::optional<std::string_view> find_protobuf_bytes(std::string_view message, std::uint64_t number) {
    std::optional<std::string_view> found;
    while (!message.empty()) {
        const auto tag = take_varint(message);
        if (!tag) {
            return std::nullopt;
        }
        const std::uint64_t wire_type = *tag & 7U;
        const auto value = take_value(message, wire_type);
        if (!value) {
            return std::nullopt;
        }
        if (*tag >> 3U == number && wire_type == length_delimited) {
            found = value;
        }
    }
    return found;
}

}  // namespace cstop::settings
