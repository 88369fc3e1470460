#include "files.hpp"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include <doctest/doctest.h>

#include "kernel/directory.hpp"

namespace cstop::settings::test {

std::filesystem::path data(std::string_view relative) {
    const char* root = std::getenv("CSTOP_TEST_DATA");
    REQUIRE(root != nullptr);
    return std::filesystem::path(root) / relative;
}

std::string read_bytes(const std::filesystem::path& file) {
    auto content = kernel::read_file(file);
    REQUIRE_MESSAGE(content.has_value(), file.string());
    return std::move(content->bytes);
}

TemporaryDirectory::TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "cstop-settings-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::filesystem::path TemporaryDirectory::write(std::string_view relative, std::string_view bytes) const {
    const std::filesystem::path file = path_ / relative;
    std::filesystem::create_directories(file.parent_path());
    std::FILE* stream = std::fopen(file.c_str(), "we");
    REQUIRE(stream != nullptr);
    CHECK(std::fwrite(bytes.data(), 1, bytes.size(), stream) == bytes.size());
    CHECK(std::fclose(stream) == 0);
    return file;
}

}  // namespace cstop::settings::test
