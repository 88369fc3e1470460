#include "model/outcome.hpp"

#include <array>

namespace cstop::model {

std::string_view format_kind(Outcome::Kind kind) {
    constexpr std::array<std::string_view, 5> names = {"stopped", "not_running", "still_running", "failed",
                                                       "interrupted"};
    return names.at(static_cast<std::size_t>(kind));
}

}  // namespace cstop::model
