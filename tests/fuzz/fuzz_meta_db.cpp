// containerd's meta.db: the record of one container.

#include "database.hpp"
#include "fuzz.hpp"
#include "settings/meta_database.hpp"

namespace {

using namespace cstop;

void check_record(const fuzz::Database& database, std::string_view name_space, std::string_view id) {
    const fuzz::ChangingPages pages(database.bytes(), database.bytes(), 0);
    const auto record = settings::read_container_record(pages, name_space, id);
    // Some fourteen paths of at most five lookups, each in a tree of at most 32 levels, two reads a page.
    REQUIRE(pages.reads() <= 14 * 5 * 64);
    if (!record) {
        REQUIRE(record.error().code == ErrorCode::damaged);
        return;
    }
    if (!*record) {
        return;
    }
    for (const std::string* const text :
         {&(*record)->stop_signal, &(*record)->stop_timeout, &(*record)->restart_policy, &(*record)->restart_status,
          &(*record)->explicitly_stopped, &(*record)->image_name, &(*record)->image_digest, &(*record)->cri_metadata}) {
        REQUIRE(text->empty() || database.bytes().contains(*text));
    }
    REQUIRE(!(*record)->image_name.empty() || (*record)->image_digest.empty());
    if (!(*record)->cri_metadata.empty()) {
        static_cast<void>(settings::parse_cri_metadata((*record)->cri_metadata));
    }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const fuzz::Database database(fuzz::view(data, size));
    check_record(database, "default", "c1");
    check_record(database, "k8s.io", "c1");
    return 0;
}
