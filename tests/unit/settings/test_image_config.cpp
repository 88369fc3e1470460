// --image-config: image configs, OCI layouts, platforms.

#include <sys/stat.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include "files.hpp"
#include "settings/blob.hpp"
#include "settings/image_document.hpp"
#include "settings/oci_layout.hpp"
#include "settings/platform.hpp"
#include "settings/settings.hpp"

namespace cstop::settings {
namespace {

using test::data;
using test::TemporaryDirectory;

auto look_up(const std::string& text) {
    return look_up_image_config({.text = text});
}

std::string usage_error(const std::string& text) {
    const auto result = look_up(text);
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().code == ErrorCode::usage);
    return result.error().what;
}

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

const Platform amd64{.os = "linux", .architecture = "amd64", .variant = ""};
const Platform arm64{.os = "linux", .architecture = "arm64", .variant = ""};
const Platform armv7{.os = "linux", .architecture = "arm", .variant = "v7"};

std::optional<std::string> read_layout(const std::filesystem::path& path, std::optional<std::string_view> ref,
                                       const Platform& host) {
    const auto layout = kernel::open_directory(path);
    REQUIRE(layout.has_value());
    const auto config = read_oci_layout(*layout, ref, host);
    REQUIRE_MESSAGE(config.has_value(), config.error().what);
    return config->stop_signal;
}

const std::string manifest_type = "application/vnd.oci.image.manifest.v1+json";

std::string digest_of(char digit) {
    return "sha256:" + std::string(64, digit);
}

std::string blob_path(char digit) {
    return "blobs/sha256/" + std::string(64, digit);
}

std::string entry(char digit, const std::string& rest) {
    return R"({"mediaType":")" + manifest_type + R"(","digest":")" + digest_of(digit) + "\"" + rest + "}";
}

// A layout whose index.json has `entries`, with the manifest 1 -> config 2 (SIGUSR1) and 3 -> config 4 (SIGUSR2).
void write_layout(const TemporaryDirectory& directory, const std::string& entries) {
    directory.write("oci-layout", R"({"imageLayoutVersion":"1.0.0"})");
    directory.write("index.json", R"({"schemaVersion":2,"manifests":[)" + entries + "]}");
    directory.write(blob_path('1'), R"({"config":{"digest":")" + digest_of('2') + R"("},"layers":[]})");
    directory.write(blob_path('2'), R"({"config":{"StopSignal":"SIGUSR1"}})");
    directory.write(blob_path('3'), R"({"config":{"digest":")" + digest_of('4') + R"("},"layers":[]})");
    directory.write(blob_path('4'), R"({"config":{"StopSignal":"SIGUSR2"}})");
}

}  // namespace

TEST_CASE("an image config says its StopSignal, or nothing") {
    const auto parse = [](std::string_view bytes) {
        const auto document = parse_image_document(bytes);
        REQUIRE(document.has_value());
        return std::get<ImageConfigDocument>(*document).stop_signal;
    };
    CHECK(parse(R"({"config":{"StopSignal":"SIGRTMIN+3"},"os":"linux"})") == "SIGRTMIN+3");
    CHECK(parse(R"({"config":{"StopSignal":""}})") == std::nullopt);
    CHECK(parse(R"({"config":{"StopSignal":null}})") == std::nullopt);
    CHECK(parse(R"({"config":{}})") == std::nullopt);
    CHECK(parse(R"({"config":null})") == std::nullopt);
    CHECK(parse("{}") == std::nullopt);
}

