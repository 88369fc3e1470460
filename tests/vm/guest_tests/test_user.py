"""Containers of a user with delegated cgroups, stopped by that user (test_stop.py: by root)."""
from host import processes_in

import payload


def test_user_stops_the_own_container(engine_of, cstop):
    container = engine_of("rootless").make(image="quit")
    ended = cstop(container.name, user="op")
    assert (ended.status, ended.names) == (0, [container.name]), ended
    assert not container.lives
    assert container.exit_code() == payload.code_of(3)


def test_user_kills_the_own_container_with_everything_in_it(engine_of, cstop):
    container = engine_of("rootless").make(payload.STUBBORN)
    (told,) = cstop("--json", "-t", "1", container.name, user="op").objects
    assert told["outcome"] == "stopped" and told["escalated"], told
    assert not container.lives and not processes_in(container.cgroup)
    assert container.exit_code() == payload.KILLED


def test_user_cannot_stop_a_container_of_root(engine_of, cstop):
    container = engine_of("podman").make()
    ended = cstop("-t", "0", container.id, user="op")
    assert ended.status == 1 and ended.names == [] and "ermission" in ended.err, ended
    assert container.lives
