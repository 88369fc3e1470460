#pragma once
// Just enough of protobuf's wire format to open google.protobuf.Any, in which containerd keeps other clients' data:
// 1: type_url, 2: value (formats.md 3.3).

#include <cstdint>
#include <optional>
#include <string_view>

namespace cstop::settings {

/// The bytes of the last length-delimited field `number`, as the wire format wants it. None: absent, or the message is
/// damaged.
std::optional<std::string_view> find_protobuf_bytes(std::string_view message, std::uint64_t number);

}  // namespace cstop::settings
