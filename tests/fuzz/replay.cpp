// Stands in for libFuzzer where there is none: runs the target once on every file of the directories that are named.
// An input that cannot be read, or a directory without inputs, is a failure: a corpus that is not there proves nothing.

#include <cstdio>
#include <filesystem>
#include <system_error>

#include "fuzz.hpp"
#include "kernel/directory.hpp"

namespace {

/// The number of inputs; 0 after a failure, which it has told.
std::size_t replay(const char* directory) {
    std::error_code error;
    std::size_t count = 0;
    for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end;
         entry.increment(error)) {
        const auto content = cstop::kernel::read_file(entry->path());
        if (!content) {
            std::fprintf(stderr, "replay: %s\n", cstop::format_error(content.error()).c_str());
            return 0;
        }
        // A crash is in the input that was named last.
        std::printf("%s (%zu bytes)\n", entry->path().c_str(), content->bytes.size());
        std::fflush(stdout);
        // A copy of exactly its size, so that AddressSanitizer sees a read behind the end.
        const std::vector<std::uint8_t> bytes(content->bytes.begin(), content->bytes.end());
        LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
        ++count;
    }
    if (error || count == 0) {
        std::fprintf(stderr, "replay: %s: %s\n", directory, error ? error.message().c_str() : "no inputs");
        return 0;
    }
    return count;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fprintf(stderr, "usage: %s DIRECTORY...\n", argv[0]);
        return 2;
    }
    // Every target must bear no input at all.
    LLVMFuzzerTestOneInput(nullptr, 0);
    std::size_t total = 0;
    for (int i = 1; i < argc; ++i) {
        const std::size_t count = replay(argv[i]);
        if (count == 0) {
            return 1;
        }
        total += count;
    }
    std::printf("replayed %zu inputs\n", total);
    return 0;
}
