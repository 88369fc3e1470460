#include "discover/runtime.hpp"

#include <array>

namespace cstop::discover {

namespace {
constexpr std::array<Runtime, 4> runtimes = {{
    {.name = "runc", .state_file = "state.json", .companion_file = "", .parse = parse_runc_state},
    {.name = "youki", .state_file = "state.json", .companion_file = "youki_config.json", .parse = parse_youki_state},
    {.name = "crun", .state_file = "status", .companion_file = "config.json", .parse = parse_crun_status},
    {.name = "kata", .state_file = "persist.json", .companion_file = "", .parse = parse_kata_state},
}};
}

std::span<const Runtime> known_runtimes() {
    return runtimes;
}

}  // namespace cstop::discover
