#pragma once
// Where a database's bytes come from: a file that somebody writes to at this moment (kernel/page_file.hpp), or memory.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace cstop {

class PageSource {
public:
    PageSource() = default;
    PageSource(const PageSource&) = delete;
    PageSource(PageSource&&) = default;
    PageSource& operator=(const PageSource&) = delete;
    PageSource& operator=(PageSource&&) = default;
    virtual ~PageSource() = default;

    /// Exactly `size` bytes at `offset`, as they are now. Errors: damaged when there are fewer; system.
    virtual Result<std::string> read(std::uint64_t offset, std::size_t size) const = 0;
};

/// Bytes that outlive it.
class PageBytes final : public PageSource {
public:
    explicit PageBytes(std::string_view bytes) : bytes_(bytes) {}
    Result<std::string> read(std::uint64_t offset, std::size_t size) const override;

private:
    std::string_view bytes_;
};

/// The error of a read behind the end.
Failure fail_short_page(std::uint64_t offset);

}  // namespace cstop
