#pragma once
// A bbolt file out of a fuzzer's bytes. Chance never gets past a checksum, so it is made right where the input says so.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/page_source.hpp"

namespace cstop::fuzz {

class Database {
public:
    /// The input's last byte is not of the file. Bit 0: both metas have the right checksum. Bit 1: every page has its
    /// own number.
    explicit Database(std::string_view input);

    const std::string& bytes() const { return bytes_; }
    std::size_t page_size() const { return page_size_; }

    /// The state after a commit: a newer meta, and other values in every page.
    Database commit() const;

private:
    Database() = default;
    void seal_meta(std::size_t offset);

    std::string bytes_;
    std::size_t page_size_ = 0;
};

/// Its pages, with one commit after `reads_before_commit` reads, and a limit on what is read.
class ChangingPages final : public PageSource {
public:
    ChangingPages(std::string_view before, std::string_view after, std::size_t reads_before_commit)
        : before_(before), after_(after), reads_before_commit_(reads_before_commit) {}

    Result<std::string> read(std::uint64_t offset, std::size_t size) const override;
    std::size_t reads() const { return reads_; }

private:
    std::string_view before_;
    std::string_view after_;
    std::size_t reads_before_commit_;
    mutable std::size_t reads_ = 0;
};

}  // namespace cstop::fuzz
