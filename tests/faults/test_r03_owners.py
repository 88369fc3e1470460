"""R3: whose state it is. Nobody makes root kill a process that is not theirs."""

import os
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest
from containers import OBEDIENT
from forgery import STRANGER, keys, start_time_of


def test_r03_another_users_state_cannot_name_a_process_of_root(place, forge, canary):
    """With the true pid and start time, and with SIGKILL asked for."""
    web = place.container("web", OBEDIENT)
    pid, start = keys(place)
    forged = forge(place, web).write(**{pid: canary.pid, start: start_time_of(canary.pid)}).give_to(STRANGER)
    for arguments in (["-t", "0"], ["-t", "0.1"], ["--signal", "KILL", "-t", "1"]):
        ended = place.cstop(*arguments, forged.id)
        assert (ended.status, ended.out) == (1, ""), ended
        assert str(STRANGER) in ended.err and "uid 0" in ended.err
        assert canary.poll() is None
    assert web.is_untouched()


def test_r03_another_users_state_cannot_name_roots_container(place, forge):
    web = place.container("web", OBEDIENT)
    forged = forge(place, web).give_to(STRANGER)
    ended = place.cstop("-t", "0", forged.id)
    assert (ended.status, ended.out) == (1, "")
    assert web.is_untouched()


@contextmanager
def init_of(user):
    """(pid, its parent): init of a pid and a mount namespace, as a rootless runtime makes it, that obeys SIGTERM."""
    parent = subprocess.Popen(
        ["unshare", "--pid", "--mount", "--fork", "--kill-child"]
        + ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"]
        + ["sh", "-c", "trap 'exit 7' TERM; echo ready; while :; do sleep 1000 & wait; done"],
        stdout=subprocess.PIPE,
    )
    try:
        assert parent.stdout.readline() == b"ready\n"
        yield int(Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text(encoding="ascii")), parent
    finally:
        parent.kill()
        parent.wait()
        parent.stdout.close()


def test_r03_another_users_state_names_that_users_process(place, forge):
    web = place.container("web", OBEDIENT)
    with init_of(STRANGER) as (init, parent):
        pid, start = keys(place)
        forged = forge(place, web).write(**{pid: init, start: start_time_of(init)}).give_to(STRANGER)
        ended = place.cstop("-t", "1", forged.id)
        assert (ended.status, ended.names) == (0, [forged.id]), ended.err
        assert parent.wait(60) == 7
    assert web.is_untouched()


@pytest.mark.parametrize("level", ["file", "directory", "root"])
def test_r03_what_others_may_write_is_refused(place, forge, canary, level):
    web = place.container("web", OBEDIENT)
    pid, start = keys(place)
    forged = forge(place, web).write(**{pid: canary.pid, start: start_time_of(canary.pid)})
    victim = {"file": forged.file, "directory": forged.directory, "root": place.root}[level]
    before = victim.stat().st_mode
    victim.chmod(0o777)
    ended = place.cstop("-t", "0", forged.id)
    victim.chmod(before)
    assert (ended.status, ended.out) == (1, "")
    assert "refused" in ended.err
    assert canary.poll() is None


@pytest.mark.parametrize("level", ["file", "directory"])
def test_r03_mixed_owners_are_refused(place, forge, canary, level):
    """Whoever owns the directory can put a file of root's into it, and whoever owns the file can write it."""
    web = place.container("web", OBEDIENT)
    pid, start = keys(place)
    forged = forge(place, web).write(**{pid: canary.pid, start: start_time_of(canary.pid)})
    os.chown(forged.file if level == "file" else forged.directory, STRANGER, STRANGER)
    ended = place.cstop("-t", "0", forged.id)
    assert (ended.status, ended.out) == (1, "")
    assert "another owner" in ended.err
    assert canary.poll() is None


def test_r03_a_users_root_makes_everything_in_it_theirs(place, forge, canary):
    """Who owns the root can move root's own directories into it."""
    web = place.container("web", OBEDIENT)
    pid, start = keys(place)
    forged = forge(place, web).write(**{pid: canary.pid, start: start_time_of(canary.pid)})
    os.chown(place.root, STRANGER, STRANGER)
    ended = place.cstop("-t", "0", forged.id)
    os.chown(place.root, 0, 0)
    assert (ended.status, ended.out) == (1, "")
    assert canary.poll() is None
