"""Rows about cgroups that are frozen: a container's own, one above it, one below it."""

import re
import signal
import sys
import time
from contextlib import contextmanager

import cgroups
import pytest
from containers import OBEDIENT, STUBBORN
from pace import within
from processes import Process
from views import kind_of_host

V1 = [("runc", "hybrid"), ("crun", "v1")] if kind_of_host() == "hybrid" else [("runc", "v1"), ("crun", "v1")]
V2 = [("runc", "v2"), ("crun", "v2")]


@pytest.fixture(params=V1 if kind_of_host() != "v2" else [], ids="-".join)
def v1_place(request, make_place):
    return make_place(*request.param)


@pytest.fixture(params=V2 if kind_of_host() != "v1" else [], ids="-".join)
def v2_place(request, make_place):
    return make_place(*request.param)


@contextmanager
def frozen_parent(place):
    """The path for cgroupsPath of a cgroup that a test may freeze as a whole; thawed in the end."""
    parent = place.prefix + "parent"
    try:
        yield parent
    finally:
        for cgroup in cgroups.find(parent):
            cgroups.thaw(cgroup)


def freeze_parent(parent):
    """Where there are two freezers, one for each view, the one that holds the container's processes."""
    cgroup = next(cgroup for cgroup in cgroups.find(parent) if cgroups.can_freeze(cgroup) and cgroups.members(cgroup))
    cgroups.freeze(cgroup)
    return cgroup


def test_f04_a_container_paused_on_v1_sees_the_signal_and_runs_its_grace(v1_place):
    web = v1_place.container("web", {"TERM": "sleep 0.3; exit 3"})
    web.pause()
    ended = v1_place.cstop("--json", "-t", "20", web.id)
    assert (ended.status, ended.err) == (0, "")
    assert web.received() == ["TERM"]
    assert ended.objects[0]["exit"] == {"code": 3}
    assert ended.objects[0]["duration_ms"] >= 300
    assert web.is_gone() and not web.is_frozen()


def test_f04_a_container_paused_on_v1_dies_of_sigkill(v1_place):
    web = v1_place.container("web", STUBBORN, shared_pids=True, before="sleep 1000 & sleep 1000 &")
    web.pause()
    ended = v1_place.cstop("-t", "0", web.id)
    assert (ended.status, ended.names) == (0, [web.id]), ended.err
    assert web.is_gone() and not web.is_frozen()


def test_f05_a_container_frozen_on_v2_sees_the_signal_and_runs_its_grace(v2_place):
    web = v2_place.container("web", {"TERM": "sleep 0.3; exit 3"})
    web.pause()
    ended = v2_place.cstop("--json", "-t", "20", web.id)
    assert (ended.status, ended.err) == (0, "")
    assert web.received() == ["TERM"]
    assert ended.objects[0]["exit"] == {"code": 3}
    assert web.is_gone() and not web.is_frozen()


def test_f05_a_container_frozen_on_v2_dies_of_sigkill(v2_place):
    web = v2_place.container("web", STUBBORN, shared_pids=True, before="sleep 1000 & sleep 1000 &")
    web.pause()
    ended = v2_place.cstop("-t", "0", web.id)
    assert (ended.status, ended.names) == (0, [web.id]), ended.err
    assert web.is_gone() and not web.is_frozen()


def test_f06_a_frozen_ancestor_on_v1_is_named_and_left_frozen(v1_place):
    with frozen_parent(v1_place) as parent:
        web = v1_place.container("web", OBEDIENT, cgroup=f"/{parent}/{v1_place.id('web')}")
        frozen = freeze_parent(parent)
        ended = v1_place.cstop("-t", "0.2", "--kill-timeout", "0.3", web.id)
        assert (ended.status, ended.out) == (4, "")
        assert f"frozen by {frozen}" in ended.err
        assert f"pid {web.pid} (sh)" in ended.err
        assert cgroups.is_frozen(frozen)
        assert web.init.is_alive()
        # Once somebody thaws it, what was sent is enough.
        cgroups.thaw(frozen)
        assert web.init.ends_within(60)


def test_f06_a_frozen_ancestor_on_v2_does_not_hold_sigkill_and_is_left_frozen(v2_place):
    with frozen_parent(v2_place) as parent:
        web = v2_place.container("web", OBEDIENT, cgroup=f"/{parent}/{v2_place.id('web')}")
        frozen = freeze_parent(parent)
        ended = v2_place.cstop("-t", "0.2", web.id)
        assert (ended.status, ended.names) == (0, [web.id]), ended.err
        assert web.is_gone()
        assert cgroups.is_frozen(frozen)


def test_f06_a_frozen_ancestor_on_v2_is_named_when_there_is_no_sigkill(v2_place):
    with frozen_parent(v2_place) as parent:
        web = v2_place.container("web", OBEDIENT, cgroup=f"/{parent}/{v2_place.id('web')}")
        frozen = freeze_parent(parent)
        ended = v2_place.cstop("--schedule", "TERM/0.2", web.id)
        assert ended.status == 4
        # In the test's view of the cgroups the mount point is another.
        assert re.search(rf": frozen by /sys/fs/cgroup/{parent}, which is not the container's own$", ended.err, re.M)
        assert web.is_untouched() and cgroups.is_frozen(frozen)


def test_f06b_a_frozen_cgroup_below_is_thawed_and_dies(place):
    web = place.container("web", STUBBORN, shared_pids=True, before="sleep 1000 &")
    child = next(pid for pid in web.members() if pid != web.pid)
    below = next(cgroup for cgroup in web.cgroups() if cgroups.can_freeze(cgroup) and cgroups.members(cgroup)) / "below"
    below.mkdir()
    (below / "cgroup.procs").write_text(str(child))
    cgroups.freeze(below)
    ended = place.cstop("-t", "0.2", web.id)
    assert (ended.status, ended.names) == (0, [web.id]), ended.err
    assert web.is_gone()
    assert not cgroups.is_frozen(below)


# In a group of its own: the kernel drops a SIGTSTP for a group that nobody outside of it could continue.
APART = "import os, sys; os.setpgid(0, 0); os.execvp(sys.argv[1], sys.argv[1:])"


def find_child(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return Process(int(file.read()))


@pytest.mark.parametrize("runtime_and_kind", [pair for pair in V1 if pair[1] == "v1" and kind_of_host() != "v2"], ids="-".join)
def test_ctrl_z_leaves_nobody_frozen(runtime_and_kind, make_place, step_through, monkeypatch):
    """It comes while everybody is frozen to be killed, and stops cstop."""
    place = make_place(*runtime_and_kind)
    web = place.container("web", STUBBORN, shared_pids=True)
    usual = place.view.enter
    monkeypatch.setattr(place.view, "enter", lambda command: [sys.executable, "-c", APART, *usual(command)])
    steps = step_through(place, "-t", "0", web.id)
    monkeypatch.undo()
    while not web.is_frozen():
        assert steps.step() is not None
    cstop = find_child(steps.pid)
    cstop.send(signal.SIGTSTP)
    steps.let_run()
    try:
        deadline = time.monotonic() + within(60)
        while cstop.state() != "T":
            assert time.monotonic() < deadline
            time.sleep(0.001)
        assert not web.is_frozen()
    finally:
        cstop.send(signal.SIGCONT)
        cstop.close()
    ended = steps.run()
    assert (ended.status, ended.names) == (0, [web.id]), ended.err
    assert web.is_gone()
