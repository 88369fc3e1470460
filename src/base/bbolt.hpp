#pragma once
// A read-only view of a bbolt database (containerd's meta.db, libpod's bolt_state.db) that its owner may be writing to.
//
// No lock is taken. containerd holds its exclusive flock(2) for as long as it lives, so waiting for it would mean
// needing the daemon; and a lock of ours could keep a daemon from starting. It is not needed either: pages are copied
// on write. Transaction N writes only pages that snapshot N-1 does not use, syncs, and then writes meta page N modulo
// 2; pages that N gave up are reused by N+1 at the earliest. So whoever finds both metas the same before and after a
// walk knows that N+1 was not committed in between, and that all he saw belongs to snapshot N. A meta that is being
// written has a wrong checksum (then N-1 counts, which is still whole) or has changed afterwards (then the walk is
// repeated).

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/bbolt_page.hpp"
#include "base/page_source.hpp"
#include "base/result.hpp"

namespace cstop {

/// Both metas, raw and chosen from.
class BboltMetas {
public:
    /// Error: damaged when neither is valid.
    static Result<BboltMetas> read(const PageSource& source);

    /// The newest committed transaction.
    const BboltMeta& newest() const { return newest_; }
    bool is_same(const BboltMetas& other) const { return raw_ == other.raw_; }

private:
    std::string raw_;
    BboltMeta newest_;
};

/// A bucket's place: a page, or a page inside its parent's value.
struct BboltBucket {
    std::uint64_t root = 0;
    std::string inline_page;  ///< only when root is 0
};

/// One committed state. What it answers is worth something only inside read_consistently.
class BboltSnapshot {
public:
    BboltSnapshot(const PageSource& source, const BboltMeta& meta) : source_(source), meta_(meta) {}

    BboltBucket root() const { return {.root = meta_.root, .inline_page = ""}; }

    /// None: no such bucket on the way. Error: damaged.
    Result<std::optional<BboltBucket>> find_bucket(const BboltBucket& from,
                                                   std::initializer_list<std::string_view> path) const;
    /// None: no such key, or it is a bucket. Error: damaged.
    Result<std::optional<std::string>> find_value(const BboltBucket& bucket, std::string_view key) const;

private:
    struct Leaf {
        std::string value;
        bool is_bucket = false;
    };
    Result<std::optional<Leaf>> find(const BboltBucket& bucket, std::string_view key) const;
    Result<std::string> read_page(std::uint64_t id) const;

    const PageSource& source_;
    BboltMeta meta_;
};

/// How often a walk is repeated. A commit needs an fdatasync, a walk some microseconds: two in a row are rare.
inline constexpr int most_bbolt_walks = 100;

/// What walk(const BboltSnapshot&) -> Result<T> answers about one committed state. It may be called several times and
/// starts afresh each time. Errors: walk's; damaged; unsupported when the writer never paused.
template <class Walk>
auto read_consistently(const PageSource& source, const Walk& walk)
    -> decltype(walk(std::declval<const BboltSnapshot&>())) {
    for (int attempt = 0; attempt < most_bbolt_walks; ++attempt) {
        CSTOP_TRY(const BboltMetas before, BboltMetas::read(source));
        auto answer = walk(BboltSnapshot(source, before.newest()));
        CSTOP_TRY(const BboltMetas after, BboltMetas::read(source));
        // A walk over changing pages may fail or lie; only unchanged metas make its answer, or its error, true.
        if (after.is_same(before)) {
            return answer;
        }
    }
    return fail(ErrorCode::unsupported, "the database changed during every attempt to read it");
}

}  // namespace cstop
