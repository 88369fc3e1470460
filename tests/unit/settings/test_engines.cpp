// What each engine's store says of the recorded containers (the answers of the recordings' expected.tsv).

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "files.hpp"
#include "settings/annotation.hpp"
#include "settings/containerd.hpp"
#include "settings/docker.hpp"
#include "settings/meta_database.hpp"
#include "settings/podman.hpp"
#include "settings/settings.hpp"
#include "settings/systemd_timeout.hpp"

namespace cstop::settings {
namespace {

using test::data;
using test::TemporaryDirectory;

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

std::filesystem::path find_by_prefix(const std::filesystem::path& directory, std::string_view prefix) {
    for (const auto& entry : std::filesystem::directory_iterator(directory)) {
        if (entry.path().filename().string().starts_with(prefix)) {
            return entry.path();
        }
    }
    FAIL("no ", std::string(prefix), " in ", directory.string());
    return {};
}

model::Container docker_container(std::string_view fixture, std::string_view prefix) {
    const auto directory = find_by_prefix(data(fixture) / "data-root/containers", prefix);
    model::Container container;
    container.id = directory.filename();
    container.engine = "docker";
    container.engine_directory = directory;
    return container;
}

// A bundle as containerd makes it, with `work` leading to the recorded root.
model::Container containerd_container(const TemporaryDirectory& directory, std::string_view fixture,
                                      const std::string& name_space, const std::string& id) {
    const std::string task = "io.containerd.runtime.v2.task/" + name_space + "/" + id;
    std::filesystem::create_directories(directory.path() / task);
    std::filesystem::create_symlink(data(fixture) / "root" / task, directory.path() / task / "work");
    model::Container container;
    container.id = id;
    container.engine = name_space == "k8s.io" ? "kubernetes" : "containerd";
    container.name_space = name_space;
    container.bundle = directory.path() / task;
    return container;
}

model::Container podman_container(std::string_view prefix) {
    const auto directory = find_by_prefix(data("podman-4.3.1-runc-hybrid/root/vfs-containers"), prefix);
    model::Container container;
    container.id = directory.filename();
    container.engine = "podman";
    container.bundle = directory / "userdata";
    return container;
}

struct Expected {
    int signal;
    Duration grace;
    std::string_view signal_source;
    std::string_view grace_source;
};

void check(const model::Container& container, const Expected& expected) {
    const auto settings = look_up_settings({}, std::nullopt, container);
    CAPTURE(container.id);
    CHECK(settings.signal.value.number == expected.signal);
    CHECK(settings.signal.source == expected.signal_source);
    CHECK(settings.grace.value == expected.grace);
    CHECK(settings.grace.source == expected.grace_source);
    for (const std::string& warning : settings.warnings) {
        FAIL_CHECK(warning);
    }
}

constexpr auto ten = std::chrono::seconds(10);
constexpr auto three = std::chrono::seconds(3);
constexpr auto thirty = std::chrono::seconds(30);

}  // namespace

TEST_CASE("docker's recorded containers") {
    constexpr std::string_view config = "docker config.v2.json";
    const auto in = [](std::string_view prefix) { return docker_container("docker-20.10-hybrid", prefix); };
    check(in("32743a5c329d"), {3, ten, config, "default"});
    check(in("2c38019e4f4e"), {12, three, config, config});
    check(in("0aae328445d5"), {37, ten, config, "default"});
    check(in("2f33ef25c93c"), {15, ten, "default", "default"});
    check(in("b890c7b238f1"), {3, ten, config, "default"});
    check(in("0cbbf333f3dd"), {3, ten, config, "default"});
    check(in("9cde98600bc6"), {3, ten, config, "default"});
    check(in("7ccb0432460a"), {15, forever, "default", config});
    check(in("2e03074f89f5"), {15, ten, "default", "default"});
    check(docker_container("docker-20.10-v2", "d9b39a0b995b"), {3, ten, config, "default"});
    check(docker_container("docker-20.10-v2", "9c3714c94b5d"), {3, ten, config, "default"});
    check(docker_container("docker-20.10-crun-v1", "acb77c54f9f0"), {3, ten, config, "default"});
}

TEST_CASE("containerd's recorded containers") {
    const TemporaryDirectory directory;
    constexpr std::string_view label = "containerd label io.containerd.image.config.stop-signal";
    const auto in = [&](const std::string& name_space, const std::string& id) {
        return containerd_container(directory, "containerd-1.6.20-ctr-hybrid", name_space, id);
    };
    check(in("default", "q1"), {3, ten, label, "default"});
    check(in("default", "t1"), {15, ten, label, "default"});
    check(in("default", "m1"), {37, ten, label, "default"});
    check(in("default", "n1"), {3, three, label, "containerd label nerdctl/stop-timeout"});
    check(in("otherns", "q2"), {3, ten, label, "default"});
}

TEST_CASE("Kubernetes' recorded containers in containerd") {
    const TemporaryDirectory directory;
    constexpr std::string_view grace = "containerd CRI terminationGracePeriod";
    const auto in = [&](std::string_view prefix) {
        constexpr std::array<const char*, 4> known = {
            "a36024859f57c0a6674ddd3b1a0c305cfb0cd28119437332e0581fe057d8f477",
            "36b70533a851a6ff3d79f599997a49708f2d1f339f71f768aa9e7bf7747059b4",
            "ad22ef0b97a700355a01e7ff8e127813910701ef72531e6e93a1b6a4247e33a9",
            "0ba980538f719c1aaacbac770fcf7027a629d6291a9a2ed3f9fd045f23db5252"};
        const auto* const id =
            std::ranges::find_if(known, [&](std::string_view text) { return text.starts_with(prefix); });
        REQUIRE(id != known.end());
        return containerd_container(directory, "containerd-1.6.20-cri", "k8s.io", *id);
    };
    check(in("a36024859f57"), {3, thirty, "containerd CRI StopSignal", grace});
    check(in("36b70533a851"), {15, thirty, "default", grace});
    check(in("ad22ef0b97a7"), {3, thirty, "containerd CRI StopSignal", grace});
    check(in("0ba980538f71"), {15, ten, "default", "default"});
}

TEST_CASE("podman's recorded containers") {
    const auto source = [](const model::Container& container) {
        return "annotation org.opencontainers.image.stopSignal in " + container.bundle + "/config.json";
    };
    for (const auto& [prefix, signal, grace] :
         {std::tuple("54f9aa8161dc", 3, ten), std::tuple("2a5ae1eae806", 12, three),
          std::tuple("325d4556a3b9", 15, ten), std::tuple("aaffc514dd74", 3, ten),
          std::tuple("f6ed83c93c0e", 3, ten)}) {
        const auto container = podman_container(prefix);
        check(container, {signal, grace, source(container), "libpod stopTimeout"});
    }
}

TEST_CASE("podman's recorded containers of crun, their annotations as crun kept them") {
    for (const std::string_view prefix : {"c35f8a7c1588", "58863dac99c5"}) {
        const auto state = find_by_prefix(data("podman-4.3.1-crun/run-crun"), prefix);
        model::Container container;
        container.id = state.filename();
        container.engine = "podman";
        container.bundle = data("podman-4.3.1-crun/root/vfs-containers").string() + "/" + container.id + "/userdata";
        const auto annotation = parse_bundle_config(test::read_bytes(state / "config.json"));
        REQUIRE(annotation.has_value());
        REQUIRE(annotation->has_value());
        container.annotations = {{std::string(stop_signal_annotation), **annotation}};
        check(container, {3, ten, "annotation org.opencontainers.image.stopSignal", "libpod stopTimeout"});
    }
}

TEST_CASE("crun's copy of config.json has the annotation of a rootless container") {
    for (const char* id : {"rc1", "rc2"}) {
        const auto annotation = parse_bundle_config(test::read_bytes(data("crun-1.8.1-rootless") / id / "config.json"));
        REQUIRE(annotation.has_value());
        CHECK(*annotation == "SIGQUIT");
    }
}

TEST_CASE("podman writes the signal that ends a systemd as a number") {
    const auto directory = find_by_prefix(data("vm-bookworm-6.1/systemd"), "11efbea97715");
    const auto annotation = parse_bundle_config(test::read_bytes(directory / "config.json"));
    REQUIRE(annotation.has_value());
    CHECK(*annotation == "37");
    model::Container container;
    container.id = directory.filename();
    container.engine = "podman";
    container.annotations = {{std::string(stop_signal_annotation), annotation->value()}};
    CHECK(look_up_settings({}, std::nullopt, container).signal.value == parse_signal("SIGRTMIN+3").value());
}

TEST_CASE("restart policies are told with the command that keeps the container down") {
    const auto restart = [](const model::Container& container) {
        return look_up_settings({}, std::nullopt, container).restart;
    };
    auto docker = docker_container("docker-20.10-hybrid", "b890c7b238f1");
    docker.name = "web5";
    auto policy = restart(docker);
    REQUIRE(policy.has_value());
    CHECK(policy->who == "docker");
    CHECK(policy->name == "always");
    CHECK(policy->keep_down == "docker update --restart=no web5");
    CHECK_FALSE(restart(docker_container("docker-20.10-hybrid", "32743a5c329d")).has_value());

    auto podman = podman_container("f6ed83c93c0e");
    podman.name = "pw7";
    policy = restart(podman);
    REQUIRE(policy.has_value());
    CHECK(policy->who == "podman");
    CHECK(policy->name == "always");
    CHECK(policy->keep_down == "podman stop pw7");
    CHECK_FALSE(restart(podman_container("54f9aa8161dc")).has_value());

    const TemporaryDirectory directory;
    auto pod = containerd_container(directory, "containerd-1.6.20-cri", "k8s.io",
                                    "a36024859f57c0a6674ddd3b1a0c305cfb0cd28119437332e0581fe057d8f477");
    pod.pod = "pod1";
    pod.pod_namespace = "default";
    policy = restart(pod);
    REQUIRE(policy.has_value());
    CHECK(policy->who == "kubelet");
    CHECK(policy->keep_down == "kubectl delete pod --namespace=default -- pod1");
}

TEST_CASE("a forged name never becomes part of a command") {
    auto container = docker_container("docker-20.10-hybrid", "b890c7b238f1");
    for (const char* name : {"x; rm -rf /", "$(id)", "-f", "a\nb", ""}) {
        container.name = name;
        const auto restart = look_up_settings({}, std::nullopt, container).restart;
        REQUIRE(restart.has_value());
        CHECK(restart->keep_down == "docker update --restart=no " + container.id);
    }
    container.pod = "p; reboot";
    container.pod_namespace = "default";
    CHECK(make_kubelet_restart(container).keep_down.empty());
}

TEST_CASE("the command line comes before the engine's store, the store before the annotation") {
    auto container = docker_container("docker-20.10-hybrid", "2c38019e4f4e");
    container.annotations = {{std::string(stop_signal_annotation), "SIGHUP"}};
    auto settings = look_up_settings({}, std::nullopt, container);
    CHECK(settings.signal.value == Signal{12});
    const model::Sourced<Signal> image{.value = {10}, .source = "--image-config x"};
    settings = look_up_settings({}, image, container);
    CHECK(settings.signal.source == "--image-config x");
    CHECK(settings.grace.value == three);
    model::Request request;
    request.signal = sigint;
    request.timeout = std::chrono::seconds(1);
    settings = look_up_settings(request, image, container);
    CHECK(settings.signal.source == "--signal");
    CHECK(settings.grace.source == "--timeout");
    container = docker_container("docker-20.10-hybrid", "2f33ef25c93c");
    container.annotations = {{std::string(stop_signal_annotation), "SIGHUP"}};
    CHECK(look_up_settings({}, std::nullopt, container).signal.value == sighup);
}

TEST_CASE("docker: a data root of one container") {
    const TemporaryDirectory directory;
    model::Container container;
    container.id = "abc";
    container.engine = "docker";
    container.engine_directory = directory.path() / "containers/abc";
    const std::string daemon = directory.path() / "daemon.json";
    const auto write = [&](const std::string& config, const std::string& host = "{}") {
        directory.write("containers/abc/config.v2.json", R"({"ID":"abc",)" + config + "}");
        directory.write("containers/abc/hostconfig.json", host);
        return read_docker_settings(container, daemon);
    };

    SUBCASE("a StopTimeout of zero is zero, a negative one is for ever, none is none") {
        CHECK(write(R"("Config":{"StopTimeout":0})").grace.value().value == Duration::zero());
        CHECK(write(R"("Config":{"StopTimeout":-5})").grace.value().value == forever);
        CHECK(write(R"("Config":{"StopTimeout":9223372036854775807})").grace.value().value == forever);
        CHECK_FALSE(write(R"("Config":{"StopTimeout":null})").grace.has_value());
        CHECK_FALSE(write(R"("Config":{})").grace.has_value());
    }
    SUBCASE("a StopTimeout that is no integer is a warning") {
        for (const char* value : {"1.5", "\"3\"", "true", "1e3", "18446744073709551615", "[]"}) {
            const auto settings = write(R"("Config":{"StopTimeout":)" + std::string(value) + "}");
            CAPTURE(value);
            CHECK_FALSE(settings.grace.has_value());
            CHECK(settings.warnings.size() == 1);
        }
    }
    SUBCASE("the daemon's default counts where the container says nothing") {
        directory.write("daemon.json", R"({"default-stop-timeout":25})");
        const auto settings = write(R"("Config":{})");
        CHECK(settings.grace.value().value == std::chrono::seconds(25));
        CHECK(settings.grace.value().source == daemon);
        CHECK(write(R"("Config":{"StopTimeout":3})").grace.value().value == three);
        directory.write("daemon.json", "{");
        CHECK_FALSE(write(R"("Config":{})").grace.has_value());
    }
    SUBCASE("the image's config in the imagedb is the fallback") {
        const std::string hex(64, 'a');
        write(R"("Driver":"vfs","Image":"sha256:)" + hex + R"(","Config":{"Image":"img:x"})");
        directory.write("image/vfs/imagedb/content/sha256/" + hex, R"({"config":{"StopSignal":"SIGUSR1"}})");
        const auto settings = look_up_settings({}, std::nullopt, container);
        CHECK(settings.signal.value == Signal{10});
        CHECK(settings.signal.source == "image img:x");
    }
    SUBCASE("an image that is gone is SIGTERM") {
        write(R"("Driver":"vfs","Image":"sha256:)" + std::string(64, 'b') + R"(","Config":{})");
        CHECK(look_up_settings({}, std::nullopt, container).signal.value == sigterm);
    }
    SUBCASE("a driver or an image cannot leave the data root") {
        CHECK(write(R"("Driver":"../..","Image":"sha256:)" + std::string(64, 'a') + R"(","Config":{})")
                  .image_stores.size() == 1);
        CHECK(write(R"("Driver":"vfs","Image":"../../etc/passwd","Config":{})").image_stores.empty());
    }
    SUBCASE("another container's config is refused") {
        directory.write("containers/abc/config.v2.json", R"({"ID":"abd","Config":{"StopSignal":"SIGKILL"}})");
        const auto settings = read_docker_settings(container, daemon);
        CHECK_FALSE(settings.signal.has_value());
        CHECK(settings.warnings.size() == 1);
    }
    SUBCASE("what is not there or damaged is a warning") {
        CHECK(read_docker_settings(container, daemon).warnings.size() == 1);
        directory.write("containers/abc/config.v2.json", "{");
        CHECK(read_docker_settings(container, daemon).warnings.size() == 1);
        container.engine_directory.clear();
        CHECK(read_docker_settings(container, daemon).warnings.size() == 1);
    }
    SUBCASE("a signal that is none is a warning and SIGTERM, whatever the annotation says") {
        write(R"("Config":{"StopSignal":"SIGFOO"})");
        container.annotations = {{std::string(stop_signal_annotation), "SIGHUP"}};
        const auto settings = look_up_settings({}, std::nullopt, container);
        CHECK(settings.signal.value == sigterm);
        REQUIRE(settings.warnings.size() == 1);
        CHECK(contains(settings.warnings[0], "SIGFOO"));
    }
    SUBCASE("every policy but no is told") {
        const auto policy = [&](const std::string& name) {
            return write(R"("Config":{})", R"({"RestartPolicy":{"Name":")" + name + "\"}}").restart;
        };
        CHECK(policy("unless-stopped").value().name == "unless-stopped");
        CHECK(policy("on-failure").value().name == "on-failure");
        CHECK_FALSE(policy("no").has_value());
        CHECK_FALSE(policy("").has_value());
    }
}

