// --image-config PATH[:REF]: an image config file, or an image in an OCI layout directory.

#include <cerrno>
#include <string_view>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "base/text.hpp"
#include "kernel/directory.hpp"
#include "kernel/foreign_parser.hpp"
#include "settings/oci_layout.hpp"
#include "settings/settings.hpp"

namespace cstop::settings {

namespace {

Result<ImageConfigDocument> read_config_file(const std::string& path) {
    CSTOP_TRY(const kernel::FileContent content, kernel::read_file(path));
    CSTOP_TRY(ImageDocument document, parse_image_document(content.bytes, kernel::json_reader_for(content.writers)));
    if (auto* config = std::get_if<ImageConfigDocument>(&document)) {
        return std::move(*config);
    }
    return fail(ErrorCode::damaged, "is an image's index or manifest, not its config");
}

// PATH is a directory (a layout) or a file (a config, which has no REF). Error: not_found when it is neither.
Result<ImageConfigDocument> read_named_image(const std::string& path, std::optional<std::string_view> ref) {
    const auto layout = kernel::open_directory(path);
    if (layout) {
        auto image = read_oci_layout(*layout, ref, read_host_platform());
        if (!image && image.error().code == ErrorCode::not_found) {
            // The layout is there; what is missing in it must not be taken for a PATH that does not exist.
            image.error().code = ErrorCode::damaged;
        }
        return image;
    }
    if (layout.error().errno_value != ENOTDIR) {
        return Failure(layout.error());
    }
    if (ref) {
        return fail(ErrorCode::usage,
                    fmt::format("{} is a file, and REF names an image in a layout directory", quote_text(path)));
    }
    return read_config_file(path);
}

// A colon may belong to the path or to the reference: the longest path that exists is meant.
Result<ImageConfigDocument> read_named_image(std::string_view text) {
    auto image = read_named_image(std::string(text), std::nullopt);
    for (std::size_t colon = text.rfind(':'); colon != std::string_view::npos && colon > 0;
         colon = text.rfind(':', colon - 1)) {
        if (image || image.error().code != ErrorCode::not_found) {
            break;
        }
        auto shorter = read_named_image(std::string(text.substr(0, colon)), text.substr(colon + 1));
        // The error about the whole text is the one that the user understands.
        if (shorter || shorter.error().code != ErrorCode::not_found) {
            return shorter;
        }
    }
    return image;
}

}  // namespace

Result<std::optional<model::Sourced<Signal>>> look_up_image_config(const model::ImageConfig& image_config) {
    const std::string option = "--image-config " + escape_text(image_config.text);
    auto image = read_named_image(image_config.text);
    if (!image) {
        Error error = with_context(option, std::move(image).error());
        error.code = ErrorCode::usage;
        return Failure(std::move(error));
    }
    const std::optional<std::string> text = std::move(image->stop_signal);
    if (!text) {
        return std::nullopt;
    }
    const auto signal = parse_signal(*text);
    if (!signal) {
        return fail(ErrorCode::usage, fmt::format("{}: StopSignal {} is no signal", option, quote_text(*text)));
    }
    return model::Sourced<Signal>{.value = *signal, .source = option};
}

}  // namespace cstop::settings
