#include "discover/gvisor.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace cstop::discover {

std::optional<std::string_view> parse_gvisor_name(std::string_view name) {
    constexpr std::string_view suffix = ".state";
    const auto end_of_id = name.find("_sandbox:");
    if (end_of_id == std::string_view::npos || !name.ends_with(suffix)) {
        return std::nullopt;
    }
    const std::string_view id = name.substr(0, end_of_id);
    if (!is_container_id(id)) {
        return std::nullopt;
    }
    return id;
}

Error make_gvisor_error(std::string_view id, std::string_view root) {
    return {.code = ErrorCode::unsupported,
            .errno_value = 0,
            .what = fmt::format("a gVisor container: its processes are not processes of the host; use: runsc --root {} "
                                "kill {} TERM",
                                root, id)};
}

}  // namespace cstop::discover