TEST_CASE("the CRI's StopSignal, its enum and its grace") {
    const auto parse = [](const std::string& metadata) {
        const auto parsed = parse_cri_metadata(R"({"Version":"v1","Metadata":)" + metadata + "}");
        REQUIRE(parsed.has_value());
        return *parsed;
    };
    CHECK(parse(R"({"StopSignal":"SIGQUIT"})").stop_signal == "SIGQUIT");
    CHECK(parse(R"({"StopSignal":""})").stop_signal.empty());
    CHECK(parse(R"({"StopSignal":"SIGQUIT","Config":{"stop_signal":23}})").stop_signal == "SIGTERM");
    CHECK(parse(R"({"StopSignal":"SIGQUIT","Config":{"stop_signal":0}})").stop_signal == "SIGQUIT");
    CHECK(parse(R"({"Config":{"stop_signal":1}})").stop_signal == "SIGABRT");
    CHECK(parse(R"({"Config":{"stop_signal":10}})").stop_signal == "SIGINT");
    CHECK(parse(R"({"Config":{"stop_signal":13}})").stop_signal == "SIGKILL");
    CHECK(parse(R"({"Config":{"stop_signal":18}})").stop_signal == "SIGQUIT");
    CHECK(parse(R"({"Config":{"stop_signal":34}})").stop_signal == "SIGXFSZ");
    CHECK(parse(R"({"Config":{"stop_signal":35}})").stop_signal == "SIGRTMIN");
    CHECK(parse(R"({"Config":{"stop_signal":38}})").stop_signal == "SIGRTMIN+3");
    CHECK(parse(R"({"Config":{"stop_signal":50}})").stop_signal == "SIGRTMIN+15");
    CHECK(parse(R"({"Config":{"stop_signal":51}})").stop_signal == "SIGRTMAX-14");
    CHECK(parse(R"({"Config":{"stop_signal":64}})").stop_signal == "SIGRTMAX-1");
    CHECK(parse(R"({"Config":{"stop_signal":65}})").stop_signal == "SIGRTMAX");
    CHECK(parse(R"({"Config":{"stop_signal":66}})").stop_signal.empty());
    CHECK(parse(R"({"Config":{"annotations":{"io.kubernetes.pod.terminationGracePeriod":"30"}}})").termination_grace ==
          "30");
    CHECK_FALSE(parse_cri_metadata("{}").has_value());
    CHECK_FALSE(parse_cri_metadata("").has_value());
}

