#pragma once
// An OCI image layout directory (image-spec image-layout.md): oci-layout, index.json, blobs/.

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "kernel/directory.hpp"
#include "settings/image_document.hpp"

namespace cstop::settings {

/// The config of the image that `ref` names, or of the only one when there is no `ref`. Errors: usage when no image or
/// several are meant, listing the names that are there; not_found, damaged, unsupported.
Result<ImageConfigDocument> read_oci_layout(const kernel::Directory& layout, std::optional<std::string_view> ref,
                                            const Platform& host);

}  // namespace cstop::settings
