"""Rows about containers without a pid namespace of their own: nobody dies with init."""

import itertools
import os
import signal

import cgroups
import engine_host
import pytest
from containers import OBEDIENT
from processes import Process

# As daemons do: a session of its own, so that no signal to init's group or terminal reaches it.
SETSID = "busybox setsid sleep 1000 & busybox setsid sleep 1000 &"

CROWD = 3000

_numbers = itertools.count()


def test_f10_who_left_inits_session_goes_with_init_and_is_counted(place):
    web = place.container("web", OBEDIENT, shared_pids=True, before=SETSID)
    ended = place.cstop("--json", web.id)
    assert (ended.status, ended.err) == (0, "")
    [told] = ended.objects
    assert (told["exit"], told["leftovers"], told["escalated"]) == ({"code": 3}, 3, False)
    assert web.received() == ["TERM"]
    assert web.is_gone()


def test_f10_a_dead_init_is_not_the_end_of_its_container(place):
    web = place.container("web", OBEDIENT, shared_pids=True, before=SETSID).kill_init()
    assert len(web.members()) == 3
    ended = place.cstop("--json", web.id)
    assert ended.status == 0
    [told] = ended.objects
    assert (told["outcome"], told["leftovers"]) == ("stopped", 3)
    assert web.is_gone()


def limit_tasks(container, most):
    """Of a container that was created: where its view has a pids controller, by that too, as engines do."""
    for cgroup in container.cgroups():
        if (cgroup / "pids.max").exists():
            (cgroup / "pids.max").write_text(str(most), encoding="ascii")


@pytest.fixture
def fork_bomb(place):
    """It forks until it cannot, and replaces whoever dies."""
    # Nobody else's: the kernel counts the processes of a user, zombies of an earlier test included.
    user = 100000 + os.getpid() % 100000 * 100 + next(_numbers)
    bomb = place.make("bomb", process=["actor", "fork-bomb", str(CROWD)], shared_pids=True, user=user).create()
    limit_tasks(bomb, CROWD)
    bomb.start()
    bomb.wait_for("ready", 120)
    # The kernel counts who is being made before its cgroup does.
    engine_host.wait_until(lambda: len(bomb.members()) > CROWD * 0.9, 60, "the bomb is complete")
    return bomb


def test_f20_f21_a_fork_bomb_of_3000_leaves_nobody(place, fork_bomb):
    ended = place.cstop("--json", "-v", "-t", "0", fork_bomb.id, limit=120)
    assert ended.status == 0, ended.err
    [told] = ended.objects
    assert told["outcome"] == "stopped"
    assert fork_bomb.is_gone() and not fork_bomb.is_frozen()
    way = "freeze and walk" if place.view.kind == "v1" else "cgroup.kill"
    assert f"SIGKILL to all ({way})" in ended.err


@pytest.fixture
def escapee(place):
    """(container, process): a child of init that has left its cgroups for the root of every hierarchy."""
    web = place.container("web", OBEDIENT, shared_pids=True, before="sleep 1000 &")
    child = Process(next(pid for pid in web.members() if pid != web.pid))
    child.wait_until_called("sleep")
    cgroups.move_to_roots(child.pid)
    assert child.pid not in web.members()
    yield web, child
    child.send(signal.SIGKILL)
    child.ends_within(60)
    child.close()


def test_f22_who_escaped_from_the_cgroups_is_listed_and_left_alone(place, escapee):
    web, child = escapee
    ended = place.cstop("--json", web.id)
    assert ended.status == 4
    [told] = ended.objects
    assert (told["outcome"], told["exit"]) == ("still_running", {"code": 3})
    [survivor] = told["survivors"]
    assert (survivor["pid"], survivor["command"], survivor["state"]) == (child.pid, "sleep", "S")
    assert survivor["cause"] == "in the container's mount namespace, but not in its cgroups: left alone"
    assert survivor["since_kill_ms"] is None
    assert child.is_alive()
    assert web.is_gone()


def test_f22_who_escaped_is_found_by_what_a_dead_init_left_behind(place, escapee):
    web, child = escapee
    web.kill_init()
    assert web.members()
    ended = place.cstop(web.id)
    assert (ended.status, ended.out) == (4, "")
    assert f"pid {child.pid} (sleep)" in ended.err
    assert child.is_alive() and web.is_gone()


def test_f22_nobody_escapes_from_a_pid_namespace(place):
    web = place.container("web", OBEDIENT, before="sleep 1000 &")
    child = Process(next(pid for pid in web.members() if pid != web.pid))
    cgroups.move_to_roots(child.pid)
    ended = place.cstop(web.id)
    assert (ended.status, ended.names, ended.err) == (0, [web.id], "")
    assert child.ends_within(60)
    child.close()
    assert web.is_gone()
