"""What --dry-run finds, says, and leaves alone."""

import json
import re
import signal
from contextlib import closing

import pytest
from containers import OBEDIENT, STOP_SIGNAL, STUBBORN
from cstop import UNDER
from processes import Process

# What a process does to itself, and what it reads. Everything else could be noticed by others.
HARMLESS = {
    "access", "arch_prctl", "brk", "capget", "capset", "clock_gettime", "close", "close_range", "epoll_create1", "epoll_ctl",
    "execve", "exit_group", "faccessat", "faccessat2", "fstat", "fstatfs", "futex", "getdents64", "geteuid", "getpid",
    "getppid", "getsid", "getrandom", "getuid", "ioctl", "lseek", "lstat", "mmap", "mprotect", "mremap", "munmap", "newfstatat",
    "openat", "openat2", "pidfd_open", "poll", "prctl", "pread64", "prlimit64", "read", "readlink", "readlinkat", "rseq",
    "rt_sigaction", "rt_sigprocmask", "seccomp", "set_robust_list", "set_tid_address", "stat", "statfs", "statx", "sysinfo",
    "pwritev2", "write",
}  # fmt: skip

WRITING = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND|O_TMPFILE")


def read_calls(log):
    """[(name, arguments)] of a cstop that was traced, from its own execve on."""
    calls = [re.match(r"\d+ +(\w+)\((.*)$", line) for line in log.read_text(encoding="utf-8", errors="replace").splitlines()]
    return [call.groups() for call in calls if call]


def is_question(name, arguments):
    """Whether the kernel has the call: of no process, and no signal."""
    return name == "pidfd_send_signal" and arguments.startswith("-1, 0, ")


def find_touches(calls):
    """The calls that may change anything outside of the process that made them."""
    return [
        (name, arguments)
        for name, arguments in calls
        if (name not in HARMLESS and not is_question(name, arguments))
        or (name in ("pwritev2", "write") and not arguments.startswith(("1, ", "2, ")))
        or (name in ("openat", "openat2") and WRITING.search(arguments))
    ]


def state_name(place):
    return "state.json" if place.runtime_name == "runc" else "status"


def find_block(ended, container):
    """{label: [texts]} of a container's block."""
    blocks = [block.splitlines() for block in ended.out.split("\n\n")]
    [block] = [lines for lines in blocks if lines[0] == container.id]
    fields = {}
    label = None
    for line in block[1:]:
        assert line.startswith("  ") and line[13] == " " and line[14] != " ", line
        label = line[2:13].strip() or label
        fields.setdefault(label, []).append(line[14:])
    return fields


def explain(place, container, *options):
    ended = place.cstop("--dry-run", *options, container.id)
    assert (ended.status, ended.err) == (0, ""), ended
    return find_block(ended, container)


def evidence_of(place, container, *options):
    ended = place.cstop("--dry-run", "--json", *options, container.id)
    assert (ended.status, ended.err) == (0, ""), ended
    [told] = ended.objects
    return told["evidence"]


def pause(container):
    container.pause()
    return container


SITUATIONS = {
    "running": lambda place: place.container("web", OBEDIENT),
    "paused": lambda place: pause(place.container("web", OBEDIENT)),
    "created": lambda place: place.make("web", OBEDIENT).create(),
    "stopped": lambda place: place.container("web", OBEDIENT).kill_init(),
    "leftovers": lambda place: place.container("web", OBEDIENT, shared_pids=True).kill_init(),
    "shared-pids": lambda place: place.container("web", STUBBORN, shared_pids=True),
}


@pytest.mark.once  # a sanitizer's own calls are others, and it dislikes being traced
@pytest.mark.parametrize("situation", SITUATIONS)
def test_a_dry_run_sends_writes_locks_freezes_and_makes_nothing(place, tmp_path, situation):
    web = SITUATIONS[situation](place)
    alive, frozen = web.members(), web.is_frozen()
    log = tmp_path / "strace"
    place.under = ("strace", "-f", "-o", log)
    for options in (["-v"], ["--json"], ["-t", "0", "--skip-futile-grace"]):
        ended = place.cstop("--dry-run", *options, web.id)
        assert ended.status == 0, ended
        calls = read_calls(log)
        assert len(calls) > 50
        assert find_touches(calls) == []
    assert (web.members(), web.is_frozen(), web.received()) == (alive, frozen, [])
    # The same eyes see what a stop does.
    if situation in ("running", "shared-pids"):
        assert place.cstop("-t", "0.1", web.id).status == 0
        touching = {name for name, _ in find_touches(read_calls(log))}
        assert {"flock", "pidfd_send_signal"} <= touching
    elif situation == "paused":
        web.resume()


