// /proc/PID/stat: as a whole, and with a command that tries to look like the fields behind it.

#include <string>

#include "fuzz.hpp"
#include "kernel/process.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace cstop;
    const std::string_view text = fuzz::view(data, size);
    if (const auto stat = kernel::parse_process_stat(text)) {
        REQUIRE(text.contains("(" + stat->command + ")"));
        REQUIRE(stat->state != ' ' && stat->state != '\n');
        // exit_code is told of zombies only.
        REQUIRE(stat->exit_code == 0 || stat->state == 'Z');
    } else {
        REQUIRE(stat.error().code == ErrorCode::damaged);
    }
    // Whatever a process calls itself (the kernel keeps 15 bytes of it), what follows is the kernel's (faults.md R12).
    const std::string line = "812 (" + std::string(text) +
                             ") Z 77 1 1 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 3 0 987654321 9 10 11 12 13 14 15 16 17 18 "
                             "19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 15\n";
    const auto stat = kernel::parse_process_stat(line);
    REQUIRE(stat);
    REQUIRE(stat->command == text);
    REQUIRE(stat->state == 'Z' && stat->parent == 77 && stat->threads == 3);
    REQUIRE(stat->start_time == 987654321 && stat->exit_code == 15);
    return 0;
}
