// Fields of a protobuf message.

#include <string>

#include "fuzz.hpp"
#include "settings/protobuf.hpp"

namespace {

using namespace cstop;
using settings::find_protobuf_bytes;

void append_varint(std::string& message, std::uint64_t number) {
    while (number >= 0x80) {
        message += static_cast<char>((number & 0x7F) | 0x80);
        number >>= 7;
    }
    message += static_cast<char>(number);
}

std::string make_field(std::uint64_t number, std::string_view value) {
    std::string field;
    append_varint(field, number << 3U | 2U);
    append_varint(field, value.size());
    return field.append(value);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view message = fuzz::view(data, size);
    for (const std::uint64_t number : {1U, 2U, 15U, 16U, 536870911U}) {
        const auto found = find_protobuf_bytes(message, number);
        if (found && !found->empty()) {
            REQUIRE(found->data() >= message.data());
            REQUIRE(found->data() + found->size() <= message.data() + message.size());
        }
        // Any bytes are carried, and found among fields that others wrote.
        const std::string other = make_field(number + 1, "other");
        REQUIRE(find_protobuf_bytes(other + make_field(number, message) + other, number) == message);
        if (!found) {
            continue;
        }
        // Messages that follow each other are one message, of which the last field counts.
        REQUIRE(find_protobuf_bytes(std::string(message) + make_field(number, "last"), number) == "last");
        REQUIRE(find_protobuf_bytes(make_field(number, "first") + std::string(message), number) == *found);
        // A message that ends within a field is damaged, not shorter.
        REQUIRE(!find_protobuf_bytes(std::string(message) + make_field(number, "last").substr(0, 3), number));
    }
    return 0;
}
