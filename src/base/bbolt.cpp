#include "base/bbolt.hpp"

#include <fmt/format.h>

namespace cstop {

namespace {

// bbolt splits at half a page; a tree of 32 levels would not fit on any disk, so a deeper one is a circle.
constexpr int deepest_tree = 32;

// A page and its overflow: the largest value of real databases is a container's spec, some 100 KB.
constexpr std::uint64_t largest_read = std::uint64_t{16} * 1024 * 1024;

// Pages 0 and 1 are the metas.
constexpr std::uint64_t first_data_page = 2;

// The second meta is one page behind the first. When the first is no guide to the page size, every size is tried, as
// bbolt does it itself.
Result<std::string> read_second_meta(const PageSource& source, const std::optional<BboltMeta>& first) {
    if (first) {
        return source.read(first->page_size, bbolt_meta_size);
    }
    for (std::uint32_t shift = 0; shift <= 14; ++shift) {
        const std::uint32_t offset = 1024U << shift;
        CSTOP_TRY(std::string bytes, source.read(offset, bbolt_meta_size));
        if (const auto meta = parse_bbolt_meta(bytes); meta && meta->page_size == offset) {
            return bytes;
        }
    }
    return fail(ErrorCode::damaged, "no valid meta page");
}

}  // namespace

Result<BboltMetas> BboltMetas::read(const PageSource& source) {
    BboltMetas metas;
    CSTOP_TRY(metas.raw_, source.read(0, bbolt_meta_size));
    const std::optional<BboltMeta> first = parse_bbolt_meta(metas.raw_);
    CSTOP_TRY(const std::string second_raw, read_second_meta(source, first));
    const std::optional<BboltMeta> second = parse_bbolt_meta(second_raw);
    metas.raw_ += second_raw;
    if (first && (!second || second->transaction < first->transaction)) {
        metas.newest_ = *first;
    } else if (second) {
        metas.newest_ = *second;
    }
    return metas;
}

Result<std::string> BboltSnapshot::read_page(std::uint64_t id) const {
    if (id < first_data_page || id >= meta_.high_water || id > UINT64_MAX / meta_.page_size) {
        return fail(ErrorCode::damaged, fmt::format("there is no page {}", id));
    }
    CSTOP_TRY(std::string page, source_.read(id * meta_.page_size, meta_.page_size));
    CSTOP_TRY(const BboltPageHeader header, parse_bbolt_header(page));
    if (header.id != id) {
        return fail(ErrorCode::damaged, fmt::format("page {} says that it is page {}", id, header.id));
    }
    const std::uint64_t size = (std::uint64_t{header.overflow} + 1) * meta_.page_size;
    if (header.overflow >= meta_.high_water - id || size > largest_read) {
        return fail(ErrorCode::damaged, fmt::format("page {} goes on over {} pages", id, header.overflow));
    }
    if (header.overflow > 0) {
        CSTOP_TRY(page, source_.read(id * meta_.page_size, size));
    }
    return page;
}

Result<std::optional<BboltSnapshot::Leaf>> BboltSnapshot::find(const BboltBucket& bucket, std::string_view key) const {
    std::string page = bucket.inline_page;
    std::uint64_t next = bucket.root;
    for (int depth = 0; depth < deepest_tree; ++depth) {
        if (next != 0) {
            CSTOP_TRY(page, read_page(next));
        }
        // Parsed again when it was read in two parts: the writer may have been between them.
        CSTOP_TRY(const BboltPageHeader header, parse_bbolt_header(page));
        CSTOP_TRY(const std::optional<BboltElement> element, find_bbolt_element(page, header, key));
        if (header.is_leaf) {
            if (!element || element->key != key) {
                return std::nullopt;
            }
            return Leaf{.value = std::string(element->value), .is_bucket = element->is_bucket};
        }
        if (!element) {
            return std::nullopt;
        }
        next = element->child;
        if (next == 0) {
            return fail(ErrorCode::damaged, "a branch leads to page 0");
        }
    }
    return fail(ErrorCode::damaged, "the tree is deeper than any real one");
}

Result<std::optional<BboltBucket>> BboltSnapshot::find_bucket(const BboltBucket& from,
                                                              std::initializer_list<std::string_view> path) const {
    BboltBucket bucket = from;
    for (const std::string_view key : path) {
        CSTOP_TRY(std::optional<Leaf> leaf, find(bucket, key));
        if (!leaf || !leaf->is_bucket) {
            return std::nullopt;
        }
        const std::optional<std::uint64_t> root = parse_bbolt_bucket(leaf->value);
        if (!root) {
            return fail(ErrorCode::damaged, "a bucket is shorter than its header");
        }
        bucket = {.root = *root, .inline_page = *root == 0 ? leaf->value.substr(bbolt_header_size) : ""};
    }
    return bucket;
}

Result<std::optional<std::string>> BboltSnapshot::find_value(const BboltBucket& bucket, std::string_view key) const {
    CSTOP_TRY(std::optional<Leaf> leaf, find(bucket, key));
    if (!leaf || leaf->is_bucket) {
        return std::nullopt;
    }
    return std::move(leaf->value);
}

}  // namespace cstop
