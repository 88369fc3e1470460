// containers/storage's list of names, and gVisor's file names.

#include "base/text.hpp"
#include "discover/gvisor.hpp"
#include "discover/name_book.hpp"
#include "fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace cstop;
    const std::string_view input = fuzz::view(data, size);
    if (const auto names = discover::parse_storage_names(input)) {
        REQUIRE(names->size() <= input.size());
        for (const auto& [id, name] : *names) {
            REQUIRE(!id.empty() && !name.empty());
        }
    } else {
        REQUIRE(names.error().code == ErrorCode::damaged);
    }
    if (const auto id = discover::parse_gvisor_name(input)) {
        REQUIRE(is_container_id(*id) && input.starts_with(*id));
    }
    return 0;
}
