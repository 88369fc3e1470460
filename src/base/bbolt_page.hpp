#pragma once
// The pages of a bbolt file (go.etcd.io/bbolt page.go, meta.go; format version 2), bytes in, pure. Numbers are
// little-endian, as on every machine that runs containers and cstop.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace cstop {

inline constexpr std::size_t bbolt_header_size = 16;
/// A page's header and the meta behind it: what a commit changes last.
inline constexpr std::size_t bbolt_meta_size = bbolt_header_size + 64;

/// The head of one committed transaction.
struct BboltMeta {
    std::uint64_t transaction = 0;
    std::uint64_t root = 0;        ///< the page of the root bucket
    std::uint64_t high_water = 0;  ///< no page has this number or a higher one
    std::uint32_t page_size = 0;
};

/// None when magic, version, checksum or page size are not right: it was never written, or is being written now.
std::optional<BboltMeta> parse_bbolt_meta(std::string_view bytes);

struct BboltPageHeader {
    std::uint64_t id = 0;
    bool is_leaf = false;
    std::size_t count = 0;
    std::uint32_t overflow = 0;  ///< pages that belong to it besides itself
};

/// Error: damaged, also for a page that is neither branch nor leaf.
Result<BboltPageHeader> parse_bbolt_header(std::string_view bytes);

struct BboltElement {
    std::string_view key;
    std::string_view value;   ///< leaf only
    bool is_bucket = false;   ///< leaf only
    std::uint64_t child = 0;  ///< branch only: a page
};

/// The element with the greatest key that is not above `key`; none when all are above. Error: damaged.
/// `page` is the whole page with its overflow and header.
Result<std::optional<BboltElement>> find_bbolt_element(std::string_view page, const BboltPageHeader& header,
                                                       std::string_view key);

/// What a leaf element that is a bucket holds: the number of its root page; 0: a whole page is in the value instead,
/// from bbolt_header_size on.
std::optional<std::uint64_t> parse_bbolt_bucket(std::string_view value);

}  // namespace cstop