TEST_CASE("containerd: a container that the store does not know, or a store that is not there, is a warning") {
    const TemporaryDirectory directory;
    auto container = containerd_container(directory, "containerd-1.6.20-ctr-hybrid", "default", "nobody");
    container.annotations = {{"nerdctl/stop-timeout", "7"}};
    auto settings = look_up_settings({}, std::nullopt, container);
    CHECK(settings.signal.value == sigterm);
    CHECK(settings.grace.value == std::chrono::seconds(7));
    CHECK(settings.grace.source == "annotation nerdctl/stop-timeout");
    CHECK(settings.warnings.size() == 1);

    container.bundle = directory.path() / "elsewhere";
    settings = look_up_settings({}, std::nullopt, container);
    CHECK(settings.warnings.size() == 1);

    std::filesystem::create_directory(directory.path() / "odd");
    std::filesystem::create_symlink("/etc", directory.path() / "odd/work");
    container.bundle = directory.path() / "odd";
    settings = look_up_settings({}, std::nullopt, container);
    REQUIRE(settings.warnings.size() == 1);
    CHECK(contains(settings.warnings[0], "leads to /etc"));

    model::Request request;
    request.signal = sigint;
    request.timeout = ten;
    CHECK(look_up_settings(request, std::nullopt, container).warnings.empty());
}

