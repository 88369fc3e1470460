// An image's index, manifest or config, and the choice by platform.

#include <algorithm>
#include <limits>
#include <string>
#include <variant>

#include "base/text.hpp"
#include "fuzz.hpp"
#include "settings/blob.hpp"
#include "settings/image_document.hpp"

namespace {

using namespace cstop;
using settings::ContentDescriptor;
using settings::Platform;

int rank(const Platform& host, const ContentDescriptor& entry) {
    if (!entry.is_image) {
        return std::numeric_limits<int>::max();
    }
    return entry.platform ? settings::rank_platform(host, *entry.platform).value_or(std::numeric_limits<int>::max())
                          : 0;
}

bool is_same(const ContentDescriptor& one, const ContentDescriptor& other) {
    return one.digest == other.digest && one.platform == other.platform && one.ref == other.ref &&
           one.size == other.size && one.media_type == other.media_type && one.is_image == other.is_image;
}

/// Whose digest is taken for one becomes a path, and no other.
void check_digest(std::string_view digest) {
    if (!settings::is_digest(digest)) {
        return;
    }
    const std::string path = settings::format_digest_path(digest);
    REQUIRE(std::ranges::count(path, '/') == 1);
    REQUIRE(!path.starts_with('/') && !path.contains('.') && !path.contains('\0'));
}

void check_choice(const std::vector<ContentDescriptor>& entries, const Platform& host) {
    const std::vector<ContentDescriptor> chosen = settings::choose_by_platform(entries, host);
    REQUIRE(chosen.size() <= entries.size());
    const auto best = std::ranges::min_element(entries, {}, [&](const auto& entry) { return rank(host, entry); });
    const bool is_runnable = best != entries.end() && rank(host, *best) != std::numeric_limits<int>::max();
    REQUIRE(chosen.empty() == !is_runnable);
    for (const ContentDescriptor& entry : chosen) {
        REQUIRE(entry.is_image && rank(host, entry) == rank(host, *best));
    }
    REQUIRE(std::ranges::equal(settings::choose_by_platform(chosen, host), chosen, is_same));
    // The order in which they are listed chooses nothing.
    std::vector<ContentDescriptor> reversed(entries.rbegin(), entries.rend());
    std::vector<ContentDescriptor> other = settings::choose_by_platform(reversed, host);
    std::ranges::reverse(other);
    REQUIRE(std::ranges::equal(other, chosen, is_same));
}

void check_document(const settings::ImageDocument& document) {
    if (const auto* config = std::get_if<settings::ImageConfigDocument>(&document)) {
        REQUIRE(!config->stop_signal || !config->stop_signal->empty());
    } else if (const auto* manifest = std::get_if<settings::Manifest>(&document)) {
        check_digest(manifest->config.digest);
    } else {
        const auto& entries = std::get<settings::Index>(document).manifests;
        for (const ContentDescriptor& entry : entries) {
            check_digest(entry.digest);
        }
        for (const std::string_view machine : {"x86_64", "i686", "aarch64", "armv7l", "armv5tel", "riscv64"}) {
            check_choice(entries, settings::parse_machine(machine));
        }
    }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input = fuzz::view(data, size);
    const auto document = settings::parse_image_document(input);
    if (document) {
        check_document(*document);
    } else {
        REQUIRE(document.error().code == ErrorCode::damaged);
    }
    check_digest(input);
    const Platform host = settings::parse_machine(input.substr(0, 32));
    REQUIRE(settings::rank_platform(host, host).has_value() || host.architecture == "arm");
    return 0;
}
