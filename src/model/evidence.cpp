#include "model/evidence.hpp"

#include <array>

namespace cstop::model {

namespace {

constexpr std::array<std::string_view, 6> identities = {"never_started", "ended",      "zombie",
                                                        "another",       "start_time", "cgroup"};
constexpr std::array<std::string_view, 8> receptions = {"unknown", "handled",  "ignored",  "dropped",
                                                        "blocked", "unproven", "harmless", "effective"};

}  // namespace

std::string_view format_identity(Identity identity) {
    return identities.at(static_cast<std::size_t>(identity));
}

std::string_view format_reception(Reception reception) {
    return receptions.at(static_cast<std::size_t>(reception));
}

}  // namespace cstop::model