TEST_CASE("containerd: the record of a container names its image's index") {
    const auto bytes =
        test::read_bytes(data("containerd-1.6.20-ctr-hybrid/root/io.containerd.metadata.v1.bolt/meta.db"));
    const auto record = read_container_record(PageBytes(bytes), "default", "m1");
    REQUIRE(record.has_value());
    REQUIRE(record->has_value());
    CHECK(contains((*record)->image_name, "img:multi"));
    CHECK((*record)->image_digest == "sha256:c8faf8e1ef063500fb18252fec6ae4a2d32706a901e36f72310030e6cef00430");
    CHECK_FALSE(read_container_record(PageBytes(bytes), "default", "q2")->has_value());
    CHECK_FALSE(read_container_record(PageBytes(bytes), "nowhere", "q1")->has_value());
}

TEST_CASE("containerd: the image in the store is the last place before SIGTERM") {
    model::Container container;
    EngineSettings settings;
    settings.image_stores = {data("containerd-1.6.20-ctr-hybrid/root/io.containerd.content.v1.content")};
    settings.image_name = "docker.io/library/img:quit";
    settings.image_digest = "sha256:2a5c00fea8e98ca7e5d81bb952ea0282b5060bab777a6fc7b425d98d89f975bf";
    auto signal = containerd_engine.read_image_signal(container, settings);
    REQUIRE(signal.has_value());
    CHECK(signal->value == "SIGQUIT");
    CHECK(signal->source == "image docker.io/library/img:quit");

    settings.image_digest = "sha256:0c0fe971378f517097f4bd83f45b6e5ba2b56fab86b2a5a19284b81f0f212b67";
    CHECK_FALSE(containerd_engine.read_image_signal(container, settings).has_value());
    CHECK(settings.warnings.empty());

    settings.image_digest = "sha256:" + std::string(64, '0');
    CHECK_FALSE(containerd_engine.read_image_signal(container, settings).has_value());
    CHECK(settings.warnings.size() == 1);

    settings.image_digest.clear();
    CHECK_FALSE(containerd_engine.read_image_signal(container, settings).has_value());
    REQUIRE(settings.warnings.size() == 2);
    CHECK(contains(settings.warnings[1], "is gone"));
}

