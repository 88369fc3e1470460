#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "base/text.hpp"
#include "plans.hpp"
#include "report/reporter.hpp"

using namespace cstop;
using namespace std::chrono_literals;
using model::Aim;
using model::Outcome;
using model::Verbosity;

namespace {

/// A reporter for some words, with what it printed.
class Stage {
public:
    explicit Stage(model::Request request) : request_(std::move(request)) {}

    Stage& plan(model::Plan plan) {
        plans_.push_back(std::make_unique<model::Plan>(std::move(plan)));
        entries_.push_back({.word = plans_.back()->word, .plan = plans_.back().get()});
        return *this;
    }
    Stage& plan(std::string word) { return plan(make_test_plan(std::move(word))); }
    Stage& refuse(std::string word, Error error) {
        errors_.push_back(std::make_unique<Error>(std::move(error)));
        entries_.push_back({.word = std::move(word), .plan = nullptr, .error = errors_.back().get()});
        return *this;
    }
    report::Reporter& begin() {
        reporter_ = report::Reporter::make(request_, entries_, out_, err_);
        return *reporter_;
    }
    /// What a look at the latest found; with an error, that it found nothing.
    Stage& find(model::Evidence evidence) {
        evidence_.push_back(std::make_unique<model::Evidence>(std::move(evidence)));
        entries_.back().evidence = evidence_.back().get();
        return *this;
    }
    Stage& find(Error error) {
        errors_.push_back(std::make_unique<Error>(std::move(error)));
        entries_.back().error = errors_.back().get();
        return *this;
    }
    void dry_run() { report::show_dry_run(request_, entries_, out_, err_); }

    const std::string& out() const { return out_.text; }
    const std::string& err() const { return err_.text; }

private:
    model::Request request_;
    std::vector<std::unique_ptr<model::Plan>> plans_;
    std::vector<std::unique_ptr<Error>> errors_;
    std::vector<std::unique_ptr<model::Evidence>> evidence_;
    std::vector<report::Entry> entries_;
    report::TextStream out_;
    report::TextStream err_;
    std::unique_ptr<report::Reporter> reporter_;
};

/// Of a paused container, on a hybrid host, whose init has a handler.
model::Evidence make_test_evidence() {
    model::Evidence evidence;
    evidence.identity = model::Identity::proven_by_start_time;
    evidence.command = "nginx";
    evidence.state = 'S';
    evidence.handle = "pidfd";
    evidence.awaited = sigterm;
    evidence.reception = model::Reception::handled;
    evidence.has_handler = true;
    evidence.cgroups = {
        {.path = "/web", .hierarchies = {""}, .directory = "/sys/fs/cgroup/unified/web", .is_frozen = false},
        {.path = "/web", .hierarchies = {"freezer"}, .directory = "/sys/fs/cgroup/freezer/web", .is_frozen = true},
        {.path = "/elsewhere/web",
         .hierarchies = {"memory"},
         .directory = "/sys/fs/cgroup/memory/elsewhere/web",
         .is_frozen = false}};
    evidence.processes = {{.pid = 4242, .command = "nginx"}, {.pid = 4243, .command = ""}};
    evidence.process_count = 2;
    evidence.kill_way = "cgroup.kill";
    model::ForeseenStep first;
    first.signal = sigterm;
    first.wait = 10s;
    first.way = "pidfd";
    first.thaws = true;
    model::ForeseenStep second;
    second.at = 10s;
    second.signal = sigkill;
    second.aim = Aim::all;
    second.wait = 60s;
    second.way = "cgroup.kill";
    evidence.forecast = {.steps = {first, second}, .repeat_from = std::nullopt, .end = 70s};
    evidence.warnings = {"paused"};
    return evidence;
}

model::Request with(Verbosity verbosity) {
    model::Request request;
    request.verbosity = verbosity;
    return request;
}

const Error denied{.code = ErrorCode::denied, .errno_value = 0, .what = "/proc hides process 4242"};
const Error missing{.code = ErrorCode::not_found, .errno_value = 0, .what = "no such container"};
const Error unreadable{.code = ErrorCode::denied, .errno_value = 13, .what = "open /run/runc/db/state.json"};

Outcome outcome_of(Outcome::Kind kind) {
    Outcome outcome;
    outcome.kind = kind;
    return outcome;
}

}  // namespace

