#pragma once
// Which of an image's variants runs here, in the words of an OCI index (Go's GOOS and GOARCH).

#include <optional>
#include <string>
#include <string_view>

namespace cstop::settings {

struct Platform {
    std::string os;
    std::string architecture;
    std::string variant;
    bool operator==(const Platform&) const = default;
};

/// uname(2)'s machine as a platform: "x86_64" is linux/amd64, "armv7l" is linux/arm/v7; an unknown one keeps its name.
Platform parse_machine(std::string_view machine);

Platform read_host_platform();

/// How well an image made for `image` runs on `host`: 0 is best. None: it does not run there.
std::optional<int> rank_platform(const Platform& host, const Platform& image);

/// "linux/arm/v7".
std::string format_platform(const Platform& platform);

}  // namespace cstop::settings