TEST_CASE("podman: what libpod's record says") {
    model::Container container;
    container.id = "p1";
    const auto take = [&](std::string_view bytes) {
        EngineSettings settings;
        const auto taken = take_libpod_config(settings, container, bytes);
        CHECK(taken.has_value());
        return settings;
    };
    CHECK(take(R"({"id":"p1","stopTimeout":3})").grace.value().value == three);
    CHECK(take(R"({"id":"p1"})").grace.value().value == Duration::zero());
    CHECK(take(R"({"id":"p1","stopTimeout":18446744073709551615})").grace.value().value == forever);
    CHECK(take(R"({"id":"p1","stopTimeout":-1})").warnings.size() == 1);
    CHECK_FALSE(take(R"({"id":"p1","restart_policy":"no"})").restart.has_value());
    CHECK(take(R"({"id":"p1","restart_policy":"on-failure"})").restart.value().name == "on-failure");
    EngineSettings settings;
    CHECK_FALSE(take_libpod_config(settings, container, R"({"id":"p2","stopTimeout":3})").has_value());
    CHECK_FALSE(take_libpod_config(settings, container, "[]").has_value());
}

TEST_CASE("podman: a container that a systemd unit ran may be run again by it") {
    model::Container container;
    container.id = "p1";
    const auto take = [&](std::string_view policy, std::string_view unit) {
        EngineSettings settings;
        const auto bytes =
            fmt::format(R"({{"id":"p1","restart_policy":"{}","labels":{{"PODMAN_SYSTEMD_UNIT":"{}"}}}})", policy, unit);
        CHECK(take_libpod_config(settings, container, bytes).has_value());
        return settings.restart.value();
    };
    CHECK(take("", "web@1.service").who == "systemd");
    CHECK(take("", "web@1.service").name.empty());
    CHECK(take("", "web@1.service").keep_down == "systemctl stop web@1.service");
    CHECK(take("", "--all").keep_down.empty());
    CHECK(take("", "x; reboot").keep_down.empty());
    CHECK(take("always", "web.service").who == "podman");
    container.state_owner = 1000;
    CHECK(take("no", "web.service").keep_down == "systemctl --user stop web.service");
}