TEST_CASE("names come in argument order, each as soon as all before it are finished") {
    Stage stage({});
    report::Reporter& reporter = stage.plan("a").plan("b").refuse("x", missing).plan("c").begin();
    reporter.on_outcome(2, make_test_outcome());
    CHECK(stage.out().empty());
    reporter.on_outcome(0, make_test_outcome());
    CHECK(stage.out() == "a\n");
    reporter.on_outcome(1, outcome_of(Outcome::Kind::not_running));
    CHECK(stage.out() == "a\nb\nc\n");
    CHECK(
        stage.err().starts_with("cstop: x: no such container\ncstop: b: not running\n"
                                "cstop: stopped 2, not running 1, not found 1, in "));
}

TEST_CASE("advice follows the error that it is for, escaped") {
    Error advised = missing;
    advised.advice = "did you mean 'w\x1b[2Jb'?";
    Stage stage({});
    report::Reporter& reporter = stage.plan("a").refuse("x", advised).begin();
    Outcome outcome = outcome_of(Outcome::Kind::failed);
    outcome.error = unreadable;
    outcome.error->advice = "run as root";
    reporter.on_outcome(0, outcome);
    CHECK_MESSAGE(stage.err().starts_with("cstop: x: no such container; did you mean 'w\\x1b[2Jb'?\n"
                                          "cstop: a: open /run/runc/db/state.json: Permission denied; run as root\n"),
                  stage.err());
}

TEST_CASE("only what is down now is named") {
    Stage stage({});
    report::Reporter& reporter = stage.plan("a").plan("b").plan("c").plan("d").begin();
    reporter.on_outcome(0, outcome_of(Outcome::Kind::failed));
    reporter.on_outcome(1, outcome_of(Outcome::Kind::still_running));
    reporter.on_outcome(2, outcome_of(Outcome::Kind::interrupted));
    reporter.on_outcome(3, make_test_outcome());
    CHECK(stage.out() == "d\n");
}

TEST_CASE("a created container is told as one that was never started") {
    Stage stage({});
    model::Plan plan = make_test_plan("web");
    plan.container.status = model::Status::created;
    stage.plan(plan).begin().on_outcome(0, outcome_of(Outcome::Kind::not_running));
    CHECK(stage.out() == "web\n");
    CHECK(stage.err() == "cstop: web: not running (created, not started)\n");
}

TEST_CASE("errors of words and of scans are told at once, outside-in") {
    Stage stage({});
    stage.refuse("db", unreadable).plan("web").begin();
    CHECK(stage.err() == "cstop: db: open /run/runc/db/state.json: Permission denied\n");
    report::TextStream err;
    report::tell_error(err, unreadable);
    report::tell_warning(err, "the kernel is old");
    report::tell_detail(err, "no seccomp");
    CHECK(err.text ==
          "cstop: open /run/runc/db/state.json: Permission denied\ncstop: warning: the kernel is old\n"
          "cstop: no seccomp\n");
}

TEST_CASE("the escalation is told in podman's words") {
    Stage stage({});
    report::Reporter& reporter = stage.plan("web").begin();
    reporter.on_escalation(0, sigterm, 10s);
    CHECK(stage.err() == "StopSignal SIGTERM failed to stop container web in 10 seconds, resorting to SIGKILL\n");
}

TEST_CASE("an obedient container makes no noise") {
    Stage stage({});
    report::Reporter& reporter = stage.plan("web").begin();
    reporter.on_step(0, make_test_step(sigterm, Aim::init, 0ms));
    reporter.on_outcome(0, make_test_outcome());
    CHECK(stage.err().empty());
    CHECK(stage.out() == "web\n");
}

