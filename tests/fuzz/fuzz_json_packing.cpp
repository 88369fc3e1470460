// The answer of the process that parses a stranger's file, which may be the stranger's own by then.

#include <string>

#include "base/json.hpp"
#include "base/json_packing.hpp"
#include "fuzz.hpp"

namespace {

using namespace cstop;

constexpr std::size_t deepest = 64;
constexpr std::size_t longest_text = 65536;
constexpr std::size_t most_values = std::size_t{256} * 1024;

bool is_text(std::string_view text) {
    return text.size() <= longest_text && !text.contains('\0');
}

/// Is all of it what read_json may give? Counts the values.
bool is_within(const Json& json, std::size_t depth, std::size_t& values) {
    ++values;
    if (const auto text = json.text()) {
        return is_text(*text);
    }
    if ((json.is_object() || !json.elements().empty()) && ++depth > deepest) {
        return false;
    }
    for (const Json& element : json.elements()) {
        if (!is_within(element, depth, values)) {
            return false;
        }
    }
    for (const auto& member : json.members()) {
        // operator[] finds the first one of a name: another would not be found.
        if (!is_text(member.first) || &json[member.first] != &member.second ||
            !is_within(member.second, depth, values)) {
            return false;
        }
    }
    return true;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes = fuzz::view(data, size);
    const auto taken = unpack_json(bytes);
    if (taken) {
        std::size_t values = 0;
        REQUIRE(is_within(*taken, 0, values));
        REQUIRE(values <= most_values);
        REQUIRE(pack_json(*taken) == bytes);
        // Exactly one value: neither less nor more.
        REQUIRE(!unpack_json(bytes.substr(0, bytes.size() - 1)));
        REQUIRE(!unpack_json(std::string(bytes) + '\0'));
    } else {
        REQUIRE(taken.error().code == ErrorCode::damaged);
    }
    // The honest way, from a document: what was read comes back the same.
    if (const auto document = read_json(bytes)) {
        const std::string packed = pack_json(*document);
        const auto back = unpack_json(packed);
        REQUIRE(back && pack_json(*back) == packed);
    }
    return 0;
}
