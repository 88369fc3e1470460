#include <doctest/doctest.h>

#include "kernel/cgroup.hpp"
#include "kernel/cgroup_claim.hpp"
#include "kernel/cgroup_location.hpp"
#include "kernel/members.hpp"
#include "kernel/membership.hpp"
#include "kernel/mounts.hpp"

using namespace cstop::kernel;

namespace {

constexpr const char* hybrid =
    "22 27 0:21 / /proc rw,relatime - proc proc rw\n"
    "31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n"
    "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct\n"
    "37 31 0:34 / /sys/fs/cgroup/freezer rw,relatime - cgroup cgroup rw,freezer\n"
    "40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,xattr,release_agent=/x,name=systemd\n"
    "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw,nsdelegate\n";

constexpr const char* pure = "41 31 0:38 / /sys/fs/cgroup rw,relatime - cgroup2 none rw\n";

std::string locate(const char* mountinfo, const CgroupName& name, const char* init, std::size_t candidate = 0) {
    const auto mounts = parse_cgroup_mounts(mountinfo);
    const auto found = find_mounts(mounts, name);
    if (found.empty()) {
        return "no mount";
    }
    const Memberships memberships = parse_memberships(init != nullptr ? init : "");
    const auto locations = list_locations(mounts, found.front(), name, init != nullptr ? &memberships : nullptr);
    if (candidate >= locations.size()) {
        return "nowhere";
    }
    return mounts[locations[candidate].mount].mount_point + " " + locations[candidate].relative;
}

}  // namespace

TEST_CASE("the cgroup mounts of a hybrid host are found by type and option") {
    const auto mounts = parse_cgroup_mounts(hybrid);
    REQUIRE(mounts.size() == 4);
    CHECK(mounts[0].hierarchies == std::vector<std::string>{"cpu", "cpuacct"});
    CHECK(mounts[2].hierarchies == std::vector<std::string>{"name=systemd"});
    CHECK(mounts[3].is_v2);
    CHECK(mounts[3].mount_point == "/sys/fs/cgroup/unified");
}

TEST_CASE("octal escapes are decoded, hidden mounts and nonsense left out") {
    const auto mounts = parse_cgroup_mounts(
        "1 2 0:3 / /a\\040b\\134c rw - cgroup2 none rw\n"
        "broken - cgroup2\n"
        "1 2 0:3 / /x rw - cgroup cgroup rw,freezer\n"
        "1 2 0:3 /sub /x rw - cgroup cgroup rw,pids\n"
        "1 2 0:3 / /fake\\040-\\040cgroup2 rw - tmpfs none rw\n"
        "1 2 0:3 / /y rw - cgroup cgroup rw");
    REQUIRE(mounts.size() == 2);
    CHECK(mounts[0].mount_point == "/a b\\c");
    CHECK(mounts[1].hierarchies == std::vector<std::string>{"pids"});
    CHECK(mounts[1].root == "/sub");
}

TEST_CASE("memberships are read with colons in paths and names") {
    const auto memberships =
        parse_memberships("9:name=systemd:/a:b\n3:cpu,cpuacct:/c\n0::/d e\n\nnonsense\n1:x:relative\n");
    REQUIRE(memberships.size() == 3);
    const auto mounts = parse_cgroup_mounts(hybrid);
    CHECK(*find_path(memberships, mounts[0].hierarchies) == "/c");
    CHECK(find_path(memberships, mounts[1].hierarchies) == nullptr);
    CHECK(*find_path(memberships, mounts[2].hierarchies) == "/a:b");
    CHECK(*find_path(memberships, mounts[3].hierarchies) == "/d e");
}

TEST_CASE("at or below goes by whole components") {
    CHECK(is_at_or_below("/a/b", "/a"));
    CHECK(is_at_or_below("/a", "/a"));
    CHECK(is_at_or_below("/a", "/"));
    CHECK_FALSE(is_at_or_below("/ab", "/a"));
    CHECK_FALSE(is_at_or_below("/", "/a"));
}

TEST_CASE("a recorded path is found below its own hierarchy's mount") {
    CHECK(locate(hybrid, {"freezer", "/sys/fs/cgroup/freezer/p1", false}, nullptr) == "/sys/fs/cgroup/freezer p1");
    CHECK(locate(hybrid, {"cpuacct", "/sys/fs/cgroup/cpu,cpuacct//p1/", false}, nullptr) ==
          "/sys/fs/cgroup/cpu,cpuacct p1");
    CHECK(locate(hybrid, {"", "/sys/fs/cgroup/unified/docker/x", false}, nullptr) == "/sys/fs/cgroup/unified docker/x");
    CHECK(locate(hybrid, {"hugetlb", "/sys/fs/cgroup/hugetlb/x", false}, nullptr) == "no mount");
}