TEST_CASE("verbose tells every step and how it ended") {
    Stage stage(with(Verbosity::verbose));
    report::Reporter& reporter = stage.plan("web").begin();
    reporter.on_step(0, make_test_step(sigterm, Aim::init, 0ms));
    reporter.on_step(0, make_test_step(sigkill, Aim::all, 10001ms, "sent", "cgroup.kill"));
    reporter.on_step(0, make_test_step(sigterm, Aim::init, 2ms, "not sent: another stop is under way", ""));
    reporter.on_outcome(0, make_test_outcome());
    CHECK(stage.err() ==
          "cstop: web: 0 ms: SIGTERM to init (pidfd)\n"
          "cstop: web: 10001 ms: SIGKILL to all (cgroup.kill)\n"
          "cstop: web: 2 ms: SIGTERM to init: not sent: another stop is under way\n"
          "cstop: web: stopped in 12 ms, exit code 3, after SIGTERM to init\n");
}

TEST_CASE("verbose tells a kill, leftovers and what is unknown") {
    Stage stage(with(Verbosity::verbose));
    report::Reporter& reporter = stage.plan("web").plan("db").begin();
    Outcome killed = make_test_outcome();
    killed.exit = model::Exit{.by_signal = true, .value = 9};
    killed.steps.push_back(make_test_step(sigkill, Aim::all, 10s, "sent", "cgroup.kill"));
    killed.leftovers = 2;
    reporter.on_outcome(0, killed);
    Outcome unknown = make_test_outcome();
    unknown.exit.reset();
    unknown.leftovers = 1;
    reporter.on_outcome(1, unknown);
    CHECK(stage.err().starts_with(
        "cstop: web: stopped in 12 ms, killed by SIGKILL (137), after SIGKILL to all, 2 leftover processes killed\n"
        "cstop: db: stopped in 12 ms, exit status unknown, after SIGTERM to init, 1 leftover process killed\n"
        "cstop: stopped 2 (1 by SIGKILL), in "));
}

TEST_CASE("quiet tells nothing but errors") {
    Stage stage(with(Verbosity::quiet));
    model::Plan plan = make_test_plan("a");
    plan.warnings = {"careful"};
    report::Reporter& reporter = stage.plan(plan).refuse("x", missing).plan("b").plan("c").begin();
    reporter.on_warning(0, "really");
    reporter.on_step(0, make_test_step(sigterm, Aim::init, 0ms));
    reporter.on_escalation(0, sigterm, 1s);
    reporter.on_outcome(0, make_test_outcome());
    reporter.on_outcome(1, outcome_of(Outcome::Kind::not_running));
    Outcome failed = outcome_of(Outcome::Kind::failed);
    failed.error = Error{.code = ErrorCode::denied, .errno_value = 1, .what = "send SIGTERM to init"};
    reporter.on_outcome(2, failed);
    CHECK(stage.out().empty());
    CHECK(stage.err() == "cstop: x: no such container\ncstop: c: send SIGTERM to init: Operation not permitted\n");
}

TEST_CASE("warnings of the plan come first, and none comes twice") {
    Stage stage({});
    model::Plan plan = make_test_plan("web");
    plan.warnings = {"the image is gone"};
    report::Reporter& reporter = stage.plan(plan).begin();
    CHECK(stage.err() == "cstop: web: warning: the image is gone\n");
    reporter.on_warning(0, "the image is gone");
    reporter.on_warning(0, "init ignores SIGTERM");
    CHECK(stage.err() == "cstop: web: warning: the image is gone\ncstop: web: warning: init ignores SIGTERM\n");
}

TEST_CASE("what will not die is told process by process") {
    Stage stage(with(Verbosity::quiet));
    report::Reporter& reporter = stage.plan("web").begin();
    Outcome outcome = outcome_of(Outcome::Kind::still_running);
    outcome.steps = {make_test_step(sigterm, Aim::init, 0ms), make_test_step(sigkill, Aim::all, 10s),
                     make_test_step(sigkill, Aim::init, 70s, "gone", "")};
    outcome.survivors = {
        {.pid = 812,
         .command = "cp",
         .state = 'D',
         .wchan = "nfs_wait",
         .cause = "uninterruptible sleep",
         .since_kill = 60500ms},
        {.pid = 813, .command = ") Z 1 2\n", .state = '?', .wchan = "", .cause = ""},
    };
    reporter.on_outcome(0, outcome);
    CHECK(stage.err() ==
          "cstop: web: still running after SIGKILL (2 processes)\n"
          "cstop: web: pid 812 (cp), state D (uninterruptible sleep), in nfs_wait, SIGKILL 60.5 seconds ago: "
          "uninterruptible sleep\n"
          "cstop: web: pid 813 () Z 1 2\\n), state ? (unknown)\n");
}

