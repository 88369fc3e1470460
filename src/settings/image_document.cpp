#include "settings/image_document.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace cstop::settings {

namespace {

constexpr std::array<std::string_view, 4> image_media_types = {
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.docker.distribution.manifest.v2+json",
};

std::string read_text(const Json& json) {
    return std::string(json.text().value_or(""));
}

ContentDescriptor parse_descriptor(const Json& json) {
    ContentDescriptor descriptor{.media_type = read_text(json["mediaType"]),
                                 .digest = read_text(json["digest"]),
                                 .size = json["size"].natural(),
                                 .platform = std::nullopt,
                                 .ref = read_text(json["annotations"]["org.opencontainers.image.ref.name"])};
    if (const Json& platform = json["platform"]; platform.is_object()) {
        descriptor.platform = Platform{.os = read_text(platform["os"]),
                                       .architecture = read_text(platform["architecture"]),
                                       .variant = read_text(platform["variant"])};
    }
    // BuildKit lists its attestations beside the images, for the platform unknown/unknown.
    const bool is_attestation = !json["annotations"]["vnd.docker.reference.type"].is_null() ||
                                (descriptor.platform && (descriptor.platform->os == "unknown" ||
                                                         descriptor.platform->architecture == "unknown"));
    const bool is_foreign = !descriptor.media_type.empty() &&
                            std::ranges::find(image_media_types, descriptor.media_type) == image_media_types.end();
    descriptor.is_image = !is_attestation && !is_foreign;
    return descriptor;
}

Result<ImageConfigDocument> parse_config(const Json& document) {
    const Json& stop_signal = document["config"]["StopSignal"];
    if (stop_signal.is_null()) {
        return ImageConfigDocument{};
    }
    const auto text = stop_signal.text();
    if (!text) {
        return fail(ErrorCode::damaged, "StopSignal is not a string");
    }
    return text->empty() ? ImageConfigDocument{} : ImageConfigDocument{.stop_signal = std::string(*text)};
}

}  // namespace

ContentDescriptor make_descriptor(std::string digest) {
    ContentDescriptor descriptor;
    descriptor.digest = std::move(digest);
    return descriptor;
}

Result<ImageDocument> parse_image_document(std::string_view bytes, JsonReader read) {
    CSTOP_TRY(const Json document, read(bytes, {"manifests", "config", "layers"}));
    if (!document.is_object()) {
        return fail(ErrorCode::damaged, "is not a JSON object");
    }
    if (!document["manifests"].is_null()) {
        Index index;
        for (const Json& entry : document["manifests"].elements()) {
            index.manifests.push_back(parse_descriptor(entry));
        }
        return index;
    }
    if (!document["config"]["digest"].is_null()) {
        return Manifest{.config = parse_descriptor(document["config"])};
    }
    if (!document["layers"].is_null()) {
        return fail(ErrorCode::damaged, "is a manifest without a config");
    }
    CSTOP_TRY(ImageConfigDocument config, parse_config(document));
    return config;
}

std::vector<ContentDescriptor> choose_by_platform(const std::vector<ContentDescriptor>& entries, const Platform& host) {
    constexpr int not_runnable = std::numeric_limits<int>::max();
    const auto rank = [&](const ContentDescriptor& entry) {
        if (!entry.is_image) {
            return not_runnable;
        }
        return entry.platform ? rank_platform(host, *entry.platform).value_or(not_runnable) : 0;
    };
    int best = not_runnable;
    for (const ContentDescriptor& entry : entries) {
        best = std::min(best, rank(entry));
    }
    std::vector<ContentDescriptor> chosen;
    if (best == not_runnable) {
        return chosen;
    }
    std::ranges::copy_if(entries, std::back_inserter(chosen),
                         [&](const ContentDescriptor& entry) { return rank(entry) == best; });
    return chosen;
}

}  // namespace cstop::settings
