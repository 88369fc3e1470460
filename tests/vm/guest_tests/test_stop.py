"""Every engine's containers, made with systemd's driver, are stopped as their engine would have stopped them."""
import pytest
from host import has_own_pid_namespace, processes_in, run, wait_for

import payload


def assert_gone(container):
    """Nobody is left, and the unit ended by itself as it does after the engine's own stop."""
    assert not container.lives
    assert not processes_in(container.cgroup)
    manager = ["systemctl", *(["--user"] if container.engine.user else []), "is-active", container.unit]
    wait_for(lambda: run(*manager, user=container.engine.user, check=False).stdout == "inactive\n",
             "the end of " + container.unit)


def test_obedient_container_gets_the_stop_signal_of_its_image(engine, cstop):
    container = engine.make(image="quit")
    plan = cstop("--dry-run", container.id)
    assert plan.status == 0 and "SIGQUIT" in plan.out and str(container.pid) in plan.out, plan
    assert container.lives

    ended = cstop("--json", container.id)
    assert ended.status == 0, ended
    (told,) = ended.objects
    assert (told["id"], told["engine"], told["pid"]) == (container.id, engine.cstop_name, container.pid)
    assert (told["outcome"], told["signal"], told["escalated"]) == ("stopped", "SIGQUIT", False)
    # This kernel has no PIDFD_INFO_EXIT: the zombie's stat tells, unless its parent was faster.
    assert told["exit"] in (None, {"code": payload.code_of(3)})
    assert_gone(container)
    assert container.exit_code() == payload.code_of(3)


def test_stubborn_container_is_killed_with_everything_in_it(engine, cstop):
    container = engine.make(payload.STUBBORN)
    ended = cstop("-t", "1", container.name)
    assert (ended.status, ended.names) == (0, [container.name]), ended
    assert "StopSignal SIGTERM failed to stop container %s in 1 second" % container.name in ended.err
    assert "resorting to SIGKILL" in ended.err
    assert_gone(container)
    assert container.exit_code() == payload.KILLED


def test_shared_pid_namespace_leaves_nobody(engine, cstop):
    container = engine.make(payload.WITH_CHILDREN, shared_pids=True)
    assert not has_own_pid_namespace(container.pid)
    (told,) = cstop("--json", container.prefix).objects
    assert told["outcome"] == "stopped" and told["leftovers"] >= 2, told
    assert_gone(container)
    assert container.exit_code() == payload.code_of(15)


@pytest.mark.parametrize("kind", ["docker", "podman", "rootless"])
def test_container_has_its_own_signal_and_grace(engine_of, cstop, kind):
    container = engine_of(kind).make(payload.STUBBORN, image="quit", options=("--stop-signal", "USR2", "--stop-timeout", "2"))
    (told,) = cstop("--json", "--fail-on-kill", container.name).objects
    assert (told["signal"], told["timeout_ms"], told["escalated"]) == ("SIGUSR2", 2000, True), told
    assert_gone(container)


@pytest.mark.parametrize("kind,pause", [("runc", ["runc", "--systemd-cgroup", "pause"]), ("docker", ["docker", "pause"]),
                                        ("podman", ["podman", "pause"])])
def test_paused_container_sees_the_signal_and_is_thawed(engine_of, cstop, kind, pause):
    container = engine_of(kind).make(image="rtmin")
    run(*pause, container.id)
    (told,) = cstop("--json", container.id).objects
    assert (told["status"], told["outcome"], told["signal"], told["escalated"]) == ("paused", "stopped", "SIGRTMIN+3", False)
    assert_gone(container)
    assert container.exit_code() == payload.code_of(payload.RTMIN_PLUS_3)


def test_one_call_stops_root_and_rootless_containers_of_an_engine(engine_of, cstop):
    containers = [engine_of("podman").make(), engine_of("rootless").make()]
    bystander = engine_of("runc").make()
    ended = cstop("--all", "--engine", "podman")
    assert ended.status == 0 and sorted(ended.names) == sorted(container.id for container in containers), ended
    for container in containers:
        assert_gone(container)
    assert bystander.lives
