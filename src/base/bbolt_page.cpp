#include "base/bbolt_page.hpp"

#include <bit>
#include <cstring>

#include <fmt/format.h>

namespace cstop {

namespace {

static_assert(std::endian::native == std::endian::little);

constexpr std::uint32_t meta_magic = 0xED0CDAED;
constexpr std::uint32_t format_version = 2;
constexpr std::size_t element_size = 16;
constexpr std::size_t bytes_under_checksum = 56;
constexpr std::uint32_t smallest_page = 1024;
constexpr std::uint32_t largest_page = 1024U << 14U;

constexpr std::uint16_t branch_flag = 1;
constexpr std::uint16_t leaf_flag = 2;
constexpr std::uint32_t bucket_flag = 1;

// The caller has checked that `offset` and the number lie within `bytes`.
template <class Number>
Number read_number(std::string_view bytes, std::size_t offset) {
    Number number = 0;
    std::memcpy(&number, bytes.data() + offset, sizeof number);
    return number;
}

// FNV-1a, 64 bits (Go's hash/fnv).
std::uint64_t make_checksum(std::string_view bytes) {
    std::uint64_t sum = 0xcbf29ce484222325;
    for (const char byte : bytes) {
        sum ^= static_cast<unsigned char>(byte);
        sum *= 0x100000001b3;
    }
    return sum;
}

std::optional<std::string_view> slice(std::string_view page, std::uint64_t begin, std::uint64_t size) {
    if (begin > page.size() || size > page.size() - begin) {
        return std::nullopt;
    }
    return page.substr(begin, size);
}

std::optional<BboltElement> parse_element(std::string_view page, const BboltPageHeader& header, std::size_t index) {
    const std::size_t at = bbolt_header_size + index * element_size;
    BboltElement element;
    // A leaf's element: flags, position, key size, value size. A branch's: position, key size, page.
    const auto position = read_number<std::uint32_t>(page, at + (header.is_leaf ? 4 : 0));
    const auto key_size = read_number<std::uint32_t>(page, at + (header.is_leaf ? 8 : 4));
    const std::uint64_t key_begin = std::uint64_t{at} + position;
    const auto key = slice(page, key_begin, key_size);
    if (!key) {
        return std::nullopt;
    }
    element.key = *key;
    if (!header.is_leaf) {
        element.child = read_number<std::uint64_t>(page, at + 8);
        return element;
    }
    const auto value = slice(page, key_begin + key_size, read_number<std::uint32_t>(page, at + 12));
    if (!value) {
        return std::nullopt;
    }
    element.value = *value;
    element.is_bucket = (read_number<std::uint32_t>(page, at) & bucket_flag) != 0;
    return element;
}

}  // namespace

std::optional<BboltMeta> parse_bbolt_meta(std::string_view bytes) {
    if (bytes.size() < bbolt_meta_size) {
        return std::nullopt;
    }
    const std::string_view meta = bytes.substr(bbolt_header_size, bbolt_meta_size - bbolt_header_size);
    const BboltMeta parsed{.transaction = read_number<std::uint64_t>(meta, 48),
                           .root = read_number<std::uint64_t>(meta, 16),
                           .high_water = read_number<std::uint64_t>(meta, 40),
                           .page_size = read_number<std::uint32_t>(meta, 8)};
    const bool is_valid =
        read_number<std::uint32_t>(meta, 0) == meta_magic && read_number<std::uint32_t>(meta, 4) == format_version &&
        read_number<std::uint64_t>(meta, bytes_under_checksum) == make_checksum(meta.substr(0, bytes_under_checksum)) &&
        std::has_single_bit(parsed.page_size) && parsed.page_size >= smallest_page && parsed.page_size <= largest_page;
    return is_valid ? std::optional(parsed) : std::nullopt;
}

Result<BboltPageHeader> parse_bbolt_header(std::string_view bytes) {
    if (bytes.size() < bbolt_header_size) {
        return fail(ErrorCode::damaged, "a page is shorter than its header");
    }
    const auto flags = read_number<std::uint16_t>(bytes, 8);
    const BboltPageHeader header{.id = read_number<std::uint64_t>(bytes, 0),
                                 .is_leaf = flags == leaf_flag,
                                 .count = read_number<std::uint16_t>(bytes, 10),
                                 .overflow = read_number<std::uint32_t>(bytes, 12)};
    if (flags != leaf_flag && flags != branch_flag) {
        return fail(ErrorCode::damaged, fmt::format("page {} is neither branch nor leaf", header.id));
    }
    return header;
}

Result<std::optional<BboltElement>> find_bbolt_element(std::string_view page, const BboltPageHeader& header,
                                                       std::string_view key) {
    if (page.size() < bbolt_header_size + header.count * element_size) {
        return fail(ErrorCode::damaged, fmt::format("page {} has no room for {} elements", header.id, header.count));
    }
    // Keys are sorted bytewise; where they are not, the search ends all the same, somewhere.
    std::optional<BboltElement> found;
    std::size_t begin = 0;
    std::size_t end = header.count;
    while (begin < end) {
        const std::size_t middle = begin + (end - begin) / 2;
        const std::optional<BboltElement> element = parse_element(page, header, middle);
        if (!element) {
            return fail(ErrorCode::damaged, fmt::format("element {} of page {} leaves it", middle, header.id));
        }
        if (element->key <= key) {
            found = element;
            begin = middle + 1;
        } else {
            end = middle;
        }
    }
    return found;
}

std::optional<std::uint64_t> parse_bbolt_bucket(std::string_view value) {
    if (value.size() < bbolt_header_size) {
        return std::nullopt;
    }
    return read_number<std::uint64_t>(value, 0);
}

}  // namespace cstop
