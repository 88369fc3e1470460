#include "settings/oci_layout.hpp"

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "kernel/foreign_parser.hpp"
#include "settings/blob.hpp"

namespace cstop::settings {

namespace {

constexpr std::size_t most_listed_refs = 20;

Result<Index> read_index(const kernel::Directory& layout) {
    auto marker = kernel::read_file_below(layout, "oci-layout");
    if (!marker) {
        return Failure(with_context("no OCI image layout", std::move(marker).error()));
    }
    const auto version = kernel::json_reader_for(marker->writers)(marker->bytes, {"imageLayoutVersion"});
    if (!version || !(*version)["imageLayoutVersion"].text().value_or("").starts_with("1.")) {
        return fail(ErrorCode::damaged, "oci-layout does not say imageLayoutVersion 1");
    }
    CSTOP_TRY(const kernel::FileContent content, kernel::read_file_below(layout, "index.json"));
    auto document = parse_image_document(content.bytes, kernel::json_reader_for(content.writers));
    if (!document) {
        return Failure(with_context("index.json", std::move(document).error()));
    }
    if (auto* index = std::get_if<Index>(&*document)) {
        return std::move(*index);
    }
    return fail(ErrorCode::damaged, "index.json lists no manifests");
}

std::string format_refs(const std::vector<ContentDescriptor>& entries) {
    std::vector<std::string> refs;
    for (const ContentDescriptor& entry : entries) {
        if (entry.is_image && !entry.ref.empty() && refs.size() < most_listed_refs &&
            std::ranges::find(refs, entry.ref) == refs.end()) {
            refs.push_back(entry.ref);
        }
    }
    return refs.empty() ? "it names none" : "it has " + escape_text(fmt::format("{}", fmt::join(refs, ", ")));
}

bool is_one_image(const std::vector<ContentDescriptor>& entries) {
    return std::ranges::all_of(entries,
                               [&](const ContentDescriptor& entry) { return entry.digest == entries.front().digest; });
}

}  // namespace

Result<ImageConfigDocument> read_oci_layout(const kernel::Directory& layout, std::optional<std::string_view> ref,
                                            const Platform& host) {
    if (ref && ref->empty()) {
        return fail(ErrorCode::usage, "no REF behind the colon");
    }
    CSTOP_TRY(const Index index, read_index(layout));
    std::vector<ContentDescriptor> named;
    std::ranges::copy_if(index.manifests, std::back_inserter(named),
                         [&](const ContentDescriptor& entry) { return entry.is_image && (!ref || entry.ref == *ref); });
    if (named.empty()) {
        return fail(ErrorCode::usage,
                    ref ? fmt::format("no image is called {}: {}", quote_text(*ref), format_refs(index.manifests))
                        : "holds no image");
    }
    const std::vector<ContentDescriptor> chosen = choose_by_platform(named, host);
    if (chosen.empty()) {
        return fail(ErrorCode::unsupported, fmt::format("no image for {}", format_platform(host)));
    }
    if (!is_one_image(chosen)) {
        return fail(ErrorCode::usage,
                    fmt::format("holds several images, name one as PATH:REF: {}", format_refs(index.manifests)));
    }
    return read_image(layout, chosen.front(), host, kernel::Crossing::any_mount);
}

}  // namespace cstop::settings
