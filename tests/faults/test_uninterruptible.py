"""Rows about processes that sleep uninterruptibly: not even SIGKILL ends them."""

import re
import time

from actor import playing
from containers import OBEDIENT, note
from cstop import Running
from processes import Process
from stuck import wait_for_state

WRITE = "echo >/mnt/file"

BOUND = ("-t", "0.2", "--kill-timeout", "0.5")


def is_asleep_for_good(process):
    for _ in range(10):
        if process.state() != "D":
            return False
        time.sleep(0.01)
    return True


def stuck_child(web):
    """The child of init that writes to the stuck file system, once it sleeps. Others do so for a moment only, to exec."""
    deadline = time.monotonic() + 60
    while True:
        for process in map(Process, web.members()):
            if process.pid != web.pid and is_asleep_for_good(process):
                return process
            process.close()
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_f11_an_init_in_uninterruptible_sleep_is_named_within_a_bounded_time(stuck):
    place, filesystem = stuck
    web = place.make("web", script=f"{note('ready')}; {WRITE}", mount=filesystem.path).run().wait_for("ready")
    wait_for_state(web.init, "D")
    ended = place.cstop("--json", *BOUND, web.id)
    assert ended.status == 4
    assert ended.seconds < 8
    [told] = ended.objects
    assert told["outcome"] == "still_running"
    assert [step["signal"] for step in told["steps"]] == ["SIGTERM", "SIGKILL", "SIGKILL"]
    [survivor] = told["survivors"]
    assert (survivor["pid"], survivor["command"], survivor["state"]) == (web.pid, "sh", "D")
    assert survivor["wchan"]
    assert survivor["since_kill_ms"] >= 900
    assert survivor["cause"] == "in uninterruptible sleep: only what it waits for can end it"


def test_f11_once_it_wakes_it_dies_of_what_was_sent(stuck):
    place, filesystem = stuck
    web = place.make("web", script=f"{note('ready')}; {WRITE}", mount=filesystem.path).run().wait_for("ready")
    wait_for_state(web.init, "D")
    running = place.start("-t", "0.2", web.id)
    running.wait_for("resorting to SIGKILL")
    filesystem.thaw()
    ended = running.ended()
    assert (ended.status, ended.names) == (0, [web.id]), ended.err
    assert web.is_gone()


def test_f12_a_child_that_keeps_a_pid_namespace_from_ending_is_named_and_not_init(stuck):
    place, filesystem = stuck
    web = place.container("web", OBEDIENT, before=f"sh -c '{WRITE}; :' &", mount=filesystem.path)
    child = stuck_child(web)
    ended = place.cstop("--json", *BOUND, web.id)
    assert ended.status == 4
    assert web.received() == ["TERM"]
    survivors = {survivor["pid"]: survivor for survivor in ended.objects[0]["survivors"]}
    assert sorted(survivors) == sorted([web.pid, child.pid])
    assert survivors[web.pid]["cause"] == f"its pid namespace waits for sh (pid {child.pid})"
    assert survivors[child.pid]["cause"] == "in uninterruptible sleep: only what it waits for can end it"
    assert (survivors[child.pid]["state"], survivors[web.pid]["state"]) == ("D", "S")
    child.close()


def test_f12_a_zombie_that_somebody_outside_does_not_reap_keeps_a_pid_namespace_from_ending(place, actor):
    web = place.container("web", OBEDIENT)
    with playing(actor, "leave-zombie", web.pid) as outside:
        ended = place.cstop("--json", *BOUND, web.id)
        assert ended.status == 4
        [survivor] = ended.objects[0]["survivors"]
        assert survivor["pid"] == web.pid
        zombie = f"actor (pid {outside.word})"
        assert survivor["cause"] == (
            f"its pid namespace waits for {zombie}, a zombie that actor (pid {outside.pid}) does not reap"
        )
    assert web.init.ends_within(60)


def test_f13_a_child_that_outlives_init_in_a_shared_pid_namespace_is_not_stopped(stuck):
    place, filesystem = stuck
    before = f"sh -c '{WRITE}; :' &"
    web = place.container("web", OBEDIENT, before=before, mount=filesystem.path, shared_pids=True)
    child = stuck_child(web)
    ended = place.cstop("--json", *BOUND, web.id)
    assert (ended.status, web.init.is_alive()) == (4, False)
    [told] = ended.objects
    assert told["outcome"] == "still_running"
    [survivor] = told["survivors"]
    assert (survivor["pid"], survivor["state"]) == (child.pid, "D")
    child.close()


def test_the_diagnosis_reads_nothing_that_can_block(stuck, tmp_path):
    """Whatever needs the memory of a process waits for whoever holds its lock: for ever, if that one is stuck."""
    place, filesystem = stuck
    web = place.make("web", script=f"{note('ready')}; {WRITE}", mount=filesystem.path).run().wait_for("ready")
    wait_for_state(web.init, "D")
    log = tmp_path / "calls"
    strace = ["strace", "-f", "-o", str(log), "-e", "trace=%file"]
    ended = Running(place.view.enter([*strace, *place.command(*BOUND, web.id)])).ended()
    assert ended.status == 4
    read = set(re.findall(rf'"/proc/{web.pid}/([^"]*)"', log.read_text(encoding="utf-8")))
    assert {"stat", "status", "wchan"} <= read
    assert read <= {"stat", "status", "wchan", "cgroup", "attr/current", "ns/pid", "ns/mnt", "ns/user"}


def test_f40_whoever_cannot_be_frozen_delays_nobody(stuck):
    """Freezing waits for it: it is a help to the walk, and never waited for."""
    place, filesystem = stuck
    before = f"sh -c '{WRITE}; :' & sleep 1000 &"
    web = place.container("web", OBEDIENT, before=before, mount=filesystem.path, shared_pids=True)
    child = stuck_child(web)
    ended = place.cstop("--json", "-t", "0", "--kill-timeout", "0.5", web.id)
    assert ended.status == 4
    assert ended.seconds < 8
    [survivor] = ended.objects[0]["survivors"]
    assert (survivor["pid"], survivor["state"]) == (child.pid, "D")
    assert web.members() == [child.pid]
    assert not web.is_frozen()
    child.close()
