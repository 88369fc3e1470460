// What a word or a filter means among containers that were seen: values only.

#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "discover/selection.hpp"
#include "discover/timestamp.hpp"

namespace cstop::discover {
namespace {

Sighting see(std::string id, std::string name = "", std::string engine = "docker", std::string name_space = "moby") {
    model::Container container;
    container.id = id;
    container.name = std::move(name);
    container.engine = std::move(engine);
    container.name_space = std::move(name_space);
    container.status = model::Status::running;
    return {.id = std::move(id), .root = "/run/r", .container = std::move(container)};
}

Sighting see_pod(std::string id, std::string name, std::string pod, std::string name_space, std::string created) {
    Sighting sighting = see(std::move(id), std::move(name), "kubernetes", "k8s.io");
    sighting.container->pod = std::move(pod);
    sighting.container->pod_namespace = std::move(name_space);
    sighting.container->created = std::move(created);
    return sighting;
}

/// The id that `word` means, or the error.
std::string choose(std::string_view word, const std::vector<Sighting>& sightings) {
    const auto chosen = choose_sighting(word, sightings);
    return chosen ? sightings[*chosen].id : chosen.error().what;
}

ErrorCode refuse(std::string_view word, const std::vector<Sighting>& sightings) {
    const auto chosen = choose_sighting(word, sightings);
    REQUIRE(!chosen.has_value());
    return chosen.error().code;
}

TEST_CASE("a full id beats a name, and a name beats a prefix") {
    const std::vector<Sighting> seen = [] {
        std::vector<Sighting> all;
        all.push_back(see("web"));
        all.push_back(see("abc1", "web"));
        all.push_back(see("dbx1"));
        all.push_back(see("eee1", "dbx"));
        return all;
    }();
    CHECK(choose("web", seen) == "web");
    CHECK(choose("dbx", seen) == "eee1");
    CHECK(choose("abc", seen) == "abc1");
    CHECK(choose("a", seen) == "abc1");
    CHECK(refuse("zzz", seen) == ErrorCode::not_found);
}

TEST_CASE("an ambiguous word lists its candidates with engine and namespace") {
    std::vector<Sighting> seen;
    seen.push_back(see("abc1", "web"));
    seen.push_back(see("abd2", "web", "podman", ""));
    CHECK(refuse("web", seen) == ErrorCode::ambiguous);
    CHECK(refuse("ab", seen) == ErrorCode::ambiguous);
    const std::string what = choose("web", seen);
    CHECK_MESSAGE(what.contains("abc1 web (docker moby, /run/r)"), what);
    CHECK_MESSAGE(what.contains("abd2 web (podman, /run/r)"), what);
}

TEST_CASE("the list of candidates is bounded") {
    std::vector<Sighting> seen;
    for (int i = 0; i < 1000; ++i) {
        seen.push_back(see(fmt::format("a{}", i)));
    }
    const std::string what = choose("a", seen);
    CHECK(what.contains("any of 1000"));
    CHECK(what.contains("and 990 more"));
    CHECK(what.size() < 1000);
}

TEST_CASE("the same full id in two roots is ambiguous") {
    std::vector<Sighting> seen;
    seen.push_back(see("web"));
    seen.push_back(see("web"));
    seen.back().root = "/run/other";
    CHECK(refuse("web", seen) == ErrorCode::ambiguous);
}

TEST_CASE("a container that cannot be read is still one that a word may mean") {
    std::vector<Sighting> seen;
    seen.push_back({.id = "web1", .root = "/run/r", .container = fail(ErrorCode::damaged, "broken")});
    CHECK(choose("web", seen) == "web1");
    seen.push_back(see("web2"));
    CHECK(refuse("web", seen) == ErrorCode::ambiguous);
    CHECK(choose("web1", seen) == "web1");
}

TEST_CASE("a name that an annotation claims never hides the engine's own") {
    std::vector<Sighting> seen;
    seen.push_back(see("aaa1", "web", "containerd", "default"));
    seen.back().container->is_name_claimed = true;
    CHECK(choose("web", seen) == "aaa1");
    seen.push_back(see("bbb1", "web"));
    CHECK(choose("web", seen) == "bbb1");
}

TEST_CASE("POD/CONTAINER and NAMESPACE/POD/CONTAINER name the newest attempt") {
    std::vector<Sighting> seen;
    seen.push_back(see_pod("new1", "app", "shop", "prod", "2026-11-23T09:36:51.70819Z"));
    seen.push_back(see_pod("old1", "app", "shop", "prod", "2026-11-23T09:36:51.7Z"));
    CHECK(choose("shop/app", seen) == "new1");
    CHECK(choose("prod/shop/app", seen) == "new1");
    CHECK(choose("app", seen) == "new1");
    CHECK(refuse("test/shop/app", seen) == ErrorCode::not_found);
    CHECK(refuse("shop", seen) == ErrorCode::not_found);
    seen.push_back(see_pod("tst1", "app", "shop", "test", "2026-11-23T09:36:52Z"));
    CHECK(refuse("shop/app", seen) == ErrorCode::ambiguous);
    CHECK(choose("test/shop/app", seen) == "tst1");
}

TEST_CASE("words that could reach a file outside of a root are none") {
    for (const std::string_view word :
         {"", ".", "..", "../x", "a/../b", "/web", "web/", "a b", "a\nb", "a/b/c/d", "w\xC3\xA9"}) {
        CAPTURE(word);
        CHECK_FALSE(is_word(word));
    }
    CHECK_FALSE(is_word(std::string(300, 'a')));
    CHECK_FALSE(is_word(std::string("a\0b", 3)));
    for (const std::string_view word : {"web", "-x", "a_b+c.d-e", "pod/web", "ns/pod/web"}) {
        CAPTURE(word);
        CHECK(is_word(word));
    }
}

TEST_CASE("every filter must match, and only what runs matches unless a status is asked for") {
    using Key = model::Filter::Key;
    Sighting sighting = see("abc123", "web-1");
    model::Container& container = *sighting.container;
    container.labels = {{"tier", "front"}};
    container.pod = "shop";
    const auto matches = [&](std::vector<model::Filter> filters) { return is_selected(filters, container); };
    CHECK(matches({}));
    CHECK(matches({{Key::name, "web-*"}, {Key::engine, "docker"}}));
    CHECK_FALSE(matches({{Key::name, "web-*"}, {Key::engine, "podman"}}));
    CHECK_FALSE(matches({{Key::name, "web"}}));
    CHECK(matches({{Key::id, "abc"}}));
    CHECK_FALSE(matches({{Key::id, ""}}));
    CHECK_FALSE(matches({{Key::id, "bc"}}));
    CHECK(matches({{Key::name_space, "moby"}}));
    CHECK(matches({{Key::label, "tier"}}));
    CHECK(matches({{Key::label, "tier=front"}}));
    CHECK_FALSE(matches({{Key::label, "tier=back"}}));
    CHECK_FALSE(matches({{Key::label, "tie"}}));
    CHECK(matches({{Key::pod, "shop"}}));
    container.pod = "";
    CHECK_FALSE(matches({{Key::pod, ""}}));
    CHECK(matches({{Key::status, "running"}}));
    container.status = model::Status::paused;
    CHECK(matches({}));
    for (const auto status : {model::Status::stopped, model::Status::created}) {
        container.status = status;
        CHECK_FALSE(matches({}));
        CHECK_FALSE(matches({{Key::name, "*"}}));
        CHECK(matches({{Key::status, std::string(model::format_status(status))}}));
    }
}

TEST_CASE("points in time are read as RFC 3339 and compared as times") {
    using namespace std::chrono_literals;
    const auto time = parse_timestamp("2026-11-23T09:36:51.70819356Z");
    REQUIRE(time.has_value());
    CHECK(*time == std::chrono::sys_days(std::chrono::year(2026) / 11 / 23) + 9h + 36min + 51s + 708193560ns);
    CHECK(parse_timestamp("2026-11-23T11:06:51+01:30") == parse_timestamp("2026-11-23T09:36:51Z"));
    CHECK(parse_timestamp("2026-11-23T09:36:51.123456789999Z").has_value());
    for (const std::string_view text :
         {"", "2026", "2026-11-23", "2026-11-23T09:36:51", "2026-13-23T09:36:51Z", "2026-02-30T09:36:51Z",
          "2026-11-23T24:00:00Z", "0001-01-01T00:00:00Z", "2026-11-23T09:36:51Zx", "2026-11-23 09:36:51Z"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_timestamp(text).has_value());
    }
}

TEST_CASE("a pod is its containers that run, or all of them when none does") {
    std::vector<Sighting> seen;
    seen.push_back(see_pod("aaa1", "web", "shop", "default", ""));
    seen.push_back(see_pod("aaa2", "", "shop", "default", ""));
    seen.push_back(see_pod("aaa3", "web", "other", "default", ""));
    seen.push_back(see("shop"));
    CHECK(choose_pod("shop", {}, seen).value() == std::vector<std::size_t>{0, 1});
    CHECK(choose_pod("default/shop", {}, seen).value() == std::vector<std::size_t>{0, 1});
    seen[0].container->status = model::Status::stopped;
    CHECK(choose_pod("shop", {}, seen).value() == std::vector<std::size_t>{1});
    seen[1].container->status = model::Status::stopped;
    CHECK(choose_pod("shop", {}, seen).value() == std::vector<std::size_t>{0, 1});
    CHECK(choose_pod("default/none", {}, seen).error().code == ErrorCode::not_found);
    CHECK(choose_pod("web", {}, seen).error().code == ErrorCode::not_found);
}

TEST_CASE("of a pod only what every filter matches is chosen") {
    using Key = model::Filter::Key;
    std::vector<Sighting> seen;
    seen.push_back(see_pod("aaa1", "web", "shop", "default", ""));
    seen.push_back(see_pod("aaa2", "db", "shop", "default", ""));
    seen.push_back(see_pod("aaa3", "web", "other", "default", ""));
    const auto chosen = [&](const std::vector<model::Filter>& filters) {
        return choose_pod("shop", filters, seen).value();
    };
    CHECK(chosen({{Key::id, "aaa2"}}) == std::vector<std::size_t>{1});
    CHECK(chosen({{Key::id, "aaa"}, {Key::engine, seen[0].container->engine}}) == std::vector<std::size_t>{0, 1});
    CHECK(chosen({{Key::id, "aaa1"}, {Key::id, "aaa2"}}).empty());
    CHECK(chosen({{Key::id, "aaa3"}}).empty());
    CHECK(chosen({{Key::status, "stopped"}}).empty());
    seen[0].container->status = model::Status::stopped;
    CHECK(chosen({{Key::status, "stopped"}}) == std::vector<std::size_t>{0});
    CHECK(choose_pod("none", std::vector<model::Filter>{{Key::id, "aaa"}}, seen).error().code == ErrorCode::not_found);
}

TEST_CASE("pods of one name in two namespaces are ambiguous") {
    std::vector<Sighting> seen;
    seen.push_back(see_pod("aaa1", "web", "shop", "default", ""));
    seen.push_back(see_pod("aaa2", "web", "shop", "test", ""));
    CHECK(choose_pod("shop", {}, seen).error().code == ErrorCode::ambiguous);
    CHECK(choose_pod("test/shop", {}, seen).value() == std::vector<std::size_t>{1});
}

TEST_CASE("--engine and --namespace narrow what is looked at") {
    const Sighting docker = see("aaa1");
    model::Request request;
    CHECK(is_within(request, *docker.container));
    request.engine = "docker";
    request.name_space = "moby";
    CHECK(is_within(request, *docker.container));
    request.name_space = "k8s.io";
    CHECK_FALSE(is_within(request, *docker.container));
    request.name_space.reset();
    request.engine = "podman";
    CHECK_FALSE(is_within(request, *docker.container));
}

}  // namespace
}  // namespace cstop::discover
