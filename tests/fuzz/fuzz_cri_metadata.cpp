// What the CRI plugin notes about a container.

#include "base/json.hpp"
#include "base/signal.hpp"
#include "fuzz.hpp"
#include "settings/meta_database.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace cstop;
    const std::string_view input = fuzz::view(data, size);
    const auto metadata = settings::parse_cri_metadata(input);
    const auto whole = read_json(input);
    if (!metadata) {
        REQUIRE(metadata.error().code == ErrorCode::damaged);
        REQUIRE(!whole || !(*whole)["Metadata"].is_object());
        return 0;
    }
    if (!whole) {
        return 0;  // what is dropped may be out of bounds
    }
    const Json& record = (*whole)["Metadata"];
    const auto number = record["Config"]["stop_signal"].integer(1, 65);
    if (number) {
        // Every member of the kubelet's enum is a signal that we know.
        REQUIRE(parse_signal(metadata->stop_signal));
    } else {
        REQUIRE(metadata->stop_signal == record["StopSignal"].text().value_or(""));
    }
    REQUIRE(metadata->image == record["ImageRef"].text().value_or(""));
    return 0;
}
