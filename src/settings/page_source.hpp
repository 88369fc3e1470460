#pragma once
// Where a database's bytes come from: a file that somebody writes to at this moment, or memory.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "kernel/descriptor.hpp"
#include "kernel/directory.hpp"

namespace cstop::settings {

class PageSource {
public:
    PageSource() = default;
    PageSource(const PageSource&) = delete;
    PageSource& operator=(const PageSource&) = delete;
    virtual ~PageSource() = default;

    /// Exactly `size` bytes at `offset`, as they are now. Errors: damaged when there are fewer; system.
    virtual Result<std::string> read(std::uint64_t offset, std::size_t size) const = 0;
};

/// pread(2), never mmap(2): a file that is truncated is a short read and not a SIGBUS. Locks nothing.
class PageFile final : public PageSource {
public:
    explicit PageFile(kernel::Descriptor descriptor) : descriptor_(std::move(descriptor)) {}
    Result<std::string> read(std::uint64_t offset, std::size_t size) const override;

private:
    kernel::Descriptor descriptor_;
};

/// Bytes that outlive it.
class PageBytes final : public PageSource {
public:
    explicit PageBytes(std::string_view bytes) : bytes_(bytes) {}
    Result<std::string> read(std::uint64_t offset, std::size_t size) const override;

private:
    std::string_view bytes_;
};

/// A regular file below `parent`, for PageFile. Errors as of read_file_below.
Result<kernel::Descriptor> open_page_file(const kernel::Directory& parent, std::string_view relative);

}  // namespace cstop::settings
