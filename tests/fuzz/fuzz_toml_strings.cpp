// The strings of crio.conf and containers.conf, the roots that they and a conmon's command line name.

#include "discover/configured_roots.hpp"
#include "discover/monitor_roots.hpp"
#include "discover/toml_strings.hpp"
#include "fuzz.hpp"
#include "kernel/monitors.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace cstop;
    const std::string_view input = fuzz::view(data, size);
    std::size_t total = 0;
    for (const auto& each : discover::parse_toml_strings(input)) {
        total += each.value.size() + 2;  // and its quotes
        REQUIRE(!each.value.contains('\n'));
    }
    REQUIRE(total <= input.size());
    for (const auto& root : discover::parse_crio_roots(input)) {
        REQUIRE(root.starts_with('/'));
    }
    for (const auto& root : discover::parse_podman_roots(input)) {
        REQUIRE(root.starts_with('/'));
    }
    const auto words = kernel::parse_command_line(input);
    REQUIRE(!words.empty() && words.size() <= input.size() + 1);
    const std::string root = discover::find_runtime_root(words);
    REQUIRE(root.empty() || root.starts_with('/'));
    return 0;
}
