// Whose container is it, and what is it called there: recorded state of real engines, with the answers of expected.tsv.

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "discover/engine.hpp"
#include "lab.hpp"

namespace cstop::discover {
namespace {

using test::Lab;
using test::select;

struct Expected {
    std::string word;
    std::string engine;
    std::string name_space;
    std::string name;
};

void check(const std::vector<std::string>& roots, const std::vector<Expected>& rows) {
    for (const Expected& row : rows) {
        CAPTURE(row.word);
        // Whatever the word is: the prefix of the id, and the name.
        std::vector<std::string> words = {row.word};
        if (!row.name.empty()) {
            words.push_back(row.name);
        }
        for (const std::string& word : words) {
            CAPTURE(word);
            const auto selection = select(roots, {word});
            REQUIRE(selection.answers.size() == 1);
            const auto& container = selection.answers[0].container;
            REQUIRE_MESSAGE(container.has_value(), format_error(container.error()));
            CHECK(container->id.starts_with(row.word));
            CHECK(container->engine == row.engine);
            CHECK(container->name_space == row.name_space);
            CHECK(container->name == row.name);
        }
    }
}

TEST_CASE("docker's containers are found by the names in its own store") {
    const Lab lab;
    lab.copy("docker-20.10-hybrid/data-root", "docker");
    lab.copy("docker-20.10-hybrid/exec-root", "exec", "/srv/lab");  // mounts name <lab>/docker/containers/<id>
    check({lab.path("exec/runtime-runc/moby")}, {{"32743a5c329d", "docker", "moby", "web1"},
                                                 {"2c38019e4f4e", "docker", "moby", "web2"},
                                                 {"0aae328445d5", "docker", "moby", "web3"},
                                                 {"2f33ef25c93c", "docker", "moby", "web4"},
                                                 {"b890c7b238f1", "docker", "moby", "web5"},
                                                 {"7ccb0432460a", "docker", "moby", "web8"},
                                                 {"2e03074f89f5", "docker", "moby", "web9"}});
}

TEST_CASE("docker on cgroup v2, and docker with crun in runtime-runc") {
    const Lab lab;
    lab.copy("docker-20.10-v2/exec-root", "exec", "/srv/lab");
    lab.copy("docker-20.10-crun-v1/exec-root", "exec-crun", "/srv/lab");
    lab.copy("docker-20.10-v2/data-root", "d2");
    lab.copy("docker-20.10-crun-v1/data-root", "dcr");
    const auto crun = select({lab.path("exec-crun/runtime-runc/moby")}, {"acb77"});
    REQUIRE(crun.answers[0].container.has_value());
    CHECK(crun.answers[0].container->runtime == "crun");
    check({lab.path("exec-crun/runtime-runc/moby")}, {{"acb77c54f9f0", "docker", "moby", "cr1"}});
    const auto v2 = select({lab.path("exec/runtime-runc/moby")}, {"d9b39a0b995b"});
    REQUIRE(v2.answers[0].container.has_value());
    CHECK(v2.answers[0].container->engine == "docker");
    CHECK(v2.answers[0].container->engine_directory.starts_with(lab.path()));
}

TEST_CASE("containerd's namespaces: ctr has no names, nerdctl's is a claim of its annotation") {
    const Lab lab;
    lab.copy("containerd-1.6.20-ctr-hybrid/runc", "containerd/runc");
    const std::vector<std::string> roots = {lab.path("containerd/runc/default"), lab.path("containerd/runc/otherns")};
    check(roots, {{"q1", "containerd", "default", ""},
                  {"t1", "containerd", "default", ""},
                  {"m1", "containerd", "default", ""},
                  {"n1", "containerd", "default", "web"},
                  {"q2", "containerd", "otherns", ""}});
    CHECK(select(roots, {"web"}).answers[0].container->is_name_claimed);
}

TEST_CASE("Kubernetes on containerd: container, pod, namespace and sandbox come from the CRI's annotations") {
    const Lab lab;
    lab.copy("containerd-1.6.20-cri/runc", "containerd/runc/k8s.io");
    const std::vector<std::string> roots = {lab.path("containerd/runc/k8s.io")};
    check(roots, {{"a36024859f57", "kubernetes", "k8s.io", "quitc"},
                  {"36b70533a851", "kubernetes", "k8s.io", "termc"},
                  {"0ba980538f71", "kubernetes", "k8s.io", ""}});
    const auto selection = select(roots, {"pod1/quitc", "default/pod1/termc", "0ba98"});
    REQUIRE(selection.answers.size() == 3);
    for (const auto& answer : selection.answers) {
        CAPTURE(answer.word);
        REQUIRE(answer.container.has_value());
        CHECK(answer.container->pod == "pod1");
        CHECK(answer.container->pod_namespace == "default");
        CHECK(answer.container->is_sandbox == (answer.word == "0ba98"));
    }
}

TEST_CASE("podman with runc: names come from containers/storage") {
    const Lab lab;
    lab.copy("podman-4.3.1-runc-hybrid/run-runc", "runc", "/srv/lab");
    lab.copy("podman-4.3.1-runc-hybrid/root", "pod/root");
    check({lab.path("runc")}, {{"54f9aa8161dc", "podman", "", "pw1"},
                               {"2a5ae1eae806", "podman", "", "pw2"},
                               {"325d4556a3b9", "podman", "", "pw3"},
                               {"aaffc514dd74", "podman", "", "pw6"},
                               {"f6ed83c93c0e", "podman", "", "pw7"}});
}

TEST_CASE("podman with crun: a pod's containers know their pod by its name, and the infra container is one") {
    const Lab lab;
    lab.copy("podman-4.3.1-crun/run-crun", "crun", "/srv/lab");
    lab.copy("podman-4.3.1-crun/root", "podc/root");
    const std::vector<std::string> roots = {lab.path("crun")};
    check(roots, {{"c35f8a7c1588", "podman", "", "c1"},
                  {"58863dac99c5", "podman", "", "c1p"},
                  {"e42a90a2b275", "podman", "", "e682193e3a30-infra"}});
    const auto selection = select(roots, {"c1", "c1p", "e682193e3a30-infra"});
    CHECK(selection.answers[0].container->pod.empty());
    CHECK(selection.answers[1].container->pod == "cpod");
    CHECK_FALSE(selection.answers[1].container->is_sandbox);
    CHECK(selection.answers[2].container->pod == "cpod");
    CHECK(selection.answers[2].container->is_sandbox);
}

TEST_CASE("CRI-O's annotations name container and pod") {
    model::Container container;
    container.id = "abc";
    container.bundle = "/run/containers/storage/overlay-containers/abc/userdata";
    container.annotations = {{"io.container.manager", "cri-o"},
                             {"io.kubernetes.cri-o.ContainerType", "container"},
                             {"io.kubernetes.container.name", "app"},
                             {"io.kubernetes.pod.name", "shop"},
                             {"io.kubernetes.pod.namespace", "prod"}};
    describe_container(container, "/run/crun");
    CHECK(container.engine == "cri-o");
    CHECK(container.name == "app");
    CHECK(container.pod == "shop");
    CHECK(container.pod_namespace == "prod");
    CHECK_FALSE(container.is_sandbox);
}

TEST_CASE("podman's pod is told by the cgroup of its containers, with either driver") {
    const std::string pod = "983efbada95ffd48c28c68eb6cd0d514b301220df15ea55c5d8692ab6845d749";
    const auto pod_of = [](const std::string& cgroup) {
        model::Container container;
        container.id = "12f8";
        container.bundle = "/var/lib/containers/storage/overlay-containers/12f8/userdata";
        container.cgroups = {{.hierarchy = "", .path = cgroup}};
        describe_container(container, "/run/crun");
        CHECK(container.engine == "podman");
        return container.pod;
    };
    CHECK(pod_of("/libpod_parent/" + pod + "/libpod-12f8") == pod);
    CHECK(pod_of("/machine.slice/machine-libpod_pod_" + pod + ".slice/libpod-12f8.scope") == pod);
    CHECK(pod_of("/machine.slice/machine-libpod_pod_" + pod + ".slice/libpod-12f8.scope/container") == pod);
    CHECK(pod_of("/machine.slice/libpod-12f8.scope/container").empty());
    CHECK(pod_of("/machine.slice/machine-libpod_pod_.slice/libpod-12f8.scope").empty());
    // podman in a container of docker: the id is not a pod's.
    CHECK(pod_of("/docker/" + pod + "/libpod_parent/libpod-12f8").empty());
}

TEST_CASE("annotations alone make nobody an engine's container") {
    model::Container container;
    container.id = "abc";
    container.runtime = "runc";
    container.bundle = "/home/me/bundle";
    container.annotations = {{"io.container.manager", "libpod"},
                             {"nerdctl/name", "web"},
                             {"io.kubernetes.cri.container-type", "container"},
                             {"io.kubernetes.cri.container-name", "web"}};
    describe_container(container, "/run/runc");
    CHECK(container.engine == "runc");
    CHECK(container.name.empty());
    CHECK(container.pod.empty());
}

TEST_CASE("image builds are told by their bundles") {
    model::Container container;
    container.id = "xyz";
    container.bundle = "/var/lib/docker/buildkit/executor/xyz";
    describe_container(container, "/run/runc");
    CHECK(container.engine == "buildkit");
    container.id = "buildah-buildah123";
    container.bundle = "/var/tmp/buildah123";
    describe_container(container, "/run/runc");
    CHECK(container.engine == "buildah");
}

TEST_CASE("a name is looked for only where an engine could have written it") {
    const auto may_be = [](std::string_view word, std::string_view state, std::string_view companion,
                           std::string_view root) {
        return may_be_named(word, {.id = "c", .state = state, .companion = companion}, root);
    };
    CHECK_FALSE(may_be("web", R"({"labels":["name=web","bundle=/b"]})", "", "/run/runc"));
    CHECK(may_be("web", R"({"labels":["nerdctl/name=web","bundle=/x/io.containerd.runtime.v2.task/n/c"]})", "",
                 "/run/containerd/runc/n"));
    CHECK_FALSE(may_be("web", R"(bundle=/x/io.containerd.runtime.v2.task/n/c)", "", "/run/containerd/runc/n"));
    CHECK(may_be("pod/web", "/io.containerd.runtime.v2.task/", R"({"a":"web"})", "/run/x"));
    CHECK(may_be("web", "{}", "", "/run/docker/runtime-runc/moby"));
    CHECK(may_be("web", R"("source":"/data/containers/c/hosts")", "", "/srv/root"));
    CHECK_FALSE(may_be("web", R"("nerdctl/state-dir=/data/containers/default/c")", "", "/srv/root"));
}

}  // namespace
}  // namespace cstop::discover