TEST_CASE("podman with SQLite keeps ten seconds and says why") {
    const TemporaryDirectory directory;
    directory.write("libpod/db.sql", "SQLite format 3");
    directory.write("overlay-containers/p1/userdata/config.json", "{}");
    model::Container container;
    container.id = "p1";
    container.engine = "podman";
    container.bundle = directory.path() / "overlay-containers/p1/userdata";
    auto settings = look_up_settings({}, std::nullopt, container);
    CHECK(settings.grace.value == ten);
    CHECK(contains(settings.grace.source, "SQLite"));
    CHECK(settings.warnings.empty());

    container.annotations = {{"org.systemd.property.TimeoutStopUSec", "uint64 3000000"}};
    settings = look_up_settings({}, std::nullopt, container);
    CHECK(settings.grace.value == three);
    CHECK(settings.grace.source == "annotation org.systemd.property.TimeoutStopUSec");
}

TEST_CASE("systemd's TimeoutStopUSec is a uint64 of microseconds") {
    const auto read = [](std::string text) {
        model::Container container;
        container.annotations = {{"org.systemd.property.TimeoutStopUSec", std::move(text)}};
        std::vector<std::string> warnings;
        const auto grace = read_systemd_timeout(container, warnings);
        CHECK(grace.has_value() == warnings.empty());
        return grace ? std::optional(grace->value) : std::nullopt;
    };
    CHECK(read("uint64 10000000") == ten);
    CHECK(read("uint64 0") == Duration::zero());
    CHECK(read("uint64 1") == Duration(1));
    CHECK(read("uint64 18446744073709551615") == forever);
    for (const char* text : {"10000000", "uint64 -1", "uint64", "uint64 ", "uint64  1", "int64 5", "uint64 1s"}) {
        CAPTURE(text);
        CHECK(read(text) == std::nullopt);
    }
}

