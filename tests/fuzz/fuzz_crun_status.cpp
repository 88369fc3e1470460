// crun's status and the config.json beside it, with the container's id before them.

#include "container.hpp"
#include "fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input = cstop::fuzz::view(data, size);
    const auto container = cstop::fuzz::parse_checked(input, cstop::discover::parse_crun_status);
    if (!container) {
        return 0;
    }
    REQUIRE(!container->pid || container->start_time != 0);
    REQUIRE(container->cgroups.size() <= 1);
    for (const auto& cgroup : container->cgroups) {
        REQUIRE(cgroup.below_mount && cgroup.hierarchy == "*");
    }
    // What is only in the config is not known without it.
    const auto [id, state, companion] = cstop::fuzz::split_input<3>(input);
    if (companion.empty()) {
        REQUIRE(container->annotations.empty() && container->engine_directory.empty());
        REQUIRE(!container->has_private_pid_namespace && !container->warnings.empty());
    }
    return 0;
}