def hierarchy_of(place):
    return "freezer" if place.view.kind == "v1" else "v2"


def kill_way(place):
    return "freeze and walk" if place.view.kind == "v1" or UNDER else "cgroup.kill"


def hold():
    return "compared again before each signal, for there are no pidfds here" if UNDER else "held by a pidfd"


def test_a_running_container_is_explained_from_its_evidence_to_its_plan(place):
    web = place.container("web", {"QUIT": ":", "TERM": ":"}, annotations={STOP_SIGNAL: "SIGRTMIN+3"})
    web.init.wait_until_asleep()
    told = explain(place, web, "-t", "5")
    assert told["id"] == [web.id]
    assert told["engine"] == [place.runtime_name]
    assert re.fullmatch(r"running, up \d+s", told["status"][0])
    assert told["state file"] == [str(place.root / web.id / state_name(place))]
    assert told["init"] == [f"pid {web.pid} (sh), proven by its start time, {hold()}"]
    assert any(web.id in line and hierarchy_of(place) in line for line in told["cgroup"])
    count, names = told["processes"][0].split(": ")
    assert int(count) == len(web.members()) and f"{web.pid} (sh)" in names
    assert told["kill"][0].startswith(
        "all at once, by cgroup.kill in /sys/fs/cgroup/" if kill_way(place) == "cgroup.kill" else "freeze /sys/fs/cgroup/"
    )
    assert web.id in told["kill"][0]
    assert told["signal"] == [f"SIGRTMIN+3 (annotation {STOP_SIGNAL})"]
    assert told["handling"] == ["init has no handler for SIGRTMIN+3: the kernel will drop it"]
    assert told["grace"] == ["5s (--timeout)"]
    assert told["plan"] == [
        "at 0 s   SIGRTMIN+3 to init, wait up to 5 s",
        f"at 5 s   SIGKILL to all ({kill_way(place)}), wait up to 60 s",
        "at 1m5s  SIGKILL to init alone, wait up to 60 s",
        "at 2m5s  give up, exit status 4",
    ]
    assert told["schedule"] == ["SIGRTMIN+3@init/5s/SIGKILL@all/60s/SIGKILL@init/60s"]
    assert told["warning"] == [
        "init (sh) has no handler for SIGRTMIN+3: the kernel will drop it; SIGKILL in 5 s; --skip-futile-grace skips the wait"
    ]
    assert web.is_untouched()


def test_the_plan_that_is_told_is_the_stop_that_is_done(place):
    """Sent what was foreseen, by the ways that were foreseen, at the times that were foreseen."""
    web = place.container("web", STUBBORN)
    schedule = "--schedule=TERM/0.3/USR2/0.2/KILL@all/30/KILL/30"
    foreseen = evidence_of(place, web, schedule)["forecast"]["steps"]
    [told] = place.cstop("--json", schedule, web.id).objects
    assert told["outcome"] == "stopped"
    assert [step["signal"] for step in foreseen] == ["SIGTERM", "SIGUSR2", "SIGKILL", "SIGKILL"]
    for plan, done in zip(foreseen, told["steps"], strict=False):  # the last one was not needed
        assert {key: plan[key] for key in ("signal", "target", "way")} == {key: done[key] for key in ("signal", "target", "way")}
        assert plan["at_ms"] <= done["sent_at_ms"] < plan["at_ms"] + 8000
    assert len(told["steps"]) == 3


def test_a_paused_container_is_told_to_be_thawed_after_the_signal_and_stays_paused(place):
    web = pause(place.container("web", OBEDIENT))
    told = explain(place, web)
    assert told["status"][0].startswith("paused, up ")
    assert any("frozen" in line for line in told["cgroup"])
    assert told["handling"] == ["init has a handler for SIGTERM"]
    assert told["plan"][0].split(None, 3)[3] == "SIGTERM to init, thaw, wait up to 10 s"
    assert "paused: the stop thaws it, after the signal" in told["warning"]
    assert web.is_frozen()
    web.resume()
    assert web.is_untouched()


def test_a_created_container_has_no_plan(place):
    web = place.make("web", OBEDIENT).create()
    told = explain(place, web)
    assert told["status"][0].startswith("created")
    assert f"pid {web.pid} " in told["init"][0] and "proven by its start time" in told["init"][0]
    assert told["plan"] == ["nothing: it was created and not started"]
    assert not {"kill", "handling", "schedule", "warning"} & set(told)
    assert web.status() == "created"


def test_a_stopped_container_has_no_plan(place):
    web = place.container("web", {"USR1": "exit 0"})
    web.init.send(signal.SIGUSR1)
    assert web.init.ends_within(60)
    told = explain(place, web)
    assert told["status"] == ["stopped"]
    assert told["init"][0].startswith(f"pid {web.pid} has ended")
    assert told["processes"] == ["none"]
    assert told["plan"] == ["nothing: it is not running"]
    assert evidence_of(place, web)["forecast"]["steps"] == []