TEST_CASE("an interruption tells what was sent already") {
    Stage stage({});
    report::Reporter& reporter = stage.plan("a").plan("b").plan("c").begin();
    Outcome outcome = outcome_of(Outcome::Kind::interrupted);
    outcome.duration = 800ms;
    reporter.on_outcome(0, outcome);
    outcome.steps = {make_test_step(sigterm, Aim::init, 0ms)};
    reporter.on_outcome(1, outcome);
    outcome.steps.push_back(make_test_step(sigkill, Aim::all, 700ms));
    outcome.escalated = true;
    reporter.on_outcome(2, outcome);
    CHECK(stage.err().starts_with(
        "cstop: a: interrupted after 800 ms: no signal was sent; nothing was escalated, it may still be running\n"
        "cstop: b: interrupted after 800 ms: already sent: SIGTERM to init; nothing was escalated, it may still be "
        "running\n"
        "cstop: c: interrupted after 800 ms: already sent: SIGTERM to init, SIGKILL to all; it may still be "
        "running\n"
        "cstop: interrupted 3, in "));
    CHECK(stage.out().empty());
}

TEST_CASE("a missing container that may be ignored is told only with -v") {
    model::Request request;
    request.ignore_missing = true;
    Stage quiet(request);
    quiet.refuse("x", missing).refuse("db", unreadable).begin();
    CHECK(quiet.err() == "cstop: db: open /run/runc/db/state.json: Permission denied\n");
    Stage counted(request);
    report::Reporter& reporter = counted.refuse("x", missing).plan("a").plan("b").begin();
    reporter.on_outcome(0, make_test_outcome());
    reporter.on_outcome(1, make_test_outcome());
    CHECK(counted.err().starts_with("cstop: stopped 2, in "));
    request.verbosity = Verbosity::verbose;
    Stage verbose(request);
    verbose.refuse("x", missing).begin();
    CHECK(verbose.err() == "cstop: x: ignored: no such container\n");
}

TEST_CASE("json objects come in argument order, and one for every word") {
    model::Request request;
    request.json = true;
    Stage stage(request);
    report::Reporter& reporter = stage.refuse("x", missing).plan("a").plan("b").refuse("y", unreadable).begin();
    CHECK(split_text(stage.out(), '\n').size() == 2);
    reporter.on_outcome(1, make_test_outcome());
    reporter.on_outcome(0, outcome_of(Outcome::Kind::failed));
    const auto lines = split_text(stage.out(), '\n');
    REQUIRE(lines.size() == 5);
    CHECK(lines[0].find("\"not_found\"") != std::string_view::npos);
    CHECK(lines[1].find("\"failed\"") != std::string_view::npos);
    CHECK(lines[2].find("\"stopped\"") != std::string_view::npos);
    CHECK(lines[3].find("Permission denied") != std::string_view::npos);
    CHECK(lines[4].empty());
}

TEST_CASE("no text of others reaches a stream raw") {
    const std::string evil = "\x1b[2J\n\xff\xe2\x80\xae";
    Stage stage(with(Verbosity::verbose));
    model::Plan plan = make_test_plan(evil);
    plan.warnings = {evil};
    report::Reporter& reporter =
        stage.plan(plan).refuse(evil, Error{.code = ErrorCode::damaged, .errno_value = 0, .what = evil}).begin();
    reporter.on_warning(0, evil + "2");
    reporter.on_step(0, make_test_step(sigterm, Aim::init, 0ms, evil, evil));
    reporter.on_escalation(0, sigterm, 1s);
    Outcome outcome = outcome_of(Outcome::Kind::still_running);
    outcome.error = Error{.code = ErrorCode::system, .errno_value = 0, .what = evil};
    outcome.survivors = {{.pid = 2, .command = evil, .state = '\x1b', .wchan = evil, .cause = evil}};
    reporter.on_outcome(0, outcome);
    Stage named({});
    named.plan(make_test_plan(evil)).begin().on_outcome(0, make_test_outcome());
    Stage dry({});
    model::Plan shown = make_test_plan(evil);
    shown.container.name = shown.container.engine = shown.container.name_space = evil;
    shown.container.state_directory = shown.settings.signal.source = evil;
    model::Evidence found = make_test_evidence();
    found.command = found.processes[0].command = found.cgroups[0].path = found.cgroups[0].directory = evil;
    found.kill_reason = found.forecast.steps[0].omission = found.forecast.steps[1].way = evil;
    found.warnings = {evil};
    dry.plan(shown).find(found).dry_run();
    for (const std::string& text : {stage.err(), named.out(), named.err(), dry.out()}) {
        for (const std::string_view line : split_text(text, '\n')) {
            CHECK(escape_text(line) == line);
        }
    }
    CHECK(named.out() == escape_text(evil) + "\n");
    CHECK(split_text(stage.err(), '\n').size() == 10);
}

