#pragma once
// Content by digest, as an OCI layout and containerd's content store keep it: <directory>/blobs/<algorithm>/<hex>.
//
// A blob's size is checked against who names it, its digest is not computed: whoever can write the blobs can write the
// index as well, and neither does more than choose a signal.

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "kernel/directory.hpp"
#include "settings/image_document.hpp"

namespace cstop::settings {

/// `[a-z0-9]+:[0-9a-f]{32,128}`: what may become a path.
bool is_digest(std::string_view text);

/// "sha256:ab.." as "sha256/ab..". Only for what is_digest accepts.
std::string format_digest_path(std::string_view digest);

/// The bytes that `descriptor` names below `store`. Errors: not_found; damaged when the digest is none or the size is
/// not the one that was promised.
Result<kernel::FileContent> read_blob(const kernel::Directory& store, const ContentDescriptor& descriptor,
                                      kernel::Crossing crossing);

/// Follows `descriptor` through indexes (for `host`) and a manifest to the image's config, or takes it for the config
/// itself. Errors: not_found, damaged, unsupported when the image is for other platforms only.
Result<ImageConfigDocument> read_image(const kernel::Directory& store, ContentDescriptor descriptor,
                                       const Platform& host, kernel::Crossing crossing);

}  // namespace cstop::settings
