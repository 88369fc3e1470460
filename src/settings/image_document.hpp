#pragma once
// The three JSON documents that lead from an image's name to its StopSignal (OCI image-spec 1.1, Docker's schema 2):
// an index lists manifests, a manifest names its config, the config says StopSignal.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"
#include "settings/platform.hpp"

namespace cstop::settings {

/// One entry of an index, or a manifest's pointer to its config. Nothing in it is checked: read_blob does that.
struct ContentDescriptor {
    std::string media_type;
    std::string digest;
    std::optional<std::uint64_t> size;
    std::optional<Platform> platform;  ///< none: it does not say
    std::string ref;                   ///< org.opencontainers.image.ref.name
    bool is_image = true;              ///< false: an attestation, a signature, anything that cannot be run
};

/// One of which only the digest is known.
ContentDescriptor make_descriptor(std::string digest);

struct Index {
    std::vector<ContentDescriptor> manifests;
};

struct Manifest {
    ContentDescriptor config;
};

struct ImageConfigDocument {
    std::optional<std::string> stop_signal;  ///< as written; none when absent, null or empty
};

using ImageDocument = std::variant<Index, Manifest, ImageConfigDocument>;

/// Which of the three it is, is told by its content, not by a media type. Error: damaged.
Result<ImageDocument> parse_image_document(std::string_view bytes, JsonReader read = read_json);

/// The entries that run best on `host`, in their order; those that name no platform are kept as well. Empty: none runs.
std::vector<ContentDescriptor> choose_by_platform(const std::vector<ContentDescriptor>& entries, const Platform& host);

}  // namespace cstop::settings
