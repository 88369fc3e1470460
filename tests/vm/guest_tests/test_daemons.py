"""The daemons hang or are dead; when they come back they agree that the container exited."""
import os
import signal
from pathlib import Path

import pytest
from host import run, wait_for

import payload

KINDS = ["docker", "ctr", "cri"]


@pytest.mark.parametrize("kind", KINDS)
def test_container_of_a_hung_daemon_is_stopped_at_once(engine_of, cstop, kind):
    engine = engine_of(kind)
    container = engine.make()
    units = sorted({engine.daemon, "containerd.service"})
    # The whole unit: containerd's shims hang as well, and nobody reaps init.
    run("systemctl", "kill", "-s", "STOP", *units)
    try:
        (told,) = cstop("--json", container.id).objects
    finally:
        run("systemctl", "kill", "-s", "CONT", *units)
    assert told["outcome"] == "stopped" and not told["escalated"] and told["duration_ms"] < 5000, told
    # The zombie stays, so its exit code can be read without any help of the kernel.
    assert told["exit"] == {"code": payload.code_of(15)}
    assert container.exit_code() == payload.code_of(15)


@pytest.fixture
def no_restarts():
    """A killed daemon stays dead until the test starts it."""
    drop_ins = [Path("/run/systemd/system/%s.d/no-restart.conf" % unit) for unit in ("docker.service", "containerd.service")]
    for drop_in in drop_ins:
        drop_in.parent.mkdir(parents=True, exist_ok=True)
        drop_in.write_text("[Service]\nRestart=no\n")
    run("systemctl", "daemon-reload")
    yield
    for drop_in in drop_ins:
        drop_in.unlink()
    run("systemctl", "daemon-reload")


@pytest.mark.parametrize("kind", KINDS)
def test_container_of_a_killed_daemon_is_stopped(engine_of, cstop, no_restarts, kind):
    engine = engine_of(kind)
    container = engine.make()
    run("systemctl", "kill", "-s", "KILL", "--kill-whom=main", engine.daemon)
    wait_for(lambda: run("systemctl", "is-active", engine.daemon, check=False).stdout == "failed\n", "the daemon's death")
    try:
        ended = cstop("--json", container.id)
    finally:
        run("systemctl", "reset-failed", engine.daemon)
        run("systemctl", "start", engine.daemon, timeout=300)
    (told,) = ended.objects
    assert told["outcome"] == "stopped" and not told["escalated"], told
    assert not container.lives
    assert container.exit_code() == payload.code_of(15)


@pytest.mark.parametrize("kind", ["podman", "rootless"])
def test_container_of_a_hung_conmon_is_stopped_at_once(engine_of, cstop, kind):
    container = engine_of(kind).make()
    os.kill(container.conmon, signal.SIGSTOP)
    try:
        (told,) = cstop("--json", container.name).objects
    finally:
        os.kill(container.conmon, signal.SIGCONT)
    assert told["outcome"] == "stopped" and told["duration_ms"] < 5000, told
    assert told["exit"] == {"code": payload.code_of(15)}
    assert container.exit_code() == payload.code_of(15)
