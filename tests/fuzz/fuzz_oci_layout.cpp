// An OCI layout directory: oci-layout, index.json and up to three blobs, sha256:000..1 to 000..3. Written to a
// directory of the process, so it is slower than the other targets.

#include <array>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.hpp"
#include "settings/oci_layout.hpp"

namespace {

using namespace cstop;

constexpr std::size_t blobs = 3;

class Layout {
public:
    Layout() {
        const char* const parent = std::getenv("TMPDIR");
        path_ = std::string(parent == nullptr ? "/tmp" : parent) + "/cstop-fuzz-XXXXXX";
        REQUIRE(mkdtemp(path_.data()) != nullptr);
        files_ = {path_ + "/oci-layout", path_ + "/index.json", name_blob('1'), name_blob('2'), name_blob('3')};
        REQUIRE(mkdir((path_ + "/blobs").c_str(), 0700) == 0 && mkdir((path_ + "/blobs/sha256").c_str(), 0700) == 0);
    }
    Layout(const Layout&) = delete;
    Layout& operator=(const Layout&) = delete;
    ~Layout() {
        for (const std::string& file : files_) {
            unlink(file.c_str());
        }
        rmdir((path_ + "/blobs/sha256").c_str());
        rmdir((path_ + "/blobs").c_str());
        rmdir(path_.c_str());
    }

    const std::string& path() const { return path_; }

    void write(std::size_t index, std::string_view bytes) const {
        const int file = open(files_.at(index).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        REQUIRE(file >= 0);
        REQUIRE(::write(file, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
        close(file);
    }

private:
    std::string name_blob(char number) const { return path_ + "/blobs/sha256/" + std::string(63, '0') + number; }

    std::string path_;
    std::array<std::string, 2 + blobs> files_;
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Layout layout;
    const auto parts = fuzz::split_input<2 + blobs>(fuzz::view(data, size));
    for (std::size_t i = 0; i < parts.size(); ++i) {
        layout.write(i, parts.at(i));
    }
    const auto directory = kernel::open_directory(layout.path());
    REQUIRE(directory);
    const settings::Platform host = settings::parse_machine("x86_64");
    for (const std::optional<std::string_view> ref :
         {std::optional<std::string_view>(), std::optional<std::string_view>("latest"),
          std::optional<std::string_view>("")}) {
        const auto image = settings::read_oci_layout(*directory, ref, host);
        if (image) {
            REQUIRE(ref != "");
            REQUIRE(!image->stop_signal || !image->stop_signal->empty());
        } else {
            // Never an error of the system: everything that is wrong here is in the files.
            REQUIRE(image.error().code != ErrorCode::system && image.error().code != ErrorCode::denied);
        }
    }
    return 0;
}