TEST_CASE("a path of another mount view is found through init") {
    const CgroupName v2_view{"", "/sys/fs/cgroup/docker/x", false};
    CHECK(locate(hybrid, v2_view, "0::/docker/x\n") == "/sys/fs/cgroup/unified docker/x");
    CHECK(locate(hybrid, v2_view, nullptr) == "/sys/fs/cgroup/unified docker/x");
    const CgroupName hybrid_view{"", "/sys/fs/cgroup/unified/docker/x", false};
    CHECK(locate(pure, hybrid_view, "0::/docker/x\n", 1) == "/sys/fs/cgroup docker/x");
}

TEST_CASE("a rootless init in the root cgroup leads nowhere") {
    CHECK(locate(hybrid, {"", "/other/r1", false}, "0::/\n") == "nowhere");
    CHECK(locate(hybrid, {"", "/other/r1", false}, "0::/r2\n") == "nowhere");
}

TEST_CASE("an empty, climbing, root or NUL path is no cgroup") {
    for (const std::string& path :
         {std::string(""), std::string("/"), std::string("/../x"), std::string("/a/../../x"), std::string("/a/./b"),
          std::string("/sys/fs/cgroup/unified"), std::string("/a\0b", 4), std::string(5000, 'a')}) {
        CHECK(locate(hybrid, {"", path, false}, nullptr) == "nowhere");
    }
    CHECK(locate(hybrid, {"", "/../../../x", true}, nullptr) == "nowhere");
}

TEST_CASE("a star means every hierarchy, once") {
    const auto mounts =
        parse_cgroup_mounts(std::string(hybrid) + "50 31 0:34 / /mnt/freezer rw - cgroup cgroup rw,freezer\n");
    CHECK(find_mounts(mounts, {"*", "/x", true}) == std::vector<std::size_t>{0, 1, 2, 3});
    CHECK(find_mounts(mounts, {"freezer", "/mnt/freezer/x", false}) == std::vector<std::size_t>{4});
    CHECK(locate(hybrid, {"*", "/libpod_parent/x", true}, nullptr) == "/sys/fs/cgroup/cpu,cpuacct libpod_parent/x");
}

TEST_CASE("the path in the hierarchy knows the root of its mount") {
    const auto mounts =
        parse_cgroup_mounts("1 2 0:3 /outer /cg rw - cgroup2 none rw\n1 2 0:3 /../x /dg rw - cgroup2 none rw\n");
    CHECK(list_locations(mounts, 0, {"", "/cg/a", false}, nullptr).front().path == "/outer/a");
    CHECK(list_locations(mounts, 1, {"", "/dg/a", false}, nullptr).front().path.empty());
}

TEST_CASE("a cgroup bears the id in the ways that engines write it") {
    for (const char* path : {"/docker/abc", "/abc", "/system.slice/docker-abc.scope", "/x/libpod-abc", "/x/abc.scope",
                             "/user.slice/libpod-abc.scope/container"}) {
        CHECK(is_named_after(path, "abc"));
    }
    for (const char* path : {"/docker", "/docker/abcd", "/xabc", "/abc/child", "/", "/x/abc.scope/a/b"}) {
        CHECK_FALSE(is_named_after(path, "abc"));
    }
}

TEST_CASE("the ids that a cgroup is named after are all that it bears") {
    using Ids = std::vector<std::string_view>;
    CHECK(list_borne_ids("/docker/abc") == Ids{"abc"});
    CHECK(list_borne_ids("/x/docker-a-b.scope") == Ids{"docker-a-b", "a-b", "b"});
    CHECK(list_borne_ids("/user.slice/libpod-abc.scope/container") == Ids{"container", "libpod-abc", "abc"});
    CHECK(list_borne_ids("/x/a-") == Ids{"a-"});
    CHECK(list_borne_ids("/x/--a") == Ids{"--a", "-a", "a"});
    for (const char* nobodys : {"", "/", "/.scope", "/.scope/"}) {
        CHECK(list_borne_ids(nobodys).empty());
    }
    for (const std::string_view path :
         {"/docker/abc", "/x/docker-a-b.scope", "/user.slice/libpod-abc.scope/container"}) {
        for (const std::string_view id : list_borne_ids(path)) {
            CHECK(is_named_after(path, id));
        }
    }
}