def test_leftovers_of_a_dead_init_are_named_and_only_they_have_a_plan(place):
    web = place.container("web", OBEDIENT, shared_pids=True, before="sleep 1000 & sleep 1000 &").kill_init()
    left = web.members()
    for pid in left:
        with closing(Process(pid)) as process:
            process.wait_until_called("sleep")
    told = explain(place, web)
    assert told["status"] == ["stopped"]
    assert told["processes"] == [f"3: {', '.join(f'{pid} (sleep)' for pid in left)}"]
    assert [line.split(None, 3)[3] for line in told["plan"]] == [
        f"SIGKILL to all ({kill_way(place)}), wait up to 60 s",
        "give up, exit status 4",
    ]
    told = explain(place, web, "-t", "-1")
    assert told["plan"] == ["at 0 s  give up, exit status 4"]
    assert told["warning"] == ["init has ended, 3 of its processes remain, and the schedule does not kill them"]
    assert evidence_of(place, web)["processes"] == [{"pid": pid, "command": "sleep"} for pid in left]
    assert web.members() == left


def rewrite(container, **changes):
    """Its state file, with other values; returns what puts it back."""
    file = container.place.root / container.id / state_name(container.place)
    written = file.read_text(encoding="utf-8")
    file.write_text(json.dumps(json.loads(written) | changes), encoding="utf-8")
    return lambda: file.write_text(written, encoding="utf-8")


def keys(place):
    """(the pid's, the start time's)"""
    return ("init_process_pid", "init_process_start") if place.runtime_name == "runc" else ("pid", "process-start-time")


def test_a_pid_with_another_start_time_is_not_taken_for_init(place):
    """As after a reboot, or when the pid came around."""
    web = place.container("web", OBEDIENT)
    put_back = rewrite(web, **{keys(place)[1]: 4711})
    told = explain(place, web)
    evidence = evidence_of(place, web)
    put_back()
    assert told["status"] == ["stopped"]
    assert told["init"] == [
        f"pid {web.pid} is another process by now, not the one that was recorded: it is not taken for init"
    ]
    assert (evidence["init"]["identity"], evidence["init"]["handle"]) == ("another", None)
    assert "SIGTERM" not in "".join(told["plan"])
    assert web.is_untouched()


def test_a_dead_pid_beside_a_living_init_proves_nobody_in_the_cgroup(place):
    web = place.container("web", OBEDIENT)
    put_back = rewrite(web, **{keys(place)[0]: 4194303})
    told = explain(place, web)
    evidence = evidence_of(place, web)
    put_back()
    assert told["init"] == ["pid 4194303 has ended: no process has it"]
    assert told["processes"][0].startswith(f"{len(web.members())}: {web.pid} (sh)")
    assert told["plan"] == ["nothing: nobody in its cgroup may be killed"]
    assert told["warning"] == [
        "init has ended, and nobody in its cgroup is touched: "
        f"process {web.pid} is inside, the init of another container"
    ]
    assert (evidence["init"]["identity"], evidence["kill_all"]["way"]) == ("ended", "nobody")
    assert evidence["forecast"] == {"steps": [], "repeat_from": None, "gives_up_at_ms": None}
    assert web.is_untouched()


def test_whoever_is_in_the_cgroup_of_a_dead_pid_is_not_told_to_be_outside_of_it(place):
    web = place.container("web", OBEDIENT)
    put_back = rewrite(web, **{keys(place)[0]: 4194303})
    ended = place.cstop("--json", web.id)
    put_back()
    assert ended.status == 4
    [told] = ended.objects
    assert sorted(survivor["pid"] for survivor in told["survivors"]) == web.members()
    causes = {survivor["cause"] for survivor in told["survivors"]}
    assert causes == {"in the container's cgroup, but not proven to be its own: left alone"}
    assert told["warnings"] == [
        f"process {web.pid} in the cgroup is the init of another container: what init left in it was not touched"
    ]
    assert web.is_untouched()


def test_a_shared_pid_namespace_is_warned_of(place):
    web = place.container("web", STUBBORN, shared_pids=True)
    kept = explain(place, web, "-t", "-1")["warning"]
    killed = explain(place, web)["warning"]
    assert killed == ["init has no pid namespace of its own: the others outlive it, and get SIGKILL when it has ended"]
    assert kept == ["init has no pid namespace of its own: the others outlive it, and the schedule does not kill them"]
    assert evidence_of(place, web)["init"]["shares_pids"] is True
    assert web.is_untouched()


