#include "settings/annotation.hpp"

#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "kernel/directory.hpp"
#include "kernel/foreign_parser.hpp"
#include "settings/store.hpp"

namespace cstop::settings {

namespace {

// The bundle may belong to whoever made the container: its config.json is opened without following a symlink. And it
// must belong to them, where the state file does: they name it, but a privileged caller reads it.
Result<std::optional<std::string>> read_bundle_config(const model::Container& container) {
    const std::string& bundle = container.bundle;
    CSTOP_TRY(const kernel::Directory directory, open_store(container, bundle));
    CSTOP_TRY(const kernel::FileContent content,
              kernel::read_file_below(directory, "config.json", kernel::largest_file, kernel::Crossing::same_mount));
    auto annotation = parse_bundle_config(content.bytes, kernel::json_reader_for(content.writers));
    if (!annotation) {
        return Failure(with_context(bundle + "/config.json", std::move(annotation).error()));
    }
    return annotation;
}

}  // namespace

Result<std::optional<std::string>> parse_bundle_config(std::string_view bytes, JsonReader read) {
    CSTOP_TRY(const Json document, read(bytes, {"annotations"}));
    const auto text = document["annotations"][stop_signal_annotation].text();
    if (!text || text->empty()) {
        return std::nullopt;
    }
    return std::string(*text);
}

std::optional<model::Sourced<std::string>> read_annotation(const model::Container& container,
                                                           std::vector<std::string>& warnings) {
    std::string source = fmt::format("annotation {}", stop_signal_annotation);
    if (const auto recorded = model::find_annotation(container, stop_signal_annotation);
        recorded && !recorded->empty()) {
        return model::Sourced<std::string>{.value = std::string(*recorded), .source = std::move(source)};
    }
    // runc's state has every annotation of the bundle's config.json (specconv/spec_linux.go): what is not there is not
    // here.
    if (container.runtime == "runc" || !container.bundle.starts_with('/')) {
        return std::nullopt;
    }
    auto written = read_bundle_config(container);
    if (!written) {
        if (written.error().code != ErrorCode::not_found) {
            warnings.push_back(escape_text(format_error(written.error())));
        }
        return std::nullopt;
    }
    std::optional<std::string> text = *std::move(written);
    if (!text) {
        return std::nullopt;
    }
    return model::Sourced<std::string>{
        .value = *std::move(text),
        .source = fmt::format("{} in {}/config.json", source, escape_text(container.bundle))};
}

}  // namespace cstop::settings