TEST_CASE("what is no image config is refused") {
    for (const char* bytes : {"", "[]", "3", "null", "{", R"({"config":{"StopSignal":3}})",
                              R"({"config":{"StopSignal":["SIGINT"]}})", R"({"layers":[]})"}) {
        CAPTURE(bytes);
        CHECK_FALSE(parse_image_document(bytes).has_value());
    }
    CHECK_FALSE(parse_image_document(std::string(100'000, '[')).has_value());
    CHECK_FALSE(
        parse_image_document(R"({"manifests":)" + std::string(100, '[') + std::string(100, ']') + "}").has_value());
}

TEST_CASE("--image-config takes a config file") {
    const auto file = data("oci-layout/blobs/sha256/abc473b08d0377f548e9df42eb84cf523fc4de6ba520b328d2b1992bb3fdee05");
    const auto signal = look_up(file);
    REQUIRE(signal.has_value());
    REQUIRE(signal->has_value());
    CHECK((*signal)->value == Signal{3});
    CHECK((*signal)->source == "--image-config " + file.string());
}

TEST_CASE("an image config without StopSignal says nothing and is no error") {
    const auto signal =
        look_up(data("oci-layout/blobs/sha256/596db21db675a776ea558835ada458264c76058860d01880268b520b8163e556"));
    REQUIRE(signal.has_value());
    CHECK_FALSE(signal->has_value());
}

TEST_CASE("--image-config takes a tag of an OCI layout") {
    const auto quit = look_up(data("oci-layout").string() + ":quit");
    REQUIRE(quit.has_value());
    REQUIRE(quit->has_value());
    CHECK((*quit)->value == Signal{3});
    const auto term = look_up(data("oci-layout").string() + ":term");
    REQUIRE(term.has_value());
    CHECK_FALSE(term->has_value());
}

TEST_CASE("a layout with several images wants a REF and lists those that are there") {
    CHECK(contains(usage_error(data("oci-layout")), "it has quit, term"));
    CHECK(contains(usage_error(data("oci-layout").string() + ":nope"), "it has quit, term"));
    CHECK(contains(usage_error(data("oci-layout").string() + ":"), "no REF"));
}

TEST_CASE("a nested index is followed to the host's platform, past attestations") {
    CHECK(read_layout(data("oci-layout-multi"), "multi", amd64) == "SIGRTMIN+3");
    CHECK(read_layout(data("oci-layout-multi"), "multi", arm64) == "SIGINT");
    CHECK(read_layout(data("oci-layout-multi"), std::nullopt, amd64) == "SIGRTMIN+3");
    const auto layout = kernel::open_directory(data("oci-layout-multi"));
    REQUIRE(layout.has_value());
    const auto config = read_oci_layout(*layout, "multi", parse_machine("s390x"));
    REQUIRE_FALSE(config.has_value());
    CHECK(config.error().code == ErrorCode::unsupported);
    CHECK(contains(config.error().what, "linux/s390x"));
}

TEST_CASE("without REF the only image for this platform is taken") {
    const TemporaryDirectory directory;
    const std::string for_amd64 = entry('1', R"(,"platform":{"os":"linux","architecture":"amd64"})");
    const std::string for_arm64 = entry('3', R"(,"platform":{"os":"linux","architecture":"arm64","variant":"v8"})");
    write_layout(directory, for_amd64 + "," + for_arm64);
    CHECK(read_layout(directory.path(), std::nullopt, amd64) == "SIGUSR1");
    CHECK(read_layout(directory.path(), std::nullopt, arm64) == "SIGUSR2");
    write_layout(directory,
                 entry('1', "") + "," + entry('1', R"(,"annotations":{"org.opencontainers.image.ref.name":"x"})"));
    CHECK(read_layout(directory.path(), std::nullopt, amd64) == "SIGUSR1");
}

TEST_CASE("a colon belongs to the path when such a path exists") {
    const TemporaryDirectory directory;
    const auto file = directory.write("a:b", R"({"config":{"StopSignal":"SIGINT"}})");
    directory.write("a", R"({"config":{"StopSignal":"SIGHUP"}})");
    const auto signal = look_up(file);
    REQUIRE(signal.has_value());
    CHECK((*signal)->value == sigint);
}

TEST_CASE("a reference may hold colons") {
    const TemporaryDirectory directory;
    write_layout(directory, entry('1', R"(,"annotations":{"org.opencontainers.image.ref.name":"docker.io/a:b"})"));
    const auto signal = look_up(directory.path().string() + ":docker.io/a:b");
    REQUIRE_MESSAGE(signal.has_value(), signal.error().what);
    CHECK((*signal)->value == Signal{10});
}

TEST_CASE("what the user named and cannot be read is a usage error that names it") {
    const TemporaryDirectory directory;
    const std::string root = directory.path().string();
    CHECK(contains(usage_error(root + "/none"), root + "/none"));
    CHECK(contains(usage_error(root + "/none:tag"), root + "/none:tag"));
    CHECK(contains(usage_error(root), "no OCI image layout"));
    const std::string file = directory.write("c.json", R"({"config":{"StopSignal":"SIGINT"}})");
    CHECK(contains(usage_error(file + ":tag"), "is a file"));
    usage_error("");
    usage_error(":");
    CHECK(contains(usage_error(directory.write("bad", R"({"config":{"StopSignal":"SIG\u001b[2J"}})")), R"(\x1b)"));
    CHECK(contains(usage_error(directory.write("zero", R"({"config":{"StopSignal":"0"}})")), "'0'"));
    CHECK(contains(usage_error(directory.write("many", R"({"manifests":[]})")), "index or manifest"));
    REQUIRE(mkfifo((root + "/fifo").c_str(), 0600) == 0);
    usage_error(root + "/fifo");
    usage_error("/dev/zero");
}

TEST_CASE("a layout cannot lead out of itself") {
    const TemporaryDirectory directory;
    write_layout(directory, R"({"digest":"sha256:../../../../etc/passwd"})");
    CHECK(contains(usage_error(directory.path()), "no digest"));
    write_layout(directory, entry('5', ""));
    const auto outside = directory.write("outside", R"({"config":{"StopSignal":"SIGINT"}})");
    std::filesystem::create_symlink(outside, directory.path() / blob_path('5'));
    usage_error(directory.path());
}

TEST_CASE("damaged layouts are errors") {
    const TemporaryDirectory directory;
    SUBCASE("an index that contains itself") {
        write_layout(directory, entry('6', ""));
        directory.write(blob_path('6'), R"({"manifests":[)" + entry('6', "") + "]}");
        CHECK(contains(usage_error(directory.path()), "nested deeper"));
    }
    SUBCASE("a blob of another size") {
        write_layout(directory, entry('1', R"(,"size":7)"));
        CHECK(contains(usage_error(directory.path()), "instead of 7"));
    }
    SUBCASE("a missing blob") {
        write_layout(directory, entry('7', ""));
        CHECK(contains(usage_error(directory.path()), blob_path('7')));
    }
    SUBCASE("a version that nobody knows") {
        write_layout(directory, entry('1', ""));
        directory.write("oci-layout", R"({"imageLayoutVersion":"2.0.0"})");
        CHECK(contains(usage_error(directory.path()), "imageLayoutVersion"));
    }
    SUBCASE("no image at all") {
        write_layout(directory, "");
        CHECK(contains(usage_error(directory.path()), "holds no image"));
    }
    SUBCASE("an index.json that is a config") {
        write_layout(directory, "");
        directory.write("index.json", "{}");
        CHECK(contains(usage_error(directory.path()), "lists no manifests"));
    }
}

TEST_CASE("a digest is an algorithm and 32 to 128 hexadecimal digits") {
    CHECK(is_digest("sha256:" + std::string(64, 'a')));
    CHECK(is_digest("sha512:" + std::string(128, '0')));
    for (const std::string& text :
         {std::string(), std::string("sha256"), "sha256:" + std::string(31, 'a'), "sha256:" + std::string(129, 'a'),
          "sha256:" + std::string(64, 'A'), "../:" + std::string(64, 'a'), ":" + std::string(64, 'a'),
          "sha256:" + std::string(63, 'a') + "/", "sha256:" + std::string(63, 'a') + std::string(1, '\0')}) {
        CAPTURE(text);
        CHECK_FALSE(is_digest(text));
    }
}

TEST_CASE("uname's machine is a platform") {
    CHECK(parse_machine("x86_64") == amd64);
    CHECK(parse_machine("aarch64") == arm64);
    CHECK(parse_machine("armv7l") == armv7);
    CHECK(format_platform(parse_machine("armv6l")) == "linux/arm/v6");
    CHECK(format_platform(parse_machine("i686")) == "linux/386");
    CHECK(format_platform(parse_machine("loongarch64")) == "linux/loong64");
    CHECK(format_platform(parse_machine("riscv64")) == "linux/riscv64");
}

TEST_CASE("the highest variant that the host runs is the best") {
    const auto rank = [](const Platform& host, std::string architecture, std::string variant) {
        return rank_platform(host,
                             {.os = "linux", .architecture = std::move(architecture), .variant = std::move(variant)});
    };
    CHECK(rank(armv7, "arm", "v7") == 0);
    CHECK(rank(armv7, "arm", "") == 0);
    CHECK(rank(armv7, "arm", "v6") == 1);
    CHECK(rank(armv7, "arm", "v5") == 2);
    CHECK(rank(armv7, "arm", "v8") == std::nullopt);
    CHECK(rank(armv7, "arm", "v77") == std::nullopt);
    CHECK(rank(arm64, "arm64", "v8") == 0);
    CHECK(rank(arm64, "arm", "v7").value_or(0) > rank(arm64, "arm64", "v9").value_or(99));
    CHECK(rank(amd64, "amd64", "v1") == 0);
    CHECK(rank(amd64, "386", "").value_or(0) > rank(amd64, "amd64", "v3").value_or(99));
    CHECK(rank(amd64, "arm64", "") == std::nullopt);
    CHECK(rank_platform(amd64, {.os = "windows", .architecture = "amd64", .variant = ""}) == std::nullopt);
}

}  // namespace cstop::settings
