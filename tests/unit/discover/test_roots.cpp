// Where roots are named that are not the usual ones.

#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include <doctest/doctest.h>

#include "discover/bundle_roots.hpp"
#include "discover/configured_roots.hpp"
#include "discover/monitor_roots.hpp"
#include "discover/toml_strings.hpp"
#include "lab.hpp"

namespace cstop::discover {
namespace {

using test::Lab;

using Words = std::vector<std::string>;

std::string find_root_of(Words words) {
    words.insert(words.begin(), "/usr/bin/conmon");
    return find_runtime_root(words);
}

/// table|key|value, one a string.
Words toml(std::string_view text) {
    Words found;
    for (const TomlString& each : parse_toml_strings(text)) {
        found.push_back(each.table + "|" + each.key + "|" + each.value);
    }
    return found;
}

TEST_CASE("conmon is told its runtime's root in any of the spellings of its options") {
    CHECK(find_root_of({"--runtime-arg", "--root=/srv/rt"}) == "/srv/rt");
    CHECK(find_root_of({"--runtime-arg=--root=/srv/rt"}) == "/srv/rt");
    CHECK(find_root_of({"--runtime-arg", "--root", "--runtime-arg", "/srv/rt"}) == "/srv/rt");
    CHECK(find_root_of({"--runtime-arg=--root", "--runtime-arg=/srv/rt"}) == "/srv/rt");
    CHECK(find_root_of({"--runtime-arg", "--systemd-cgroup", "--runtime-arg", "--root=/srv/rt"}) == "/srv/rt");
    // The runtime takes the last one, too.
    CHECK(find_root_of({"--runtime-arg", "--root=/a", "--runtime-arg", "--root=/b"}) == "/b");
}

TEST_CASE("what is no root of conmon's runtime is none") {
    CHECK(find_root_of({}).empty());
    CHECK(find_runtime_root({}).empty());
    CHECK(find_root_of({"--root=/exit"}).empty());
    CHECK(find_root_of({"--exit-command-arg", "--root=/exit"}).empty());
    CHECK(find_root_of({"--runtime-arg"}).empty());
    CHECK(find_root_of({"--runtime-arg", "--root"}).empty());
    CHECK(find_root_of({"--runtime-arg", "--root=relative"}).empty());
    CHECK(find_root_of({"--runtime-arg", "--rootless=/x"}).empty());
    CHECK(find_root_of({"--runtime-args=--root=/x"}).empty());
}

TEST_CASE("a shim's bundle tells containerd's state directory") {
    CHECK(find_state_directory("/srv/state/io.containerd.runtime.v2.task/k8s.io/0123") == "/srv/state");
    CHECK(find_state_directory("/srv/state/io.containerd.runtime.v2.task/k8s.io/0123 (deleted)") == "/srv/state");
    for (const char* other : {"", "/", "/x", "/srv/state/io.containerd.runtime.v1.linux/ns/id",
                              "/io.containerd.runtime.v2.task", "io.containerd.runtime.v2.task/ns/id"}) {
        CHECK(find_state_directory(other).empty());
    }
}

TEST_CASE("TOML: strings and arrays of strings are found with their table and key") {
    CHECK(toml("a = \"1\"\n[t]\nb='2'\n[ t . \"u.v\" ]\n  c\t=\t\"3\" # \"no\"\n") ==
          Words{"|a|1", "t|b|2", "t.u.v|c|3"});
    CHECK(toml("[t]\na = [\"1\", '2',\n  # \"no\"\n  \"3\",\n]\nb = [ ]\nc = \"4\"") ==
          Words{"t|a|1", "t|a|2", "t|a|3", "t|c|4"});
    CHECK(toml(R"(a = "x\"y\\z\n")") == Words{R"(|a|x"y\z\n)"});
    CHECK(toml("[[t]]\r\na = \"1\"\r\n").size() == 1);
}

TEST_CASE("TOML: everything else is read over") {
    for (const char* text :
         {"", "\n\n", "#a = \"1\"", "a", "a =", "a = 1", "a = true", "a = \"1", "a = [\"1", "a = [1, \"2\"]",
          "a = { b = \"1\" }", "[", "[t", "= ", "a = [[\"1\"]]", "a = \"\"\"\nb\n\"\"\""}) {
        CAPTURE(text);
        const auto found = toml(text);
        CHECK(found.size() <= 2);  // what looks like a string may count as one; nothing is read past the end
    }
    CHECK(toml("#a = \"1\"\n a = 5\n b = \"2\"") == Words{"|b|2"});
}

TEST_CASE("CRI-O's handlers name their roots") {
    CHECK(parse_crio_roots(
              "[crio.runtime]\nruntime_root = \"/not/this\"\n"
              "[crio.runtime.runtimes.runc]\nruntime_path = \"/usr/bin/runc\"\nruntime_root = \"/srv/runc\"\n"
              "[crio.runtime.runtimes.crun]\n# runtime_root = \"/run/crun\"\nruntime_root = ''\n"
              "[crio.runtime.runtimes.\"other\"]\nruntime_root = '/srv/other'\n") == Words{"/srv/runc", "/srv/other"});
    CHECK(parse_crio_roots("").empty());
}

TEST_CASE("podman's flags of a runtime name its root, with dashes or without") {
    CHECK(parse_podman_roots("[engine.runtimes]\ncrun = [\"root=/not/this\"]\n[engine.runtimes_flags]\n"
                             "crun = [\"debug\", \"root=/srv/crun\"]\nrunc = [\n  \"--root=/srv/runc\",\n]\n") ==
          Words{"/srv/crun", "/srv/runc"});
    CHECK(parse_podman_roots("[engine.runtimes_flags]\ncrun = []\n").empty());
}

TEST_CASE("docker's exec-root is an absolute path or nothing") {
    CHECK(parse_exec_root(R"({"exec-root": "/srv/exec"})") == "/srv/exec");
    for (const char* other : {"", "{", "[]", "{}", R"({"exec-root": "srv"})", R"({"exec-root": 5})"}) {
        CHECK(parse_exec_root(other).empty());
    }
}

TEST_CASE("a bundle's options name a root, one a namespace") {
    const Lab lab;
    const std::string tasks = "state/io.containerd.runtime.v2.task/";
    lab.write(tasks + "default/one/options.json", R"({"root":")" + lab.path("rt") + R"("})");
    lab.write(tasks + "default/two/options.json", R"({"root":"relative"})");
    lab.write(tasks + "other/three/options.json", R"({"root":")" + lab.path("rt") + R"("})");
    lab.write(tasks + "other/four/options.json", "{");
    lab.write("rt/default/one/state.json", "{}");
    lab.write("rt/other/three/state.json", "{}");
    const std::vector<StateDirectory> states = {{.path = lab.path("state"), .runtime = {}},
                                                {.path = lab.path("missing"), .runtime = {}}};
    const auto roots_of = [&](std::string_view id) {
        RootList list;
        add_bundle_roots(list, states, id);
        CHECK(list.problems.empty());
        Words paths;
        for (const Root& root : list.roots) {
            paths.push_back(root.directory.path());
        }
        return paths;
    };
    CHECK(roots_of("one") == Words{lab.path("rt/default")});
    CHECK(roots_of("three") == Words{lab.path("rt/other")});
    CHECK(roots_of("two").empty());
    CHECK(roots_of("four").empty());
    CHECK(roots_of("nobody").empty());
    CHECK(roots_of("") == Words{lab.path("rt/default"), lab.path("rt/other")});
}

TEST_CASE("another user leads nobody out of the own runtime directory") {
    if (geteuid() != 0) {
        MESSAGE("needs root to give directories away");
        return;
    }
    const Lab lab;
    lab.write("runtime/rt/web/state.json", "{}");
    lab.write("elsewhere/web/state.json", "{}");
    REQUIRE(symlink(lab.path("elsewhere").c_str(), lab.path("runtime/link").c_str()) == 0);
    const auto count = [&](std::string_view path) {
        RootList list;
        add_place_of_user(list, lab.path("runtime"), lab.path(path), "");
        return list.roots.size();
    };
    CHECK(count("elsewhere") == 1);  // the caller's own directory: the caller may say what they like
    REQUIRE(chown(lab.path("runtime").c_str(), 12345, 0) == 0);
    CHECK(count("runtime/rt") == 1);
    CHECK(count("elsewhere") == 0);
    CHECK(count("runtime/link") == 0);
    CHECK(count("runtime/../elsewhere") == 0);
    CHECK(count("runtime") == 0);
}

}  // namespace
}  // namespace cstop::discover
