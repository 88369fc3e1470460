#pragma once
// gVisor's runsc keeps one flat file a container: <cid>_sandbox:<sid>.state (formats.md 1.5).

#include <optional>
#include <string_view>

#include "base/error.hpp"

namespace cstop::discover {

/// The container id in the name of such a file; none when it is another file.
std::optional<std::string_view> parse_gvisor_name(std::string_view name);

/// Why it cannot be stopped here, and the command that does it.
Error make_gvisor_error(std::string_view id, std::string_view root);

}  // namespace cstop::discover
