#include "base/page_source.hpp"

#include <fmt/format.h>

namespace cstop {

Failure fail_short_page(std::uint64_t offset) {
    return fail(ErrorCode::damaged, fmt::format("the file ends behind byte {}", offset));
}

Result<std::string> PageBytes::read(std::uint64_t offset, std::size_t size) const {
    if (offset > bytes_.size() || size > bytes_.size() - offset) {
        return fail_short_page(bytes_.size());
    }
    return std::string(bytes_.substr(offset, size));
}

}  // namespace cstop