def test_another_stop_under_way_is_found_without_its_lock(place):
    web = place.container("web", STUBBORN)
    other = place.start("-t", "60", web.id)
    web.wait_for("TERM")
    told = explain(place, web)
    assert told["plan"][0].split(None, 3)[3] == "SIGTERM is not sent: another stop has sent it; wait up to 10 s"
    [warning] = told["warning"]
    assert warning.startswith(f"another stop is under way, process {holder_of(web)} (cstop): its signal is not sent again")
    named = explain(place, web, "--signal", "USR1")
    assert "SIGUSR1 to init, wait up to 10 s" in named["plan"][0]
    assert "sent all the same" in named["warning"][0]
    assert evidence_of(place, web)["other_stop"] == {"pid": holder_of(web), "command": "cstop"}
    other.send(signal.SIGINT)
    assert other.ended().status == -signal.SIGINT
    assert evidence_of(place, web)["other_stop"] is None
    assert web.received() == ["TERM"]


def holder_of(container):
    """The process that has the state directory locked; nsenter and the like stand before it."""
    inode = (container.place.root / container.id).stat().st_ino
    with open("/proc/locks", encoding="ascii") as locks:
        [holder] = [line.split()[4] for line in locks if line.split()[5].endswith(f":{inode}")]
    return int(holder)


def test_a_stop_signal_that_init_cannot_receive_is_told_and_its_wait_skipped_when_asked(place):
    web = place.make("web", process=["sleep", "1000"]).run()
    web.init.wait_until_called("sleep")  # the runtime's own child is asleep now and then before its exec
    web.init.wait_until_asleep()
    told = explain(place, web)
    assert told["handling"] == ["init has no handler for SIGTERM: the kernel will drop it"]
    assert told["warning"] == [
        "init (sleep) has no handler for SIGTERM: the kernel will drop it; SIGKILL in 10 s; --skip-futile-grace skips the wait"
    ]
    told = explain(place, web, "--skip-futile-grace")
    assert [line.split(None, 3)[3] for line in told["plan"]][:2] == [
        "SIGTERM to init, no wait",
        f"SIGKILL to all ({kill_way(place)}), wait up to 60 s",
    ]
    assert told["warning"][0].endswith("; SIGKILL at once")
    handling = evidence_of(place, web)["handling"]
    assert handling == {"signal": "SIGTERM", "reception": "dropped", "caught": False, "ignored": False, "blocked": False}
    assert web.is_untouched()


def test_an_ignored_stop_signal_and_one_with_a_handler_are_told_apart(place):
    web = place.container("web", {"TERM": "exit 3"}, before="trap '' USR1")
    web.init.wait_until_asleep()
    assert evidence_of(place, web)["handling"]["reception"] == "handled"
    ignored = evidence_of(place, web, "--signal", "USR1")["handling"]
    assert (ignored["reception"], ignored["ignored"], ignored["caught"]) == ("ignored", True, False)
    assert explain(place, web, "-t", "0").get("handling") is None
    assert evidence_of(place, web, "-t", "0")["handling"] is None


def test_a_schedule_that_repeats_has_no_end(any_place):
    web = any_place.container("web", STUBBORN)
    told = explain(any_place, web, "--schedule", "HUP/5/forever/TERM/1.5")
    assert [line.split(None, 1)[1].strip() for line in told["plan"]] == [
        "0 s  SIGHUP to init, wait up to 5 s",
        "5 s  SIGTERM to init, wait up to 1.5 s",
        "again as at 5 s, for ever",
    ]
    forecast = evidence_of(any_place, web, "--schedule", "HUP/5/forever/TERM/1.5")["forecast"]
    assert (forecast["repeat_from"], forecast["gives_up_at_ms"]) == (1, None)
    assert web.is_untouched()


def test_every_container_has_a_block_of_its_own(any_place):
    one, two = any_place.container("one", OBEDIENT), any_place.container("two", OBEDIENT)
    ended = any_place.cstop("--dry-run", two.id, "nobody", one.id)
    assert (ended.status, ended.err) == (3, "cstop: nobody: no such container\n")
    assert [block.splitlines()[0] for block in ended.out.split("\n\n")] == [two.id, one.id]
    assert one.is_untouched() and two.is_untouched()


def test_a_dry_run_can_be_interrupted(any_place, tmp_path):
    """Its signals are its own: nothing is owed that would have to be undone first."""
    web = any_place.container("web", OBEDIENT)
    log = tmp_path / "strace"
    any_place.under = ("strace", "-f", "-o", log)
    assert any_place.cstop("--dry-run", web.id).status == 0
    assert not [arguments for name, arguments in read_calls(log) if name == "rt_sigprocmask" and "INT" in arguments]
