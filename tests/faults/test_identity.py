"""Who is meant by a pid: R5 and F24, R6, R16."""

import signal
import subprocess
from contextlib import contextmanager

import pytest
from claims import claim, claim_process, start_time
from containers import OBEDIENT, STUBBORN
from cstop import ENVIRONMENT, Running
from processes import Process
from reuse import Successor, orphans_come_here, reap

SHARING = pytest.mark.parametrize("shared_pids", [False, True], ids=["private-pids", "shared-pids"])


@pytest.fixture(autouse=True)
def reaper():
    with orphans_come_here():
        yield


@pytest.fixture
def succeed(clone_as):
    """Init of a container dies, and somebody else gets its pid."""
    made = []

    def make(container):
        start = start_time(container.pid)
        others = [Process(pid) for pid in container.members() if pid != container.pid]
        container.kill_init()
        reap(container.pid)
        # The number of a session stays taken as long as somebody is in it.
        for process in others:
            if process.is_alive():
                process.send(signal.SIGKILL)
                reap(process.pid)
            process.close()
        made.append(Successor(container.place, clone_as, container.pid))
        # A fast machine makes both within one tick of 10 ms, and then only the cgroup tells them apart.
        while start_time(container.pid) == start:
            made.pop().close()
            made.append(Successor(container.place, clone_as, container.pid))
        return made[-1]

    yield make
    for successor in made:
        successor.close()


# R5, F24: a pid that somebody else has now.


@SHARING
def test_f24_who_has_the_pid_of_a_dead_init_is_left_alone(place, succeed, shared_pids):
    web = place.container("web", OBEDIENT, shared_pids=shared_pids)
    successor = succeed(web)
    ended = place.cstop(web.id)
    assert (ended.status, ended.names) == (0, [web.id]), ended.err
    assert "not running" in ended.err
    assert successor.is_alive()


@SHARING
def test_r05_the_same_start_time_proves_nobody_in_another_cgroup(place, succeed, shared_pids):
    """The tick is ten milliseconds long: a quick reuse shares it."""
    web = place.container("web", OBEDIENT, shared_pids=shared_pids)
    successor = succeed(web)
    with claim_process(web, web.pid):
        ended = place.cstop("-t", "0.2", "--kill-timeout", "1", web.id)
    # Only who was the first of a pid namespace is known to be gone.
    assert (ended.status, ended.names) == ((1, []) if shared_pids else (0, [web.id])), ended.err
    assert "has the recorded start time, but" in ended.err
    assert successor.is_alive()


@SHARING
def test_r05_the_init_of_another_container_is_left_alone(place, shared_pids):
    """It has the recorded pid, the recorded start time and namespaces of its own, but another container's cgroup."""
    web = place.container("web", OBEDIENT, shared_pids=shared_pids)
    other = place.container("other", STUBBORN, shared_pids=shared_pids)
    web.kill_init()
    with claim_process(web, other.pid):
        ended = place.cstop("-t", "0.2", "--kill-timeout", "1", web.id)
    assert (ended.status, ended.out) == (1, ""), ended.err
    assert f"in the cgroup of container {other.id}" in ended.err
    assert other.is_untouched()


@pytest.mark.once  # a leak check attaches to the process, which strace already did
def test_r05_whose_cgroup_it_is_tells_the_cgroup_and_no_look_at_every_container(place, tmp_path):
    """There may be ten thousand."""
    web, other = place.container("web", OBEDIENT), place.container("other", OBEDIENT)
    web.kill_init()
    log = tmp_path / "strace"
    with claim_process(web, other.pid):
        place.under = ("strace", "-f", "-q", "-y", "-e", "trace=getdents64", "-o", log)
        ended = place.cstop("--dry-run", web.id)
    assert f"in the cgroup of container {other.id}" in ended.err
    assert f"<{place.root}>" not in log.read_text(encoding="utf-8")


def test_r05_a_pid_that_is_reused_during_the_grace_is_left_alone(place, succeed):
    """cstop sleeps through the death, the reuse and the end of the grace."""
    web = place.container("web", STUBBORN)
    running = place.start("-t", "0.3", "--kill-timeout", "1", web.id)
    web.wait_for("TERM")
    running.send(signal.SIGSTOP)
    successor = succeed(web)
    signal.sigtimedwait([], 0.5)
    running.send(signal.SIGCONT)
    ended = running.ended()
    assert (ended.status, ended.names) == (0, [web.id]), ended.err
    assert successor.is_alive()


# R6: cstop itself, its ancestors, the first process, nobody at all.


class Held:
    """A cstop, or a shell that will start it, that waits for the test's word; its pid is known before."""

    def __init__(self, place, script, *arguments):
        command = place.view.enter(["sh", "-c", f"read go; {script}", "sh", *place.command(*arguments)])
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT
        )
        self.pid = self._process.pid

    def finish(self):
        out, err = self._process.communicate(b"go\n", timeout=60)
        return self._process.returncode, out.decode(), err.decode()


def test_r06_cstop_does_not_stop_itself(any_place):
    web = any_place.container("web", OBEDIENT)
    held = Held(any_place, 'exec "$@"', "-t", "0.2", "--kill-timeout", "1", web.id)
    with claim_process(web, held.pid):
        status, out, err = held.finish()
    assert (status, out) == (1, ""), err
    assert "never signalled" in err
    assert web.is_untouched()


