// youki's state.json and youki_config.json, with the container's id before them.

#include "container.hpp"
#include "discover/timestamp.hpp"
#include "fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto container =
        cstop::fuzz::parse_checked(cstop::fuzz::view(data, size), cstop::discover::parse_youki_state);
    if (!container) {
        return 0;
    }
    // It records none, so none may be believed.
    REQUIRE(container->start_time == 0);
    REQUIRE(!container->has_private_pid_namespace);
    REQUIRE(container->cgroups.size() <= 1);
    // The time that later stands in for it is read from here.
    static_cast<void>(cstop::discover::parse_timestamp(container->created));
    return 0;
}