TEST_CASE("a cgroup is refused when it is not the container's own") {
    const std::string inside = "/docker/abc/init.scope";
    const std::string outside = "/elsewhere";
    const std::string root = "/";
    const std::string custom = "/custom";
    const auto refusal = [&](std::string_view path, bool alive, const std::string* init, const std::string& own,
                             bool is_private = true) {
        return explain_refusal({.path = path,
                                .container_id = "abc",
                                .init_is_alive = alive,
                                .init_has_private_pid_namespace = is_private,
                                .init = init,
                                .own = &own});
    };
    CHECK(refusal("/docker/abc", true, &inside, root).empty());
    CHECK(refusal("/docker/abc", true, &outside, root).empty());
    CHECK(refusal("/docker/abc", false, nullptr, root).empty());
    for (const std::string& beyond : {std::string("/.."), std::string("/../docker/abc"), std::string("/../../abc")}) {
        CHECK(refusal("/docker/abc", true, &beyond, root) == "init is outside of cstop's cgroup namespace");
    }
    const std::string dotted = "/..abc";
    CHECK(refusal("/docker/abc", true, &dotted, root).empty());
    CHECK(refusal("/custom", true, &outside, root) == "init is not a member");
    CHECK(refusal("/custom", true, nullptr, root) == "init is not a member");
    CHECK(refusal("/custom", false, nullptr, root) == "init is gone and the cgroup does not bear the container's id");
    CHECK(refusal("/docker", true, &inside, root) ==
          "init is in a cgroup below it, and it does not bear the container's id");
    CHECK(refusal("/custom", true, &custom, root).empty());
    CHECK(refusal("/custom", true, &custom, root, false) ==
          "it does not bear the container's id, and init has no pid namespace of its own");
    CHECK(refusal("/docker/abc", true, &inside, root, false).empty());
    CHECK(refusal("/docker/abc", true, &inside, inside) == "cstop itself is inside");
    CHECK(refusal("/", true, &inside, root) == "it is the root of the hierarchy");
    CHECK(refusal("", true, &inside, root) == "its place in the hierarchy cannot be known");
}

TEST_CASE("the cgroups of systemd's driver are the containers' own, what is around them is not") {
    // As tests/vm recorded them (tests/data/vm-bookworm-6.1).
    const std::string libpod = "/machine.slice/libpod-abc.scope";
    const std::string pod = "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod1111_0006.slice";
    const std::string user = "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-abc.scope";
    struct Row {
        std::string init;
        std::string own;  // the container's
    };
    const std::string cstop = "/user.slice/user-0.slice/session-1.scope";
    const auto refusal = [&](const std::string& path, const std::string* init) {
        return explain_refusal({.path = path,
                                .container_id = "abc",
                                .init_is_alive = init != nullptr,
                                .init_has_private_pid_namespace = false,
                                .init = init,
                                .own = &cstop});
    };
    for (const auto& [init, own] :
         {Row{"/system.slice/runc-abc.scope", "/system.slice/runc-abc.scope"},
          Row{"/system.slice/crun-abc.scope/container", "/system.slice/crun-abc.scope/container"},
          Row{"/system.slice/docker-abc.scope", "/system.slice/docker-abc.scope"},
          Row{pod + "/cri-containerd-abc.scope", pod + "/cri-containerd-abc.scope"},
          Row{libpod + "/container", libpod + "/container"}, Row{libpod, libpod},
          Row{libpod + "/container/init.scope", libpod + "/container"}, Row{user + "/container", user + "/container"},
          Row{"/system.slice/web.service/libpod-payload-abc", "/system.slice/web.service/libpod-payload-abc"}}) {
        CAPTURE(init);
        CHECK(locate(pure, {"", "/sys/fs/cgroup" + own, false}, ("0::" + init).c_str()) ==
              "/sys/fs/cgroup " + own.substr(1));
        CHECK(refusal(own, &init).empty());
        CHECK(refusal(own, nullptr).empty());  // init is gone, its cgroup still bears the id
        for (const std::string& around :
             {std::string("/system.slice"), std::string("/machine.slice"), pod, user.substr(0, user.rfind('/')),
              std::string("/system.slice/web.service"), std::string("/init.scope")}) {
            CHECK_FALSE(refusal(around, &init).empty());
            CHECK_FALSE(refusal(around, nullptr).empty());
        }
    }
}

TEST_CASE("a list of members keeps hidden processes apart") {
    Members members;
    parse_members("12\n0\n7\nx\n99999999999\n12", members);
    CHECK(members.pids == std::vector<std::int32_t>{12, 7, 12});
    CHECK(members.hidden == 1);
}

TEST_CASE("keyed numbers are found by whole keys") {
    CHECK(parse_keyed_number("populated 1\nfrozen 0\n", "populated") == 1);
    CHECK(parse_keyed_number("populated 1\nfrozen 0", "frozen") == 0);
    CHECK(parse_keyed_number("unpopulated 1\n", "populated") == -1);
    CHECK(parse_keyed_number("", "populated") == -1);
}