TEST_CASE("a dry run shows evidence, settings and plan") {
    Stage stage({});
    model::Plan plan = make_test_plan("web");
    plan.container.name = "web";
    plan.container.engine = "docker";
    plan.container.name_space = "moby";
    plan.container.uptime = 125s;
    plan.settings.signal.source = "annotation of state.json";
    plan.warnings = {"docker may start it again"};
    stage.plan(plan).find(make_test_evidence()).dry_run();
    CHECK(stage.out() ==
          "web\n"
          "  id          c0ffee\n"
          "  name        web\n"
          "  engine      docker, namespace moby\n"
          "  status      running, up 2m5s\n"
          "  state file  /run/runc/c0ffee/state.json\n"
          "  init        pid 4242 (nginx), proven by its start time, held by a pidfd\n"
          "  cgroup      /web (v2, freezer frozen)\n"
          "              /elsewhere/web (memory)\n"
          "  processes   2: 4242 (nginx), 4243\n"
          "  kill        all at once, by cgroup.kill in /sys/fs/cgroup/unified/web\n"
          "  signal      SIGTERM (annotation of state.json)\n"
          "  handling    init has a handler for SIGTERM\n"
          "  grace       10s (default)\n"
          "  plan        at 0 s    SIGTERM to init, thaw, wait up to 10 s\n"
          "              at 10 s   SIGKILL to all (cgroup.kill), wait up to 60 s\n"
          "              at 1m10s  give up, exit status 4\n"
          "  schedule    SIGTERM@init/10s/SIGKILL@all/60s\n"
          "  warning     docker may start it again\n"
          "  warning     paused\n");
    CHECK(stage.err().empty());
}

TEST_CASE("a dry run says when there is nothing to stop") {
    const auto plan_line = [](model::Status status, std::size_t processes) {
        Stage stage({});
        model::Plan plan = make_test_plan("web");
        plan.container.status = status;
        model::Evidence evidence;
        evidence.identity = model::Identity::ended;
        evidence.cgroup_refusal = "the state names no cgroup that exists here";
        evidence.process_count = processes;
        evidence.kill_way = "nobody";
        stage.plan(plan).find(evidence).dry_run();
        CHECK(stage.out().find("  init        pid 4242 has ended: no process has it\n") != std::string::npos);
        CHECK(stage.out().find("  cgroup      none: the state names no cgroup that exists here\n") !=
              std::string::npos);
        CHECK(stage.out().find("  kill ") == std::string::npos);
        CHECK(stage.out().find("  schedule ") == std::string::npos);
        const std::size_t begin = stage.out().find("  plan ") + 14;
        return stage.out().substr(begin, stage.out().find('\n', begin) - begin);
    };
    CHECK(plan_line(model::Status::created, 1) == "nothing: it was created and not started");
    CHECK(plan_line(model::Status::stopped, 0) == "nothing: it is not running");
    CHECK(plan_line(model::Status::stopped, 2) == "nothing: nobody in its cgroup may be killed");
}

