#include "settings/blob.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "base/text.hpp"
#include "kernel/foreign_parser.hpp"

namespace cstop::settings {

namespace {

// index -> index -> manifest -> config is what BuildKit writes; nobody nests deeper.
constexpr int deepest_image = 8;

constexpr std::size_t shortest_digest = 32;
constexpr std::size_t longest_digest = 128;

Result<ContentDescriptor> choose_one(const Index& index, const Platform& host, std::string_view digest) {
    const std::vector<ContentDescriptor> chosen = choose_by_platform(index.manifests, host);
    if (chosen.empty()) {
        return fail(ErrorCode::unsupported, fmt::format("index {} has no image for {}", digest, format_platform(host)));
    }
    return chosen.front();
}

}  // namespace

bool is_digest(std::string_view text) {
    const std::size_t colon = text.find(':');
    if (colon == 0 || colon == std::string_view::npos || colon > shortest_digest) {
        return false;
    }
    const std::string_view algorithm = text.substr(0, colon);
    const std::string_view hex = text.substr(colon + 1);
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    return std::ranges::all_of(algorithm, [&](char c) { return is_digit(c) || (c >= 'a' && c <= 'z'); }) &&
           std::ranges::all_of(hex, [&](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); }) &&
           hex.size() >= shortest_digest && hex.size() <= longest_digest;
}

std::string format_digest_path(std::string_view digest) {
    std::string path(digest);
    std::ranges::replace(path, ':', '/');
    return path;
}

Result<kernel::FileContent> read_blob(const kernel::Directory& store, const ContentDescriptor& descriptor,
                                      kernel::Crossing crossing) {
    if (!is_digest(descriptor.digest)) {
        return fail(ErrorCode::damaged, quote_text(descriptor.digest) + " is no digest");
    }
    CSTOP_TRY(kernel::FileContent content,
              kernel::read_file_below(store, "blobs/" + format_digest_path(descriptor.digest), kernel::largest_file,
                                      crossing));
    if (descriptor.size && *descriptor.size != content.bytes.size()) {
        return fail(ErrorCode::damaged, fmt::format("blob {} has {} bytes instead of {}", descriptor.digest,
                                                    content.bytes.size(), *descriptor.size));
    }
    return content;
}

Result<ImageConfigDocument> read_image(const kernel::Directory& store, ContentDescriptor descriptor,
                                       const Platform& host, kernel::Crossing crossing) {
    for (int depth = 0; depth < deepest_image; ++depth) {
        CSTOP_TRY(const kernel::FileContent content, read_blob(store, descriptor, crossing));
        auto document = parse_image_document(content.bytes, kernel::json_reader_for(content.writers));
        if (!document) {
            return Failure(with_context("blob " + descriptor.digest, std::move(document).error()));
        }
        if (auto* config = std::get_if<ImageConfigDocument>(&*document)) {
            return std::move(*config);
        }
        if (auto* manifest = std::get_if<Manifest>(&*document)) {
            descriptor = std::move(manifest->config);
            continue;
        }
        CSTOP_TRY(descriptor, choose_one(std::get<Index>(*document), host, descriptor.digest));
    }
    return fail(ErrorCode::damaged, fmt::format("the image is nested deeper than {} documents", deepest_image));
}

}  // namespace cstop::settings
