// /proc/PID/status.

#include <algorithm>
#include <string>

#include "fuzz.hpp"
#include "kernel/process_status.hpp"

namespace {

using namespace cstop;

bool is_same(const kernel::ProcessStatus& one, const kernel::ProcessStatus& other) {
    return one.real_user == other.real_user && one.tracer == other.tracer && one.pids == other.pids &&
           one.signals.caught == other.signals.caught && one.signals.ignored == other.signals.ignored &&
           one.signals.blocked == other.signals.blocked;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = fuzz::view(data, size);
    const auto status = kernel::parse_process_status(text);
    if (!status) {
        REQUIRE(status.error().code == ErrorCode::damaged);
        return 0;
    }
    REQUIRE(text.contains("Uid:"));
    REQUIRE(status->tracer >= 0);
    REQUIRE(std::ranges::all_of(status->pids, [](std::int32_t pid) { return pid >= 0; }));
    REQUIRE(!kernel::is_namespace_init(*status) || status->pids.size() > 1);
    // A line that nobody asks for changes nothing. (The kernel escapes newlines in Name.)
    const auto again = kernel::parse_process_status("Name:\tUid: 0 NSpid:\t1\t1 \\nUid:\t7\n" + std::string(text));
    REQUIRE(again && is_same(*again, *status));
    return 0;
}
