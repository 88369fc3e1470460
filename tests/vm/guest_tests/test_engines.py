"""The engines are what the other tests take them for: where systemd's driver puts cgroups and the runtimes their state."""
import json

import pytest
from host import cgroup_of, has_own_pid_namespace, processes_in, run


def test_container_is_where_systemd_driver_puts_it(engine, record):
    container = engine.make()
    record(container)
    assert cgroup_of(container.pid) == container.cgroup
    assert container.pid in processes_in(container.cgroup)
    owner = ["--user"] if engine.user else []
    assert run("systemctl", *owner, "is-active", container.unit, user=engine.user).stdout == "active\n"

    state = json.loads(container.state.read_text())
    if container.state.name == "status":
        assert (state["pid"], state["process-start-time"]) == (container.pid, container.start_time)
        assert (state["scope"], state["systemd-cgroup"]) == (container.unit, True)
        assert state["cgroup-path"] == "/" + str(container.cgroup.relative_to("/sys/fs/cgroup"))
    else:
        assert (state["init_process_pid"], state["init_process_start"]) == (container.pid, container.start_time)
        assert state["cgroup_paths"] == {"": str(container.cgroup)}
        assert state["config"]["cgroups"]["Systemd"] is True


@pytest.mark.parametrize("kind", ["podman", "podman-runc", "rootless"])
def test_conmon_is_beside_the_container_not_in_it(engine_of, kind):
    container = engine_of(kind).make()
    assert container.cgroup not in [cgroup_of(container.conmon), *cgroup_of(container.conmon).parents]


def test_init_of_a_shared_pid_namespace_is_another(engine):
    assert not has_own_pid_namespace(engine.make(shared_pids=True).pid)
    assert has_own_pid_namespace(engine.make().pid)


def test_systemd_container_has_its_init_in_a_sub_cgroup(engine_of, record):
    container = engine_of("systemd").make()
    record(container)
    assert cgroup_of(container.pid) == container.cgroup / "init.scope"
    assert json.loads(container.record["config.json"].read_text())["annotations"][
        "org.opencontainers.image.stopSignal"] == "37"
