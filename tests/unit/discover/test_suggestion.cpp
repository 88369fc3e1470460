// What a mistyped word was meant to be: values only.

#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "discover/selection.hpp"
#include "discover/suggestion.hpp"

namespace cstop::discover {
namespace {

Sighting see(std::string id, std::string name = "", std::string engine = "docker", std::string name_space = "moby") {
    model::Container container;
    container.id = id;
    container.name = std::move(name);
    container.engine = std::move(engine);
    container.name_space = std::move(name_space);
    return {.id = std::move(id), .root = "/run/r", .container = std::move(container)};
}

Sighting see_pod(std::string id, std::string name, std::string pod, std::string name_space) {
    Sighting sighting = see(std::move(id), std::move(name), "kubernetes", "k8s.io");
    sighting.container->pod = std::move(pod);
    sighting.container->pod_namespace = std::move(name_space);
    return sighting;
}

std::vector<Sighting> see_shop() {
    std::vector<Sighting> seen;
    seen.push_back(see(std::string(60, 'a') + "b0b1", "frontend"));
    seen.push_back(see("db", "", "runc", ""));
    seen.push_back(see_pod(std::string(60, 'c') + "d0d1", "web", "shop-6c", "default"));
    return seen;
}

TEST_CASE("edits are insertions, deletions, replacements and swaps of neighbours") {
    CHECK(count_edits("web", "web", 2) == 0);
    CHECK(count_edits("wbe", "web", 2) == 1);
    CHECK(count_edits("we", "web", 2) == 1);
    CHECK(count_edits("webb", "web", 2) == 1);
    CHECK(count_edits("wab", "web", 2) == 1);
    CHECK(count_edits("forntned", "frontend", 2) == 2);
    CHECK(count_edits("", "ab", 2) == 2);
    CHECK(count_edits("ca", "abc", 4) == 3);
    CHECK(count_edits("kitten", "sitting", 9) == 3);
}

TEST_CASE("what is too far is only known to be farther than the limit") {
    CHECK(count_edits("kitten", "sitting", 2) == 3);
    CHECK(count_edits("a", std::string(100000, 'a'), 2) == 3);
    CHECK(count_edits(std::string(100000, 'a'), std::string(100000, 'b'), 2) == 3);
    CHECK(count_edits("abcdef", "ghijkl", 2) == 3);
}

TEST_CASE("the nearest name or id is suggested with its engine and namespace") {
    const auto seen = see_shop();
    CHECK(suggest_container("fronted", {}, seen) == "did you mean 'frontend' (docker moby)?");
    CHECK(suggest_container("FrontEnd", {}, seen) == "did you mean 'frontend' (docker moby)?");
    CHECK(suggest_container("front", {}, seen) == "did you mean 'frontend' (docker moby)?");
    CHECK(suggest_container("DB", {}, seen) == "did you mean 'db' (runc)?");
    CHECK(suggest_container("aaaaaaxaaaaa", {}, seen) == "did you mean 'aaaaaaaaaaaa' (docker moby)?");
    CHECK(suggest_container(std::string(60, 'a') + "b1b1", {}, seen) == "did you mean 'aaaaaaaaaaaa' (docker moby)?");
    CHECK(suggest_container("shop-6d/web", {}, seen) == "did you mean 'shop-6c/web' (kubernetes k8s.io)?");
    CHECK(suggest_container("defualt/shop-6c/web", {}, seen) ==
          "did you mean 'default/shop-6c/web' (kubernetes k8s.io)?");
}

TEST_CASE("what is near to nothing gets no suggestion") {
    const auto seen = see_shop();
    for (const std::string_view word : {"backend", "cache", "x", "", "ab", "aaa", "frontend/db"}) {
        CHECK_MESSAGE(suggest_container(word, {}, seen).empty(), word);
    }
}

TEST_CASE("of several that are equally near three are suggested") {
    std::vector<Sighting> seen;
    for (int i = 1; i < 6; ++i) {
        seen.push_back(see(fmt::format("id{}", i), fmt::format("web-{}", i), "podman", ""));
    }
    seen.push_back(see("id9", "wev-77", "podman", ""));
    CHECK(suggest_container("web-x", {}, seen) ==
          "did you mean 'web-1' (podman), 'web-2' (podman) or 'web-3' (podman)?");
}

TEST_CASE("a word that is right but left out is said to be so") {
    const auto seen = see_shop();
    model::Request request;
    request.engine = "podman";
    CHECK(suggest_container("frontend", request, seen) == "there is one of docker moby, which --engine leaves out");
    CHECK(suggest_container("fronted", request, seen).empty());
    request.engine.reset();
    request.name_space = "default";
    CHECK(suggest_container("frontend", request, seen) == "there is one of docker moby, which --namespace leaves out");
}

TEST_CASE("a damaged container is suggested by its id, a hostile name escaped and cut") {
    std::vector<Sighting> seen;
    seen.push_back({.id = "broken", .root = "/run/r", .container = fail(ErrorCode::damaged, "read x")});
    seen.push_back(see("id1", "web\x1b[2J\nroot"));
    seen.push_back(see("id2", "long" + std::string(5000, 'x')));
    CHECK(suggest_container("brokne", {}, seen) == "did you mean 'broken'?");
    CHECK(suggest_container("web", {}, seen) == "did you mean 'web\\x1b[2J\\nroot' (docker moby)?");
    CHECK(suggest_container("long", {}, seen).size() < 150);
}

TEST_CASE("a pod is suggested for a pod") {
    const auto seen = see_shop();
    CHECK(suggest_pod("shop-6x", seen) == "did you mean 'shop-6c' (kubernetes k8s.io)?");
    CHECK(suggest_pod("defaul/shop-6c", seen) == "did you mean 'default/shop-6c' (kubernetes k8s.io)?");
    CHECK(suggest_pod("frontend", seen).empty());
}

std::string advise(const std::vector<Sighting>& seen) {
    const auto chosen = choose_sighting("web", seen);
    REQUIRE(!chosen.has_value());
    REQUIRE(chosen.error().code == ErrorCode::ambiguous);
    return chosen.error().advice;
}

TEST_CASE("what tells ambiguous containers apart is said") {
    std::vector<Sighting> seen;
    seen.push_back(see("abc1", "web"));
    seen.push_back(see("abd2", "web", "podman", ""));
    CHECK(advise(seen) == "--engine chooses one");
    seen.push_back(see("abe3", "web", "docker", "other"));
    CHECK(advise(seen) == "--namespace chooses one");
    seen.push_back(see("abf4", "web", "podman", ""));
    CHECK(advise(seen) == "use a full id, or more of it");
    std::vector<Sighting> same;
    same.push_back(see("web", "", "runc", ""));
    same.push_back(see("web", "", "runc", ""));
    CHECK(advise(same) == "--root chooses one");
}

}  // namespace
}  // namespace cstop::discover
