#pragma once
// Recorded files, and directories that are gone after the test.

#include <filesystem>
#include <string>
#include <string_view>

namespace cstop::settings::test {

/// A path below tests/data.
std::filesystem::path data(std::string_view relative);

std::string read_bytes(const std::filesystem::path& file);

class TemporaryDirectory {
public:
    TemporaryDirectory();
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    ~TemporaryDirectory();

    const std::filesystem::path& path() const { return path_; }
    /// Makes the directories above it as well.
    std::filesystem::path write(std::string_view relative, std::string_view bytes) const;

private:
    std::filesystem::path path_;
};

}  // namespace cstop::settings::test
