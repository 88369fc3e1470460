#include "settings/platform.hpp"

#include <algorithm>
#include <array>
#include <sys/utsname.h>

namespace cstop::settings {

namespace {

struct Machine {
    std::string_view name;
    std::string_view architecture;
    std::string_view variant;
};

// Left uname's machine or another tool's word, right GOARCH. containerd's platforms.Normalize knows the same ones.
constexpr std::array machines = {
    Machine{"x86_64", "amd64", ""},      Machine{"x86-64", "amd64", ""},    Machine{"i386", "386", ""},
    Machine{"i486", "386", ""},          Machine{"i586", "386", ""},        Machine{"i686", "386", ""},
    Machine{"aarch64", "arm64", ""},     Machine{"armv8l", "arm", "v8"},    Machine{"armv7l", "arm", "v7"},
    Machine{"armhf", "arm", "v7"},       Machine{"armv6l", "arm", "v6"},    Machine{"armel", "arm", "v6"},
    Machine{"armv5tel", "arm", "v5"},    Machine{"armv5tejl", "arm", "v5"}, Machine{"loongarch64", "loong64", ""},
    Machine{"mips64el", "mips64le", ""}, Machine{"mipsel", "mipsle", ""},
};

const Machine* find_machine(std::string_view name) {
    const auto* const found = std::ranges::find(machines, name, &Machine::name);
    return found == machines.end() ? nullptr : found;
}

// What an image leaves out is what nearly every such machine has: amd64 is v1, arm64 is v8, arm is v7.
Platform with_plain_variant(Platform platform) {
    if (const Machine* machine = find_machine(platform.architecture); machine != nullptr) {
        platform.architecture = machine->architecture;
        if (platform.variant.empty()) {
            platform.variant = machine->variant;
        }
    }
    if (!platform.variant.empty() && platform.variant.front() != 'v') {
        platform.variant.insert(0, "v");
    }
    if ((platform.architecture == "amd64" && platform.variant == "v1") ||
        (platform.architecture == "arm64" && platform.variant == "v8")) {
        platform.variant.clear();
    }
    if (platform.architecture == "arm" && platform.variant.empty()) {
        platform.variant = "v7";
    }
    return platform;
}

// arm/v5 to arm/v8 each run what is older. None: no such version.
std::optional<int> parse_arm_version(std::string_view variant) {
    if (variant.size() != 2 || variant[1] < '5' || variant[1] > '8') {
        return std::nullopt;
    }
    return variant[1] - '0';
}

// A variant that the host may or may not have, and a 32-bit image, come after everything that surely fits.
constexpr int rank_of_doubtful_variant = 10;
constexpr int rank_of_narrow_image = 20;

}  // namespace

Platform parse_machine(std::string_view machine) {
    return with_plain_variant({.os = "linux", .architecture = std::string(machine), .variant = ""});
}

Platform read_host_platform() {
    utsname names{};
    if (uname(&names) != 0) {
        return {.os = "linux", .architecture = "unknown", .variant = ""};
    }
    return parse_machine(static_cast<const char*>(names.machine));
}

std::optional<int> rank_platform(const Platform& host, const Platform& image_as_written) {
    const Platform image = with_plain_variant(image_as_written);
    if (image.os != host.os) {
        return std::nullopt;
    }
    if (image.architecture == "arm" && (host.architecture == "arm" || host.architecture == "arm64")) {
        const std::optional<int> wanted = parse_arm_version(image.variant);
        const std::optional<int> offered = host.architecture == "arm64" ? 8 : parse_arm_version(host.variant);
        if (!wanted || !offered || *wanted > *offered) {
            return std::nullopt;
        }
        return *offered - *wanted + (host.architecture == "arm64" ? rank_of_narrow_image : 0);
    }
    if (image.architecture == host.architecture) {
        return image.variant == host.variant ? 0 : rank_of_doubtful_variant;
    }
    if (host.architecture == "amd64" && image.architecture == "386") {
        return rank_of_narrow_image;
    }
    return std::nullopt;
}

std::string format_platform(const Platform& platform) {
    return platform.os + '/' + platform.architecture + (platform.variant.empty() ? "" : '/' + platform.variant);
}

}  // namespace cstop::settings
