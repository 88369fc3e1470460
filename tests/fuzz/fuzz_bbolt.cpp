// A bbolt database whose every byte is forged, and one that is committed to while it is read.

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "base/bbolt.hpp"
#include "database.hpp"
#include "fuzz.hpp"

namespace {

using namespace cstop;

using Value = Result<std::optional<std::string>>;

/// Values from several places, some twice, so that a mixture of two states is like neither of them.
Value walk(const BboltSnapshot& snapshot) {
    CSTOP_TRY(auto image, snapshot.find_value(snapshot.root(), "key"));
    CSTOP_TRY(const auto bucket, snapshot.find_bucket(snapshot.root(), {"v1", "default", "containers", "c1"}));
    if (!bucket) {
        return image;
    }
    std::string values;
    for (int i = 0; i < 2; ++i) {
        CSTOP_TRY(image, snapshot.find_value(*bucket, "image"));
        values += image.value_or("none");
        CSTOP_TRY(const auto labels, snapshot.find_bucket(*bucket, {"labels"}));
        if (labels) {
            CSTOP_TRY(const auto signal, snapshot.find_value(*labels, "io.containerd.image.config.stop-signal"));
            values += signal.value_or("none");
        }
    }
    return values;
}

Value read_value(const PageSource& source) {
    return read_consistently(source, walk);
}

bool is_same(const Value& one, const Value& other) {
    return one.has_value() == other.has_value() &&
           (one ? *one == *other : one.error().code == other.error().code && one.error().what == other.error().what);
}

/// One commit at any moment: the answer is that of the state before or of the state after, never of both.
void check_snapshot(const fuzz::Database& database, std::size_t moment) {
    const fuzz::Database next = database.commit();
    const fuzz::ChangingPages before(database.bytes(), database.bytes(), 0);
    const fuzz::ChangingPages after(next.bytes(), next.bytes(), 0);
    const fuzz::ChangingPages changing(database.bytes(), next.bytes(), moment);
    const Value value = read_value(before);
    const Value next_value = read_value(after);
    // Eleven lookups in trees of at most 32 levels, two reads a page, and the metas twice.
    REQUIRE(before.reads() <= 11 * 64 + 2 * 16);
    const Value changing_value = read_value(changing);
    REQUIRE(is_same(changing_value, value) || is_same(changing_value, next_value));
}

struct Element {
    std::string_view key;
    std::string_view value;
};

/// One page, decoded a second time from the format's description; none for an element that leaves it.
std::vector<std::optional<Element>> list_elements(std::string_view page, const BboltPageHeader& header) {
    std::vector<std::optional<Element>> elements;
    for (std::size_t i = 0; i < header.count; ++i) {
        const std::size_t at = bbolt_header_size + i * 16;
        std::uint32_t numbers[4] = {};
        if (at + sizeof numbers > page.size()) {
            elements.emplace_back();
            break;
        }
        std::memcpy(numbers, page.data() + at, sizeof numbers);
        const std::uint64_t begin = at + std::uint64_t{numbers[header.is_leaf ? 1 : 0]};
        const std::uint64_t key_size = numbers[header.is_leaf ? 2 : 1];
        const std::uint64_t value_size = header.is_leaf ? numbers[3] : 0;
        if (begin + key_size + value_size > page.size()) {
            elements.emplace_back();
        } else {
            elements.push_back(
                Element{.key = page.substr(begin, key_size), .value = page.substr(begin + key_size, value_size)});
        }
    }
    return elements;
}

/// The keys, if every element is whole.
std::optional<std::vector<std::string_view>> list_keys(const std::vector<std::optional<Element>>& elements) {
    std::vector<std::string_view> keys;
    for (const auto& element : elements) {
        if (!element) {
            return std::nullopt;
        }
        keys.push_back(element->key);
    }
    return keys;
}

void check_find(std::string_view page, const BboltPageHeader& header, std::string_view key,
                const std::vector<std::optional<Element>>& elements) {
    const auto keys = list_keys(elements);
    const auto found = find_bbolt_element(page, header, key);
    REQUIRE(found || found.error().code == ErrorCode::damaged);
    REQUIRE(found || !keys);
    if (!found || !*found) {
        return;
    }
    REQUIRE((*found)->key <= key);
    REQUIRE(std::ranges::any_of(elements, [&](const auto& element) {
        return element && element->key.data() == (*found)->key.data() && element->key == (*found)->key &&
               element->value == (*found)->value;
    }));
    if ((*found)->is_bucket) {
        REQUIRE(parse_bbolt_bucket((*found)->value).has_value() == ((*found)->value.size() >= bbolt_header_size));
    }
    if (keys && std::ranges::is_sorted(*keys)) {
        REQUIRE((*found)->key == *(std::ranges::upper_bound(*keys, key) - 1));
    }
}

void check_page(std::string_view page) {
    const auto header = parse_bbolt_header(page);
    if (!header) {
        REQUIRE(header.error().code == ErrorCode::damaged);
        return;
    }
    const auto elements = list_elements(page, *header);
    for (const std::string_view key : {"", "c1", "image", "labels", "v1", "\xFF"}) {
        check_find(page, *header, key, elements);
    }
    if (const auto keys = list_keys(elements); keys && std::ranges::is_sorted(*keys)) {
        for (std::size_t i = 0; i < std::min(keys->size(), std::size_t{8}); ++i) {
            const auto found = find_bbolt_element(page, *header, (*keys)[i]);
            REQUIRE(found && *found && (*found)->key == (*keys)[i]);
        }
    }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input = fuzz::view(data, size);
    const fuzz::Database database(input);
    const std::string_view bytes = database.bytes();
    for (std::size_t begin = 0; begin < std::min(bytes.size(), 16 * database.page_size());
         begin += database.page_size()) {
        check_page(bytes.substr(begin, database.page_size()));
    }
    const auto moment = input.empty() ? 0U : static_cast<unsigned char>(input.back()) >> 2U;
    check_snapshot(database, moment);
    return 0;
}
