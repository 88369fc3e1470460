"""The engines are what the other tests take them for: where systemd's driver puts cgroups and the runtimes their state."""
import json

from host import cgroup_of, has_own_pid_namespace, processes_in, run


def test_container_is_where_systemd_driver_puts_it(engine, record):
    container = engine.make()
    record(container)
    assert cgroup_of(container.pid) == container.cgroup
    assert container.pid in processes_in(container.cgroup)
    assert has_own_pid_namespace(container.pid)
    if container.conmon is not None:
        assert container.cgroup not in [cgroup_of(container.conmon), *cgroup_of(container.conmon).parents]
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