TEST_CASE("CRI-O: everything is in annotations") {
    model::Container container;
    container.id = "c1";
    container.engine = "cri-o";
    container.annotations = {{std::string(stop_signal_annotation), "SIGRTMINPLUS3"},
                             {"io.kubernetes.pod.terminationGracePeriod", "30"},
                             {"org.systemd.property.TimeoutStopUSec", "uint64 10000000"}};
    const auto settings = look_up_settings({}, std::nullopt, container);
    CHECK(settings.signal.value == Signal{37});
    CHECK(settings.grace.value == thirty);
    CHECK(settings.grace.source == "annotation io.kubernetes.pod.terminationGracePeriod");
    CHECK(settings.restart.value().who == "kubelet");
    container.annotations[1].second = "soon";
    CHECK(look_up_settings({}, std::nullopt, container).grace.value == ten);
    CHECK(look_up_settings({}, std::nullopt, container).warnings.size() == 1);
}

TEST_CASE("a stranger's state file cannot make us read somebody else's store") {
    auto container = docker_container("docker-20.10-hybrid", "2c38019e4f4e");
    container.state_owner = 12345;
    const auto settings = look_up_settings({}, std::nullopt, container);
    CHECK(settings.signal.value == sigterm);
    REQUIRE(settings.warnings.size() == 1);
    CHECK(contains(settings.warnings[0], "does not belong"));
}

}  // namespace cstop::settings
