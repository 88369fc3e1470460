// Which place counts.

#include <unistd.h>

#include <doctest/doctest.h>

#include "files.hpp"
#include "settings/annotation.hpp"
#include "settings/settings.hpp"

namespace cstop::settings {
namespace {

using test::data;
using test::TemporaryDirectory;

model::Container annotated(std::string signal) {
    model::Container container;
    container.id = "web";
    container.annotations = {{"org.opencontainers.image.stopSignal", std::move(signal)}};
    return container;
}

const model::Sourced<Signal> from_image{.value = {10}, .source = "--image-config x"};

}  // namespace

TEST_CASE("--signal comes before --image-config, before the annotation, before SIGTERM") {
    model::Request request;
    auto settings = look_up_settings(request, std::nullopt, {});
    CHECK(settings.signal.value == sigterm);
    CHECK(settings.signal.source == "default");

    settings = look_up_settings(request, std::nullopt, annotated("SIGQUIT"));
    CHECK(settings.signal.value == Signal{3});
    CHECK(settings.signal.source == "annotation org.opencontainers.image.stopSignal");

    settings = look_up_settings(request, from_image, annotated("SIGQUIT"));
    CHECK(settings.signal.value == Signal{10});
    CHECK(settings.signal.source == "--image-config x");

    request.signal = sigint;
    settings = look_up_settings(request, from_image, annotated("SIGQUIT"));
    CHECK(settings.signal.value == sigint);
    CHECK(settings.signal.source == "--signal");
    CHECK(settings.warnings.empty());
}

TEST_CASE("--timeout comes before ten seconds") {
    model::Request request;
    auto settings = look_up_settings(request, std::nullopt, {});
    CHECK(settings.grace.value == std::chrono::seconds(10));
    CHECK(settings.grace.source == "default");
    request.timeout = forever;
    settings = look_up_settings(request, std::nullopt, {});
    CHECK(settings.grace.value == forever);
    CHECK(settings.grace.source == "--timeout");
}

TEST_CASE("an annotation that is no signal is a warning and SIGTERM") {
    for (const char* text : {"SIGFOO", "0", "65", "-1", "9abc", "SIG", " SIGINT", "\x1b[2J", "1e9"}) {
        const auto settings = look_up_settings({}, std::nullopt, annotated(text));
        CAPTURE(text);
        CHECK(settings.signal.value == sigterm);
        CHECK(settings.signal.source == "default");
        REQUIRE(settings.warnings.size() == 1);
        CHECK(settings.warnings[0].find('\x1b') == std::string::npos);
    }
}

TEST_CASE("what is not used is not warned about") {
    model::Request request;
    request.signal = sigint;
    CHECK(look_up_settings(request, std::nullopt, annotated("SIGFOO")).warnings.empty());
}

TEST_CASE("SIGSTOP is sent, with a warning") {
    const auto settings = look_up_settings({}, std::nullopt, annotated("SIGSTOP"));
    CHECK(settings.signal.value == sigstop);
    CHECK(settings.warnings.size() == 1);
}

TEST_CASE("podman's decimal numbers and the CRI's spellings are signals") {
    CHECK(look_up_settings({}, std::nullopt, annotated("12")).signal.value == Signal{12});
    CHECK(look_up_settings({}, std::nullopt, annotated("SIGRTMINPLUS3")).signal.value == Signal{37});
}

TEST_CASE("where the runtime recorded no annotation the bundle's config.json counts") {
    model::Container container;
    container.id = "u1";
    container.bundle = data("umoci-0.4.7-bundle");
    auto settings = look_up_settings({}, std::nullopt, container);
    CHECK(settings.signal.value == Signal{3});
    CHECK(settings.signal.source ==
          "annotation org.opencontainers.image.stopSignal in " + container.bundle + "/config.json");

    container.annotations = {{"org.opencontainers.image.stopSignal", "SIGHUP"}};
    settings = look_up_settings({}, std::nullopt, container);
    CHECK(settings.signal.value == sighup);
}

TEST_CASE("a bundle that is gone is no warning, a damaged one is") {
    const TemporaryDirectory directory;
    model::Container container;
    container.bundle = directory.path() / "gone";
    CHECK(look_up_settings({}, std::nullopt, container).warnings.empty());
    container.bundle = "relative";
    CHECK(look_up_settings({}, std::nullopt, container).warnings.empty());
    container.bundle = directory.path();
    CHECK(look_up_settings({}, std::nullopt, container).warnings.empty());
    directory.write("config.json", "{\"annotations\":");
    auto settings = look_up_settings({}, std::nullopt, container);
    CHECK(settings.signal.value == sigterm);
    CHECK(settings.warnings.size() == 1);
    directory.write("config.json", R"({"annotations":{"org.opencontainers.image.stopSignal":3}})");
    settings = look_up_settings({}, std::nullopt, container);
    CHECK(settings.signal.value == sigterm);
}

TEST_CASE("a bundle's config.json is not followed out of the bundle") {
    const TemporaryDirectory directory;
    const auto outside =
        directory.write("outside.json", R"({"annotations":{"org.opencontainers.image.stopSignal":"3"}})");
    std::filesystem::create_directory(directory.path() / "bundle");
    std::filesystem::create_symlink(outside, directory.path() / "bundle/config.json");
    model::Container container;
    container.bundle = directory.path() / "bundle";
    const auto settings = look_up_settings({}, std::nullopt, container);
    CHECK(settings.signal.value == sigterm);
    CHECK(settings.warnings.size() == 1);
}

TEST_CASE("another user's state makes a privileged caller read no bundle that is not theirs") {
    if (geteuid() != 0) {
        MESSAGE("needs root to give directories away");
        return;
    }
    constexpr uid_t stranger = 12345;
    const TemporaryDirectory directory;
    directory.write("bundle/config.json", R"({"annotations":{"org.opencontainers.image.stopSignal":"SIGQUIT"}})");
    const auto bundle = directory.path() / "bundle";
    model::Container container;
    container.bundle = bundle;
    container.state_owner = stranger;
    auto settings = look_up_settings({}, std::nullopt, container);
    CHECK(settings.signal.value == sigterm);
    CHECK(settings.warnings.size() == 1);
    REQUIRE(chown(bundle.c_str(), stranger, stranger) == 0);
    settings = look_up_settings({}, std::nullopt, container);
    CHECK(settings.signal.value == Signal{3});
    CHECK(settings.warnings.empty());
}

}  // namespace cstop::settings
