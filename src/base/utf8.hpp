#pragma once
// UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF.

#include <cstddef>
#include <string_view>

namespace cstop {

struct Utf8Character {
    bool is_valid = false;
    char32_t code_point = 0;  ///< meaningless when not valid
    /// Bytes of the character; when not valid, of the longest start of one (at least 1), so that the next may begin
    /// after.
    std::size_t size = 0;
};

/// The first character of `bytes`, which must not be empty.
Utf8Character parse_utf8(std::string_view bytes);

}  // namespace cstop
