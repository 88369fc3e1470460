"""The scope is not the container: what is beside it lives."""
import contextlib
import subprocess
import time

import pytest
from host import cgroup_of, lives, parent_of, processes_in, start_time_of, wait_for

import payload


@pytest.fixture
def canary_beside():
    """Puts a process into a cgroup of the container's scope that is not the container's own."""
    processes = []

    def make(container):
        cgroup = container.scope / "canary"
        cgroup.mkdir()
        process = subprocess.Popen(["sleep", "1000"])
        processes.append((process, cgroup))
        (cgroup / "cgroup.procs").write_text(str(process.pid))
        return process

    yield make
    for process, cgroup in processes:
        process.kill()
        process.wait()
        wait_for(lambda: not processes_in(cgroup), "an empty " + str(cgroup))
        with contextlib.suppress(FileNotFoundError):  # systemd removes an empty scope, and all below it
            cgroup.rmdir()


@pytest.mark.parametrize("kind", ["crun", "podman", "rootless"])
def test_kill_all_stays_inside_the_containers_own_cgroup(engine_of, cstop, canary_beside, kind):
    container = engine_of(kind).make(payload.STUBBORN)
    canary = canary_beside(container)
    ended = cstop("-t", "0", container.id)
    assert ended.status == 0, ended
    assert not container.lives and not processes_in(container.cgroup)
    assert canary.poll() is None


@pytest.mark.parametrize("kind", ["docker", "ctr", "cri"])
def test_shim_lives(engine_of, cstop, kind):
    container = engine_of(kind).make(payload.STUBBORN)
    shim = parent_of(container.pid)
    start_time = start_time_of(shim)
    assert container.cgroup not in [cgroup_of(shim), *cgroup_of(shim).parents]
    ended = cstop("-t", "0", container.id)
    assert ended.status == 0, ended
    # It reports the exit that it alone knows. Docker ends its shim itself, once it has been told.
    assert container.exit_code() == payload.KILLED
    if kind == "cri":  # the sandbox's
        time.sleep(1)
        assert lives(shim, start_time)


def test_other_containers_of_a_pod_live(engine_of, cstop):
    kubernetes = engine_of("cri")
    sandbox = kubernetes.make_pod()
    stubborn = kubernetes.make_in(sandbox, "stubborn", payload.STUBBORN)
    other = kubernetes.make_in(sandbox, "other")
    ended = cstop("-t", "1", stubborn.name)
    assert (ended.status, ended.names) == (0, [stubborn.name]), ended
    assert not stubborn.lives and other.lives and sandbox.lives

    ended = cstop("--json", "--pod", sandbox.name)
    assert ended.status == 0, ended
    assert not other.lives and not sandbox.lives
    assert other.exit_code() == payload.code_of(15)
    ends = {told["id"]: told["outcome"] for told in ended.objects}
    assert ends[other.id] == ends[sandbox.id] == "stopped"