TEST_CASE("every way to kill, and every identity, has its words") {
    const auto line_of = [](const model::Evidence& evidence, std::string_view label) {
        Stage stage({});
        stage.plan("web").find(evidence).dry_run();
        const std::size_t begin = stage.out().find(label);
        REQUIRE(begin != std::string::npos);
        return stage.out().substr(begin + 12, stage.out().find('\n', begin) - begin - 12);
    };
    model::Evidence evidence = make_test_evidence();
    evidence.kill_way = "freeze and walk";
    evidence.kill_reason = "no cgroup.kill";
    CHECK(line_of(evidence, "kill        ") ==
          "freeze /sys/fs/cgroup/unified/web, kill each process in it, thaw; no cgroup.kill");
    evidence.kill_way = "walk";
    evidence.kill_reason.clear();
    CHECK(line_of(evidence, "kill        ") == "each process of /sys/fs/cgroup/unified/web, which cannot be frozen");
    evidence.kill_way = "init alone";
    evidence.kill_reason = "cstop itself is inside";
    CHECK(line_of(evidence, "kill        ") == "init alone; cstop itself is inside");
    evidence.identity = model::Identity::proven_by_cgroup;
    evidence.handle = "kill(2)";
    CHECK(line_of(evidence, "init        ") ==
          "pid 4242 (nginx), proven by its cgroup (no start time is recorded), compared again before each signal, for "
          "there are no pidfds here");
    evidence.identity = model::Identity::zombie;
    CHECK(line_of(evidence, "init        ") == "pid 4242 has ended and is a zombie: nobody has reaped it");
    evidence.identity = model::Identity::never_started;
    CHECK(line_of(evidence, "init        ") == "no pid is recorded: it never started");
    evidence.reception = model::Reception::harmless;
    CHECK(line_of(evidence, "handling    ") == "init has no handler for SIGTERM, which does nothing by default");
    evidence.reception = model::Reception::effective;
    CHECK(line_of(evidence, "handling    ") == "init needs no handler for SIGTERM: the kernel acts on it");
}

TEST_CASE("more processes than anybody reads are counted") {
    Stage stage({});
    model::Evidence evidence = make_test_evidence();
    evidence.processes.assign(64, {.pid = 7, .command = "x"});
    evidence.process_count = 5000;
    stage.plan("web").find(evidence).dry_run();
    CHECK(stage.out().find("  processes   5000: 7 (x), 7 (x), 7 (x), 7 (x), 7 (x), 7 (x), 7 (x), 7 (x), ...\n") !=
          std::string::npos);
}

TEST_CASE("a dry run tells errors where they belong, and objects when asked") {
    Stage text({});
    text.refuse("x", missing).plan("web").find(make_test_evidence()).plan("db").find(denied).dry_run();
    CHECK(text.err() == "cstop: x: no such container\ncstop: db: /proc hides process 4242\n");
    CHECK(text.out().starts_with("web\n"));
    CHECK(text.out().find("\n\ndb\n") != std::string::npos);
    CHECK(text.out().ends_with("  error       /proc hides process 4242\n"));
    model::Request request;
    request.json = true;
    request.schedule = make_test_plan("web").schedule;
    Stage json(request);
    json.refuse("x", missing).plan("web").find(make_test_evidence()).plan("db").find(denied).dry_run();
    const auto lines = split_text(json.out(), '\n');
    REQUIRE(lines.size() == 4);
    CHECK(lines[0].find("\"outcome\":\"not_found\"") != std::string_view::npos);
    CHECK(lines[1].find("\"outcome\":null") != std::string_view::npos);
    CHECK(lines[1].find("\"timeout_ms\":null") != std::string_view::npos);
    CHECK(lines[1].find("\"identity\":\"start_time\"") != std::string_view::npos);
    CHECK(lines[1].find("\"warnings\":[\"paused\"]") != std::string_view::npos);
    CHECK(lines[2].find("\"evidence\":null") != std::string_view::npos);
    CHECK(lines[2].find("\"error\":\"/proc hides process 4242\"") != std::string_view::npos);
}

TEST_CASE("a dry run of an explicit schedule shows no grace of its own") {
    model::Request request;
    request.schedule = make_test_plan("web").schedule;
    Stage stage(request);
    stage.plan("web").find(make_test_evidence()).dry_run();
    CHECK(stage.out().find("  grace       as scheduled (--schedule)\n") != std::string::npos);
}
