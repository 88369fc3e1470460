// A host of systemd's: pure cgroup v2, every engine with systemd's cgroup driver, as tests/vm recorded it there.

#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "kernel/membership.hpp"
#include "kernel/process.hpp"
#include "lab.hpp"

namespace cstop::discover {
namespace {

using test::Lab;
using test::read_data;
using test::select;

constexpr std::string_view recording = "vm-bookworm-6.1/";

struct Recorded {
    std::string kind;         ///< the recording's directory
    std::string id;           ///< the directory in it
    std::string root;         ///< where the engine has the runtime's state, below its own /run
    std::string store;        ///< what the state names of the engine's store; it lies in the lab
    std::string store_files;  ///< below the store: where the recorded files of the store belong
    std::string engine;
    std::string name_space;
    std::string name;
    std::string cgroup;  ///< below the hierarchy's root
};

const std::vector<Recorded>& recorded() {
    static const std::string docker = "2034d810a8ae1171f891a2598b647f088189c63f03324a5721f069492128fd1c";
    static const std::string cri = "c20d9c150178d55be2f153bf1a2471c2d84ce11d0b20b09ce4f7f85412357fc9";
    static const std::string podman = "be2f28be8cfb93c16cc4a58208467659270aea6074ece557ffa182fb887aa2b6";
    static const std::string podman_runc = "7becbae389295a992220e6b99c0552aa4a8fbafdeff37072c5f020f57e878ce1";
    static const std::string rootless = "c9b094cd73f235ad2a9e1a2c43b26578a3eb50992853ff978f6f0a61b615ea07";
    static const std::string systemd = "11efbea9771568bbfb41000f0dd2bf04243bac5e1fedea8c137ff0a5b3d70d65";
    static const std::string unit = "6367ec8886389914b14f7a5cc3e7955040c024925cc1753750ae6681bdc660f5";
    static const std::string storage = "/var/lib/containers/storage";
    static const std::string pod =
        "/kubepods.slice/kubepods-besteffort.slice/"
        "kubepods-besteffort-pod11111111_0000_0000_0000_000000000006.slice/";
    static const std::string user = "/user.slice/user-1000.slice/user@1000.service/user.slice/";
    static const std::vector<Recorded> all = {
        {"runc", "runc-1", "runc", "", "", "runc", "", "", "/system.slice/runc-runc-1.scope"},
        {"crun", "crun-2", "crun", "", "", "crun", "", "", "/system.slice/crun-crun-2.scope/container"},
        {"docker", docker, "docker/runtime-runc/moby", "/var/lib/docker", "/containers/" + docker, "docker", "moby",
         "docker-3", "/system.slice/docker-" + docker + ".scope"},
        {"ctr", "ctr-4", "containerd/runc/default", "", "", "containerd", "default", "",
         "/system.slice/ctr-ctr-4.scope"},
        {"cri", cri, "containerd/runc/k8s.io", "", "", "kubernetes", "k8s.io", "main",
         pod + "cri-containerd-" + cri + ".scope"},
        {"podman", podman, "crun", storage, "/overlay-containers", "podman", "", "podman-7",
         "/machine.slice/libpod-" + podman + ".scope/container"},
        {"podman-runc", podman_runc, "runc", storage, "/overlay-containers", "podman", "", "podman-runc-8",
         "/machine.slice/libpod-" + podman_runc + ".scope"},
        {"rootless", rootless, "crun", "/home/op/.local/share/containers/storage", "/vfs-containers", "podman", "",
         "rootless-9", user + "libpod-" + rootless + ".scope/container"},
        {"systemd", systemd, "crun", storage, "/overlay-containers", "podman", "", "systemd-29",
         "/machine.slice/libpod-" + systemd + ".scope/container"},
        {"unit", unit, "crun", storage, "/overlay-containers", "podman", "", "quadlet",
         "/system.slice/cstop-quadlet.service/libpod-payload-" + unit},
    };
    return all;
}

/// The path below the hierarchy's root, whichever way the runtime writes it.
std::string below_root(const model::CgroupPath& cgroup) {
    constexpr std::string_view mount = "/sys/fs/cgroup";
    return cgroup.below_mount ? cgroup.path : cgroup.path.substr(mount.size());
}

TEST_CASE("a container of each engine is found with its name, its init and its own cgroup") {
    for (const Recorded& row : recorded()) {
        CAPTURE(row.kind);
        const Lab lab;
        const std::string source = std::string(recording) + row.kind + "/" + row.id;
        lab.copy(source, row.root + "/" + row.id, row.store);
        if (!row.store.empty()) {
            lab.copy(source, row.store_files.substr(1));
        }
        std::vector<std::string> words = {row.id};
        if (!row.name.empty()) {
            words.push_back(row.name);
        }
        const auto stat = kernel::parse_process_stat(read_data(source + "/proc-stat"));
        REQUIRE(stat.has_value());
        for (const auto& answer : select({lab.path(row.root)}, words).answers) {
            CAPTURE(answer.word);
            REQUIRE_MESSAGE(answer.container.has_value(), format_error(answer.container.error()));
            CHECK(answer.container->id == row.id);
            CHECK(answer.container->engine == row.engine);
            CHECK(answer.container->name_space == row.name_space);
            CHECK(answer.container->name == row.name);
            CHECK(answer.container->start_time == stat->start_time);
            REQUIRE(answer.container->cgroups.size() == 1);
            CHECK(below_root(answer.container->cgroups.front()) == row.cgroup);
        }
    }
}

TEST_CASE("init is in the cgroup that the state names, or below it where init is systemd") {
    for (const Recorded& row : recorded()) {
        CAPTURE(row.kind);
        const auto memberships =
            kernel::parse_memberships(read_data(std::string(recording) + row.kind + "/" + row.id + "/proc-cgroup"));
        REQUIRE(memberships.size() == 1);
        CHECK(memberships[0].path == row.cgroup + (row.kind == "systemd" ? "/init.scope" : ""));
    }
}

}  // namespace
}  // namespace cstop::discover
