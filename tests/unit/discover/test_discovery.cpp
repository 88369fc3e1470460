// Whole roots in a temporary directory: real files, real processes, and what a liar would put there.

#include <csignal>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "discover/discovery.hpp"
#include "lab.hpp"

namespace cstop::discover {
namespace {

using test::Lab;
using test::make_crun_status;
using test::make_runc_state;
using test::select;
using test::select_all;
using test::Sleeper;

const model::Container& found(const Selection& selection, std::size_t index = 0) {
    REQUIRE(index < selection.answers.size());
    const auto& container = selection.answers[index].container;
    REQUIRE_MESSAGE(container.has_value(), format_error(container.error()));
    return *container;
}

const Error& refused(const Selection& selection, std::size_t index = 0) {
    REQUIRE(index < selection.answers.size());
    REQUIRE(!selection.answers[index].container.has_value());
    return selection.answers[index].container.error();
}

TEST_CASE("a running container of runc and one of crun are found by their full ids") {
    const Lab lab;
    const Sleeper init;
    lab.write("runc/web/state.json", make_runc_state("web", init.pid(), init.start_time()));
    lab.write("crun/db/status", make_crun_status(init.pid(), init.start_time()));
    lab.write("crun/db/config.json", R"({"annotations":{"a":"b"},"linux":{"namespaces":[{"type":"pid"}]}})");
    const auto selection = select({lab.path("runc"), lab.path("crun")}, {"db", "web"});
    REQUIRE(selection.answers.size() == 2);
    CHECK(selection.problems.empty());
    const auto& db = found(selection, 0);
    CHECK(selection.answers[0].word == "db");
    CHECK(db.runtime == "crun");
    CHECK(db.engine == "crun");
    CHECK(db.state_directory == lab.path("crun/db"));
    CHECK(db.state_file == "status");
    CHECK(db.status == model::Status::running);
    CHECK(db.state_owner == geteuid());
    CHECK(db.has_private_pid_namespace);
    CHECK(db.name.empty());
    const auto& web = found(selection, 1);
    CHECK(web.runtime == "runc");
    CHECK(web.engine == "runc");
    CHECK(web.status == model::Status::running);
    CHECK(web.pid == init.pid());
}

TEST_CASE("the status is derived from the process and exec.fifo") {
    const Lab lab;
    Sleeper init;
    const auto status = [&] { return found(select({lab.path("r")}, {"web"})).status; };
    lab.write("r/web/state.json", make_runc_state("web", init.pid(), init.start_time()));
    CHECK(status() == model::Status::running);
    REQUIRE(mkfifo(lab.path("r/web/exec.fifo").c_str(), 0600) == 0);
    CHECK(status() == model::Status::created);
    lab.write("r/web/state.json", make_runc_state("web", init.pid(), init.start_time() + 1));
    CHECK(status() == model::Status::stopped);
    lab.write("r/web/state.json", make_runc_state("web", 0, 0));
    CHECK(status() == model::Status::stopped);
    lab.write("r/web/state.json", make_runc_state("web", init.pid(), init.start_time()));
    init.kill();
    CHECK(status() == model::Status::stopped);
}

TEST_CASE("a prefix must be unique, and a candidate's root is told") {
    const Lab lab;
    lab.write("r/web1/state.json", make_runc_state("web1", 0, 0));
    lab.write("r/web2/state.json", make_runc_state("web2", 0, 0));
    lab.write("r/db/state.json", make_runc_state("db", 0, 0));
    const auto selection = select({lab.path("r")}, {"d", "web", "x", "web1"});
    CHECK(found(selection, 0).id == "db");
    CHECK(refused(selection, 1).code == ErrorCode::ambiguous);
    CHECK(refused(selection, 1).what.contains("web1 (runc, " + lab.path("r") + ")"));
    CHECK(refused(selection, 2).code == ErrorCode::not_found);
    CHECK(found(selection, 3).id == "web1");
}

TEST_CASE("two words for one container stop it once, under the first") {
    const Lab lab;
    lab.write("r/web1/state.json", make_runc_state("web1", 0, 0));
    const auto selection = select({lab.path("r")}, {"web", "web1", "w", "nobody"});
    REQUIRE(selection.answers.size() == 2);
    CHECK(selection.answers[0].word == "web");
    CHECK(selection.answers[1].word == "nobody");
}

TEST_CASE("a full id in two roots is ambiguous, unless both names lead to the same root") {
    const Lab lab;
    lab.write("a/web/state.json", make_runc_state("web", 0, 0));
    lab.write("b/web/status", make_crun_status(0, 0));
    REQUIRE(symlink(lab.path("a").c_str(), lab.path("link").c_str()) == 0);
    const auto selection = select({lab.path("a"), lab.path("b")}, {"web"});
    CHECK(refused(selection).code == ErrorCode::ambiguous);
    CHECK(refused(selection).what.contains(lab.path("b")));
    CHECK(found(select({lab.path("a"), lab.path("link")}, {"web"})).id == "web");
    CHECK(select_all({lab.path("a"), lab.path("link")}, {{model::Filter::Key::status, "stopped"}}).answers.size() == 1);
}

TEST_CASE("words that are no ids name nothing and touch nothing") {
    const Lab lab;
    lab.write("x/state.json", make_runc_state("x", 0, 0));
    lab.write("r/web/state.json", make_runc_state("web", 0, 0));
    const std::vector<std::string> words = {"../x", "", ".", "..", "a b", "web\n", "-x", std::string(300, 'a'), "web/"};
    const auto selection = select({lab.path("r")}, words);
    REQUIRE(selection.answers.size() == words.size());
    for (std::size_t i = 0; i < words.size(); ++i) {
        CHECK(refused(selection, i).code == ErrorCode::not_found);
    }
}

TEST_CASE("a damaged container is its own word's error and hides nobody") {
    const Lab lab;
    const Sleeper init;
    lab.write("r/bad/state.json", "{");
    lab.write("r/badpid/state.json", make_runc_state("badpid", 4294967297, 5));
    lab.write("r/moved/state.json", make_runc_state("other", 5, 6));
    lab.write("r/web/state.json", make_runc_state("web", init.pid(), init.start_time()));
    const auto selection = select({lab.path("r")}, {"bad", "web", "badp", "moved"});
    CHECK(refused(selection, 0).code == ErrorCode::damaged);
    CHECK_MESSAGE(refused(selection, 0).what.starts_with("read " + lab.path("r/bad/state.json") + ": "),
                  refused(selection, 0).what);
    CHECK(found(selection, 1).id == "web");
    CHECK(refused(selection, 2).what.contains("init_process_pid"));
    CHECK(refused(selection, 3).what.contains("id: not the name of its directory"));

    const auto all = select_all({lab.path("r")});
    REQUIRE(all.answers.size() == 1);
    CHECK(all.answers[0].word == "web");
    CHECK(all.problems.size() == 3);
}

TEST_CASE("what is no container is passed over") {
    const Lab lab;
    const Sleeper init;
    lab.write("r/web/state.json", make_runc_state("web", init.pid(), init.start_time()));
    lab.write("r/.parked/state.json", "{");
    lab.write("r/creating/other", "");
    lab.write("r/plainfile", "");
    lab.write("r/a b/state.json", "{");
    const auto all = select_all({lab.path("r")});
    CHECK(all.answers.size() == 1);
    CHECK(all.problems.empty());
    const auto selection = select({lab.path("r")}, {"creating", "plainfile"});
    CHECK(refused(selection, 0).code == ErrorCode::not_found);
    CHECK(refused(selection, 1).code == ErrorCode::not_found);
}

TEST_CASE("a state file that is no regular file holds nobody up") {
    const Lab lab;
    const Sleeper init;
    lab.write("r/web/state.json", make_runc_state("web", init.pid(), init.start_time()));
    for (const std::string_view name : {"fifo", "zero", "dir", "huge", "linked"}) {
        lab.write(fmt::format("r/{}/other", name), "");
    }
    REQUIRE(mkfifo(lab.path("r/fifo/state.json").c_str(), 0600) == 0);
    REQUIRE(symlink("/dev/zero", lab.path("r/zero/state.json").c_str()) == 0);
    REQUIRE(mkdir(lab.path("r/dir/state.json").c_str(), 0700) == 0);
    REQUIRE(truncate(lab.write("r/huge/state.json", "{").c_str(), 1L << 30) == 0);
    REQUIRE(symlink(lab.path("r/web/state.json").c_str(), lab.path("r/linked/state.json").c_str()) == 0);
    const std::vector<std::string> words = {"fifo", "zero", "dir", "huge", "linked", "web"};
    const auto selection = select({lab.path("r")}, words);
    REQUIRE(selection.answers.size() == words.size());
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
        CAPTURE(words[i]);
        CHECK(refused(selection, i).code == ErrorCode::damaged);
        CHECK_MESSAGE(refused(selection, i).what.contains(words[i]), refused(selection, i).what);
    }
    CHECK(found(selection, 5).id == "web");
    const auto all = select_all({lab.path("r")});
    CHECK(all.answers.size() == 1);
    CHECK(all.problems.size() == 5);
}

TEST_CASE("a symlink in the place of a state directory is not followed") {
    const Lab lab;
    lab.write("elsewhere/web/status", make_crun_status(0, 0));
    lab.write("r/other/status", make_crun_status(0, 0));
    REQUIRE(symlink(lab.path("elsewhere/web").c_str(), lab.path("r/web").c_str()) == 0);
    CHECK(refused(select({lab.path("r")}, {"web"})).code == ErrorCode::not_found);
}

TEST_CASE("state that others may write is refused") {
    const Lab lab;
    lab.write("r/file/state.json", make_runc_state("file", 0, 0));
    lab.write("r/dir/state.json", make_runc_state("dir", 0, 0));
    lab.write("open/web/state.json", make_runc_state("web", 0, 0));
    REQUIRE(chmod(lab.path("r/file/state.json").c_str(), 0620) == 0);
    REQUIRE(chmod(lab.path("r/dir").c_str(), 0702) == 0);
    REQUIRE(chmod(lab.path("open").c_str(), 0777) == 0);
    CHECK(refused(select({lab.path("r")}, {"file"})).code == ErrorCode::denied);
    CHECK(refused(select({lab.path("r")}, {"dir"})).code == ErrorCode::denied);
    CHECK(refused(select({lab.path("open")}, {"web"})).code == ErrorCode::denied);
    REQUIRE(chmod(lab.path("open").c_str(), 01777) == 0);
    CHECK(found(select({lab.path("open")}, {"web"})).id == "web");
}

TEST_CASE("another user's state is theirs, and mixed owners are refused") {
    if (geteuid() != 0) {
        MESSAGE("needs root to give files away");
        return;
    }
    constexpr uid_t stranger = 12345;
    const Lab lab;
    for (const std::string_view id : {"theirs", "mixed", "planted"}) {
        lab.write(fmt::format("r/{}/state.json", id), make_runc_state(id, 0, 0));
    }
    lab.write("home/web/state.json", make_runc_state("web", 0, 0));
    const auto give = [&](std::string_view path) { REQUIRE(chown(lab.path(path).c_str(), stranger, 0) == 0); };
    give("r/theirs");
    give("r/theirs/state.json");
    give("r/mixed");
    give("r/planted/state.json");
    give("home");
    CHECK(found(select({lab.path("r")}, {"theirs"})).state_owner == stranger);
    CHECK(refused(select({lab.path("r")}, {"mixed"})).code == ErrorCode::denied);
    CHECK(refused(select({lab.path("r")}, {"planted"})).code == ErrorCode::denied);
    // Who owns the root can put any directory of root's in the place of another.
    CHECK(found(select({lab.path("home")}, {"web"})).state_owner == stranger);
}

TEST_CASE("a --root that is not there, or no directory, is a usage error") {
    const Lab lab;
    for (const std::string& root : {lab.path("missing"), lab.write("file", "")}) {
        model::Request request;
        request.roots = {root};
        const auto selection = select_containers(request, {"web"});
        REQUIRE(!selection.has_value());
        CHECK(selection.error().code == ErrorCode::usage);
        CHECK(selection.error().what == "open --root " + root);
    }
}

TEST_CASE("slashes after a --root make no difference") {
    const Lab lab;
    lab.write("exec/runtime-runc/moby/web/status", make_crun_status(0, 0));
    const auto selection = select({lab.path("exec/runtime-runc/moby") + "//"}, {"web"});
    CHECK(found(selection).engine == "docker");
    CHECK(found(selection).name_space == "moby");
    CHECK(found(selection).state_directory == lab.path("exec/runtime-runc/moby/web"));
}

TEST_CASE("--all of an empty root is nothing") {
    const Lab lab;
    REQUIRE(mkdir(lab.path("r").c_str(), 0700) == 0);
    const auto all = select_all({lab.path("r")});
    CHECK(all.answers.empty());
    CHECK(all.problems.empty());
}

TEST_CASE("--all takes what runs; a status filter takes what it names") {
    const Lab lab;
    const Sleeper init;
    lab.write("r/up/state.json", make_runc_state("up", init.pid(), init.start_time()));
    lab.write("r/down/state.json", make_runc_state("down", init.pid(), init.start_time() + 1));
    const auto all = select_all({lab.path("r")});
    REQUIRE(all.answers.size() == 1);
    CHECK(all.answers[0].word == "up");
    const auto down = select_all({lab.path("r")}, {{model::Filter::Key::status, "stopped"}});
    REQUIRE(down.answers.size() == 1);
    CHECK(down.answers[0].word == "down");
}

TEST_CASE("youki's missing start time is taken from a process that began with the container") {
    const Lab lab;
    const Sleeper init;
    const auto write = [&](std::string_view created) {
        lab.write("r/y1/state.json",
                  fmt::format(R"({{"ociVersion":"1.2.0","useSystemd":false,"id":"y1","pid":{},"created":"{}"}})",
                              init.pid(), created));
    };
    char now[32] = {};
    const time_t seconds = time(nullptr);
    tm parts{};
    REQUIRE(strftime(now, sizeof now, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&seconds, &parts)) > 0);
    write(now);
    const auto fresh = select({lab.path("r")}, {"y1"});
    CHECK(found(fresh).status == model::Status::running);
    CHECK(found(fresh).start_time == init.start_time());
    write("2020-01-01T00:00:00Z");
    const auto reused = select({lab.path("r")}, {"y1"});
    CHECK(found(reused).status == model::Status::stopped);
    CHECK_FALSE(found(reused).pid.has_value());
}

TEST_CASE("a gVisor container is recognised and refused with the command that stops it") {
    const Lab lab;
    lab.write("r/g1_sandbox:g1.state", "{}");
    lab.write("r/kata/persist.json", "{}");
    const auto selection = select({lab.path("r")}, {"g1", "g", "kata"});
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(refused(selection, i).code == ErrorCode::unsupported);
    }
    CHECK(refused(selection, 0).what.contains("runsc"));
}

TEST_CASE("a name or a prefix among 10,000 containers is found") {
    const Lab lab;
    for (int i = 0; i < 10000; ++i) {
        const std::string id = fmt::format("c{:04}", i);
        lab.write("r/" + id + "/state.json", make_runc_state(id, 0, 0));
    }
    CHECK(found(select({lab.path("r")}, {"c1234"})).id == "c1234");
    lab.write("r/web99/state.json", make_runc_state("web99", 0, 0));
    CHECK(found(select({lab.path("r")}, {"web"})).id == "web99");
    CHECK(refused(select({lab.path("r")}, {"nobody"})).code == ErrorCode::not_found);
}

}  // namespace
}  // namespace cstop::discover
