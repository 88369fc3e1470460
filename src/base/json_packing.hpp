#pragma once
// A Json as bytes and back, for one that was read in another process. Whoever unpacks believes nothing of it: what
// comes out keeps the bounds of read_json, whatever the bytes say.

#include <string>
#include <string_view>

#include "base/json.hpp"
#include "base/result.hpp"

namespace cstop {

std::string pack_json(const Json& json);

/// Error: damaged, when the bytes are not exactly one packed Json within the bounds of read_json.
Result<Json> unpack_json(std::string_view bytes);

}  // namespace cstop
