// runc's state.json, with the container's id before it.

#include "container.hpp"
#include "fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto container = cstop::fuzz::parse_checked(cstop::fuzz::view(data, size), cstop::discover::parse_runc_state);
    if (!container) {
        return 0;
    }
    // Nobody is signalled whose start time is not known.
    REQUIRE(!container->pid || container->start_time != 0);
    for (const auto& cgroup : container->cgroups) {
        REQUIRE(!cgroup.below_mount);
    }
    for (const auto& [key, value] : container->annotations) {
        REQUIRE(key != "bundle");
    }
    return 0;
}
