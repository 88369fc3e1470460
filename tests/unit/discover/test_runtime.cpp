// Each runtime's state, against recorded files and against what a liar would write.

#include <string>
#include <string_view>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "discover/gvisor.hpp"
#include "discover/runtime.hpp"
#include "lab.hpp"

namespace cstop::discover {
namespace {

using test::read_data;
using test::replace_all;

model::Container parse_runc(std::string_view id, const std::string& bytes) {
    auto parsed = parse_runc_state({.id = id, .state = bytes, .companion = ""});
    REQUIRE_MESSAGE(parsed.has_value(), format_error(parsed.error()));
    REQUIRE(parsed->has_value());
    return **std::move(parsed);
}

Error refuse_runc(const std::string& bytes) {
    const auto parsed = parse_runc_state({.id = "web", .state = bytes, .companion = ""});
    REQUIRE_MESSAGE(!parsed.has_value(), bytes);
    return parsed.error();
}

model::Container parse_crun(std::string_view id, std::string_view folder) {
    const std::string status = read_data(fmt::format("{}/{}/status", folder, id));
    const std::string config = read_data(fmt::format("{}/{}/config.json", folder, id));
    auto parsed = parse_crun_status({.id = id, .state = status, .companion = config});
    REQUIRE_MESSAGE(parsed.has_value(), format_error(parsed.error()));
    REQUIRE(parsed->has_value());
    return **std::move(parsed);
}

const model::CgroupPath* find_cgroup(const model::Container& container, std::string_view hierarchy) {
    for (const auto& cgroup : container.cgroups) {
        if (cgroup.hierarchy == hierarchy) {
            return &cgroup;
        }
    }
    return nullptr;
}

std::string runc_with_mount(std::string_view source) {
    return fmt::format(
        R"({{"id":"web","init_process_pid":42,"init_process_start":7,"config":{{"mounts":[)"
        R"({{"source":"/srv/data","destination":"/data"}},{{"source":"{}","destination":"/etc/hosts"}}]}}}})",
        source);
}

constexpr std::string_view stop_signal = "org.opencontainers.image.stopSignal";

TEST_CASE("only a mount from a directory of the container's own names the engine's directory") {
    const auto find = [](std::string_view source) {
        return parse_runc("web", runc_with_mount(source)).engine_directory;
    };
    CHECK(find("/srv/docker/containers/web/hosts") == "/srv/docker/containers/web");
    CHECK(find("/srv/docker/containers/webs/hosts").empty());
    CHECK(find("/srv/docker/containers/web/more/hosts").empty());
    CHECK(find("/srv/docker/containers/web").empty());
    CHECK(find("/srv/docker/hosts").empty());
}

TEST_CASE("runc 1.1.5 on a hybrid host: everything that stopping needs is read") {
    const auto container = parse_runc("p1", read_data("runc-1.1.5-plain-hybrid/p1/state.json"));
    CHECK(container.id == "p1");
    CHECK(container.pid == 12510);
    CHECK(container.start_time == 67384);
    CHECK(container.created == "2026-11-23T09:36:51.70819356Z");
    CHECK(container.bundle == "/srv/lab/plain");
    CHECK(container.has_private_pid_namespace);
    CHECK(model::find_annotation(container, stop_signal) == "SIGQUIT");
    CHECK(model::find_annotation(container, "com.example.x") == "a=b");  // split at the first '='
    CHECK_FALSE(model::find_annotation(container, "bundle").has_value());
    REQUIRE(find_cgroup(container, "") != nullptr);
    CHECK(find_cgroup(container, "")->path == "/sys/fs/cgroup/unified/p1");
    CHECK_FALSE(find_cgroup(container, "")->below_mount);
    REQUIRE(find_cgroup(container, "name=systemd") != nullptr);
    CHECK(find_cgroup(container, "name=systemd")->path == "/sys/fs/cgroup/systemd/p1");
    REQUIRE(find_cgroup(container, "freezer") != nullptr);
}

TEST_CASE("runc on cgroup v2 names one cgroup") {
    const auto container = parse_runc("v2p", read_data("runc-1.1.5-plain-v2/v2p/state.json"));
    REQUIRE(container.cgroups.size() == 1);
    CHECK(container.cgroups[0] == model::CgroupPath{.hierarchy = "", .path = "/sys/fs/cgroup/v2p"});
    CHECK(model::find_annotation(container, stop_signal) == "SIGQUIT");
}

TEST_CASE("rootless runc is read like any other") {
    const auto container = parse_runc("r1", read_data("runc-1.1.5-rootless/r1/state.json"));
    CHECK(container.pid.has_value());
    CHECK(model::find_annotation(container, stop_signal) == "SIGQUIT");
}

TEST_CASE("runc 1.4 leaves empty fields out") {
    const auto container = parse_runc("p1", read_data("synthetic/runc-1.4-omitempty/p1/state.json"));
    CHECK(container.pid == 17260);
    CHECK(container.start_time == 79666);
    CHECK(container.has_private_pid_namespace);
}

TEST_CASE("a container of --pid host has no pid namespace of its own, and its engine's directory is found") {
    const std::string id = "7ccb0432460ac6c58cf16e34cf4b1b3befd85caab734f92fa961efc13bb2c1de";
    const auto container =
        parse_runc(id, read_data("docker-20.10-hybrid/exec-root/runtime-runc/moby/" + id + "/state.json"));
    CHECK_FALSE(container.has_private_pid_namespace);
    CHECK(container.engine_directory == "/srv/lab/docker/containers/" + id);
}

TEST_CASE("a NEWPID entry with a path is somebody else's namespace") {
    const auto state = [](std::string_view entry) {
        return fmt::format(R"({{"init_process_pid":5,"init_process_start":6,"config":{{"namespaces":[{}]}}}})", entry);
    };
    CHECK_FALSE(parse_runc("web", state(R"({"type":"NEWPID","path":"/proc/1/ns/pid"})")).has_private_pid_namespace);
    CHECK(parse_runc("web", state(R"({"type":"NEWPID","path":""})")).has_private_pid_namespace);
    CHECK(parse_runc("web", state(R"({"type":"NEWPID"})")).has_private_pid_namespace);
    CHECK_FALSE(parse_runc("web", state("")).has_private_pid_namespace);
}

TEST_CASE("an annotation called bundle does not move the bundle: the last one counts") {
    const auto container = parse_runc(
        "web",
        R"({"init_process_pid":5,"init_process_start":6,"config":{"labels":["bundle=/forged","nolabel","a=","bundle=/b"]}})");
    CHECK(container.bundle == "/b");
    CHECK(container.annotations == std::vector<model::Annotation>{{"a", ""}});
}

TEST_CASE("runc: a container that was never started has no pid") {
    for (const std::string_view pid : {"0", "-1"}) {
        const auto container = parse_runc("web", fmt::format(R"({{"init_process_pid":{}}})", pid));
        CHECK_FALSE(container.pid.has_value());
    }
}

TEST_CASE("runc: a number that is no pid is refused, naming the key") {
    for (const std::string_view pid :
         {"1", "-2", "4194305", "4294967297", "4294967298", "9223372036854775808", "18446744073709551616", "1.9",
          "12.0", "1e3", "1e400", "true", "null", R"("12")", "[]", "{}"}) {
        CAPTURE(pid);
        const Error error =
            refuse_runc(fmt::format(R"({{"id":"web","init_process_pid":{},"init_process_start":6}})", pid));
        CHECK(error.code == ErrorCode::damaged);
        if (pid != "1e400") {  // no JSON reader has a number for it
            CHECK_MESSAGE(error.what.starts_with("init_process_pid"), error.what);
        }
    }
}

TEST_CASE("runc: a start time that is none is refused, naming the key") {
    for (const std::string_view start : {"0", "-5", "1.5", "null", R"("6")", "true", "18446744073709551616"}) {
        CAPTURE(start);
        const Error error = refuse_runc(fmt::format(R"({{"init_process_pid":5,"init_process_start":{}}})", start));
        CHECK(error.code == ErrorCode::damaged);
        CHECK_MESSAGE(error.what.starts_with("init_process_start"), error.what);
    }
    CHECK(refuse_runc(R"({"init_process_pid":5})").what.starts_with("init_process_start"));
}

TEST_CASE("runc: a start time of 64 bits is kept whole") {
    const auto container = parse_runc("web", R"({"init_process_pid":5,"init_process_start":18446744073709551615})");
    CHECK(container.start_time == 18446744073709551615U);
}

TEST_CASE("runc: duplicate keys, a foreign id and paths that are no text are damage") {
    for (const std::string_view state :
         {R"({"init_process_pid":5,"init_process_pid":6,"init_process_start":7})",
          R"({"id":"other","init_process_pid":5,"init_process_start":6})",
          R"({"id":7,"init_process_pid":5,"init_process_start":6})",
          R"({"id":null,"init_process_pid":5,"init_process_start":6})",
          R"({"init_process_pid":5,"init_process_start":6,"cgroup_paths":{"":7}})",
          R"({"init_process_pid":5,"init_process_start":6,"created":7})", R"({"init_process_pid":5)", "", "nonsense"}) {
        CAPTURE(state);
        CHECK(refuse_runc(std::string(state)).code == ErrorCode::damaged);
    }
}

TEST_CASE("an empty cgroup path is no cgroup") {
    CHECK(parse_runc("web", R"({"init_process_pid":5,"init_process_start":6,"cgroup_paths":{"":""}})").cgroups.empty());
    CHECK(parse_runc("web", R"({"init_process_pid":5,"init_process_start":6,"cgroup_paths":null})").cgroups.empty());
}

TEST_CASE("a state.json of another runtime is not runc's") {
    for (const std::string_view state : {R"({"ociVersion":"1.0","useSystemd":false})", "{}", "[]", "7"}) {
        const auto parsed = parse_runc_state({.id = "web", .state = state, .companion = ""});
        REQUIRE(parsed.has_value());
        CHECK_FALSE(parsed->has_value());
    }
}

TEST_CASE("rootless crun without delegation: status and config.json, no cgroup") {
    for (const std::string_view id : {"rc1", "rc2"}) {
        const auto container = parse_crun(id, "crun-1.8.1-rootless");
        CHECK(container.id == id);
        CHECK(container.pid.has_value());
        CHECK(container.start_time > 0);
        CHECK(container.cgroups.empty());
        CHECK(container.has_private_pid_namespace);
        CHECK(container.warnings.empty());
        CHECK(model::find_annotation(container, stop_signal) == "SIGQUIT");
    }
}

TEST_CASE("crun under podman: the cgroup is below every hierarchy's mount") {
    const std::string id = "c35f8a7c15884f47786e196770cbd30d721f6f18ef0d29bb09dc54ed8c3b73c4";
    const auto container = parse_crun(id, "podman-4.3.1-crun/run-crun");
    CHECK(container.pid == 20410);
    CHECK(container.start_time == 131451);
    REQUIRE(container.cgroups.size() == 1);
    CHECK(container.cgroups[0] ==
          model::CgroupPath{.hierarchy = "*", .path = "/libpod_parent/libpod-" + id, .below_mount = true});
    CHECK(model::find_annotation(container, stop_signal) == "3");
}

TEST_CASE("crun without its config.json is taken for one that shares its pid namespace") {
    for (const std::string_view config : {"", "nonsense", R"({"annotations":{"a":"b","a":"c"}})"}) {
        const auto parsed =
            parse_crun_status({.id = "web", .state = R"({"pid":5,"process-start-time":6})", .companion = config});
        REQUIRE(parsed.has_value());
        CHECK_FALSE((*parsed)->has_private_pid_namespace);
        CHECK((*parsed)->warnings.size() == 1);
    }
}

TEST_CASE("crun: hostile numbers are refused, and so is a pid without a start time") {
    for (const std::string_view status :
         {R"({"pid":4294967297,"process-start-time":6})", R"({"pid":1,"process-start-time":6})",
          R"({"pid":"5","process-start-time":6})", R"({"pid":5.0,"process-start-time":6})",
          R"({"pid":5,"process-start-time":0})", R"({"pid":5})", R"({"pid":5,"process-start-time":"6"})",
          R"({"pid":null,"process-start-time":6})", R"({"pid":5,"pid":6,"process-start-time":6})",
          R"({"pid":5,"process-start-time":6,"cgroup-path":7})", R"([5])", ""}) {
        CAPTURE(status);
        const auto parsed = parse_crun_status({.id = "web", .state = status, .companion = "{}"});
        REQUIRE(!parsed.has_value());
        CHECK(parsed.error().code == ErrorCode::damaged);
    }
}

TEST_CASE("youki is told from runc by its keys, and records no start time") {
    const std::string state = read_data("synthetic/youki/y1/state.json");
    const std::string config = read_data("synthetic/youki/y1/youki_config.json");
    const auto parsed = parse_youki_state({.id = "y1", .state = state, .companion = config});
    REQUIRE(parsed.has_value());
    REQUIRE(parsed->has_value());
    const auto& container = **parsed;
    CHECK(container.pid == 4242);
    CHECK(container.start_time == 0);
    CHECK(container.bundle == "/tmp/b");
    CHECK(model::find_annotation(container, stop_signal) == "SIGQUIT");
    REQUIRE(container.cgroups.size() == 1);
    CHECK(container.cgroups[0].path == ":youki:y1");
    const auto other = parse_runc_state({.id = "y1", .state = state, .companion = ""});
    REQUIRE(other.has_value());
    CHECK_FALSE(other->has_value());
    const auto runc =
        parse_youki_state({.id = "p1", .state = read_data("runc-1.1.5-plain-hybrid/p1/state.json"), .companion = ""});
    REQUIRE(runc.has_value());
    CHECK_FALSE(runc->has_value());
}

TEST_CASE("what runs in a virtual machine or a sandbox is refused with the command that does it") {
    const auto kata = parse_kata_state({.id = "k1", .state = "{}", .companion = ""});
    REQUIRE(!kata.has_value());
    CHECK(kata.error().code == ErrorCode::unsupported);
    CHECK(kata.error().what.contains("crictl stop k1"));
    CHECK(parse_gvisor_name("g1_sandbox:g1.state") == "g1");
    CHECK_FALSE(parse_gvisor_name("g1_sandbox:g1.lock").has_value());
    CHECK_FALSE(parse_gvisor_name("../x_sandbox:g1.state").has_value());
    CHECK_FALSE(parse_gvisor_name("web").has_value());
    CHECK(make_gvisor_error("g1", "/run/runsc").what.contains("runsc --root /run/runsc kill g1 TERM"));
}

}  // namespace
}  // namespace cstop::discover
