// An OCI config.json, and the annotations in which engines hand over a signal and a timeout.

#include <string>

#include "base/json.hpp"
#include "base/text.hpp"
#include "fuzz.hpp"
#include "settings/annotation.hpp"
#include "settings/engine.hpp"
#include "settings/stated_signal.hpp"
#include "settings/systemd_timeout.hpp"

namespace {

using namespace cstop;

void check_grace(const std::optional<model::Sourced<Duration>>& grace, const std::vector<std::string>& warnings) {
    REQUIRE(!grace || !grace->source.empty());
    REQUIRE(!grace || grace->value == forever ||
            (grace->value >= Duration::zero() && grace->value <= longest_duration));
    for (const std::string& warning : warnings) {
        REQUIRE(escape_text(warning) == warning);
    }
}

void check_annotations(std::string_view text) {
    std::vector<std::string> warnings;
    const auto signal = settings::parse_stated_signal({.value = std::string(text), .source = "annotation"}, warnings);
    REQUIRE(signal.value.number >= 1 && signal.value.number <= 64);
    REQUIRE((warnings.empty()) == parse_signal(text).has_value());
    const auto grace = settings::parse_stated_grace(text, "annotation", warnings);
    check_grace(grace, warnings);
    REQUIRE(grace.has_value() == parse_number(text, 0, UINT64_MAX).has_value());
    model::Container container;
    container.annotations.emplace_back("org.systemd.property.TimeoutStopUSec", text);
    check_grace(settings::read_systemd_timeout(container, warnings), warnings);
    container.annotations.front().second = "uint64 " + std::string(text);
    check_grace(settings::read_systemd_timeout(container, warnings), warnings);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input = fuzz::view(data, size);
    const auto written = settings::parse_bundle_config(input);
    REQUIRE(written || written.error().code == ErrorCode::damaged);
    if (written && *written) {
        REQUIRE(!(*written)->empty());
        check_annotations(**written);
    }
    // The same as what is there when the whole document is kept.
    if (const auto whole = read_json(input)) {
        REQUIRE(written);
        const auto text = (*whole)["annotations"][settings::stop_signal_annotation].text();
        REQUIRE(written->value_or("") == text.value_or(""));
    }
    if (input.size() <= 256) {
        check_annotations(input);
    }
    return 0;
}