def test_r06_cstop_does_not_stop_an_ancestor(any_place):
    web = any_place.container("web", OBEDIENT)
    held = Held(any_place, """trap "echo hit" TERM; "$@"; echo "status $?" """, "-t", "0.2", "--kill-timeout", "1", web.id)
    with claim_process(web, held.pid):
        status, out, err = held.finish()
    assert (status, out) == (0, "status 1\n"), err
    assert "never signalled" in err
    assert web.is_untouched()


def test_r06_a_reused_pid_that_cstop_itself_has_is_a_dead_init(any_place):
    web = any_place.container("web", OBEDIENT).kill_init()
    held = Held(any_place, 'exec "$@"', web.id)
    with claim(web, pid=held.pid, start=start_time(held.pid) - 1):
        status, out, err = held.finish()
    assert (status, out) == (0, f"{web.id}\n"), err
    assert "not running" in err


@contextmanager
def first_of_a_pid_namespace(place, script, *arguments):
    """A shell as PID 1: what would kill everybody, kills only there. Said on standard output: how cstop ended."""
    inside = f'{script}; "$@"; echo "status $?"'
    command = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", inside, "sh"]
    yield Running(place.view.enter([*command, *place.command(*arguments)]))


@pytest.mark.parametrize("pid", [1, 0, -1, 2**32 + 1])
def test_r06_no_claim_reaches_the_first_process_or_everybody(any_place, pid):
    web = any_place.container("web", OBEDIENT)
    script = 'trap "echo hit" TERM; sleep 1000 & canary=$!; trap "kill -0 $canary && echo canary lives" EXIT'
    with claim(web, pid=pid, start=1):
        with first_of_a_pid_namespace(any_place, script, "-t", "0.1", "--kill-timeout", "1", web.id) as running:
            ended = running.ended()
    assert "hit" not in ended.names and "canary lives" in ended.names, ended
    assert web.is_untouched()


# R16: pids and start times that mean something else here.


def in_another_pid_namespace(place, *arguments):
    command = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc", *place.command(*arguments)]
    return Running(place.view.enter(command)).ended()


@pytest.mark.parametrize("options", [[], ["-t", "0"]], ids=["grace", "kill"])
@SHARING
def test_r16_from_another_pid_namespace_nobody_is_called_stopped(place, options, shared_pids):
    web = place.container("web", OBEDIENT, shared_pids=shared_pids)
    ended = in_another_pid_namespace(place, *options, "--kill-timeout", "1", web.id)
    assert (ended.status, ended.out) == (1, ""), ended
    assert "pid namespace" in ended.err
    assert not web.init.ends_within(0.3)
    assert web.is_untouched()


def test_r16_from_another_pid_namespace_all_touches_nobody(place):
    web, other = place.container("web", OBEDIENT), place.container("other", OBEDIENT)
    ended = in_another_pid_namespace(place, "--all", "-t", "0", "--kill-timeout", "1")
    assert ended.out == "", ended
    assert web.is_untouched() and other.is_untouched()


def test_r16_a_container_of_the_own_pid_namespace_is_stopped(any_place):
    """Engines in containers are an everyday thing: it is the pids that must fit."""
    web = any_place.make("web", OBEDIENT)
    run = f"runc --root {any_place.root} run --detach --bundle {web.bundle} {web.id} >/dev/null 2>&1"
    ready = f"read word <{web.bundle}/notes/events"
    with first_of_a_pid_namespace(any_place, f"{run}; {ready}", web.id) as running:
        ended = running.ended()
    assert ended.names == [web.id, "status 0"], ended
    assert web.received() == ["TERM"]


def test_r16_a_proc_of_another_pid_namespace_is_noticed(any_place):
    web = any_place.container("web", OBEDIENT)
    ended = Running(["unshare", "--pid", "--fork", "--kill-child", *any_place.command(web.id)]).ended()
    assert (ended.status, ended.out) == (1, ""), ended
    assert "pid namespace" in ended.err
    assert web.is_untouched()


def test_r16_from_another_time_namespace_nobody_is_called_stopped(place):
    web = place.container("web", OBEDIENT)
    command = ["unshare", "--time", "--boottime", "1000", "--fork", "--kill-child", *place.command("-t", "0", web.id)]
    ended = Running(place.view.enter(command)).ended()
    assert (ended.status, ended.out) == (1, ""), ended
    assert "time namespace" in ended.err
    assert web.is_untouched()


def test_r06_a_process_group_survives_members_that_cannot_be_seen(place):
    """cgroup2 lists 0 for a process of another pid namespace, and kill(0) means the caller's own group."""
    web = place.container("web", OBEDIENT)
    script = "sleep 1000 & canary=$!"
    command = ["setsid", "unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c"]
    inside = f'{script}; "$@"; kill -0 $canary && echo canary lives'
    ended = Running(place.view.enter([*command, inside, "sh", *place.command("-t", "0", web.id)])).ended()
    assert ended.names == ["canary lives"], ended
    assert web.is_untouched()
