#pragma once
// The pages of a database that is a file, which somebody may be writing to at this moment.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/page_source.hpp"
#include "base/result.hpp"
#include "kernel/descriptor.hpp"
#include "kernel/directory.hpp"

namespace cstop::kernel {

/// pread(2), never mmap(2): a file that is truncated is a short read and not a SIGBUS. Locks nothing.
class PageFile final : public PageSource {
public:
    PageFile(Descriptor descriptor, const Writers& writers) : descriptor_(std::move(descriptor)), writers_(writers) {}
    Result<std::string> read(std::uint64_t offset, std::size_t size) const override;
    const Writers& writers() const { return writers_; }

private:
    Descriptor descriptor_;
    Writers writers_;
};

/// A regular file below `parent`, on the same mount. Errors as of read_file_below.
Result<PageFile> open_page_file(const Directory& parent, std::string_view relative);

}  // namespace cstop::kernel
