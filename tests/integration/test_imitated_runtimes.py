"""Runtimes and engines that Debian does not package: their files as their sources write them, around real processes."""

import json
from datetime import datetime, timedelta, timezone

import pytest
from containers import OBEDIENT, STOP_SIGNAL, STUBBORN
from cstop import is_exit
from engine_host import open_host
from engine_runc import Runc

pytestmark = pytest.mark.xdist_group("imitated")


@pytest.fixture(scope="module", params=["hybrid", "v2"])
def host(request, tmp_path_factory, rootfs):
    with open_host(request.param, tmp_path_factory.mktemp("imitated"), rootfs) as host:
        yield host


@pytest.fixture
def runc(host, rootfs):
    """Its own state is out of sight."""
    runc = Runc(host, rootfs, root="/run/hidden")
    yield runc
    runc.remove_all()
    host.run("rm", "-rf", "/run/youki")


def write_youki(host, container, created=None, **changes):
    """What youki would have written of a container that runc has just made."""
    directory = host.path(f"/run/youki/{container.id}")
    directory.mkdir(parents=True)
    pid = json.loads(host.path(f"/run/hidden/{container.id}/state.json").read_text(encoding="utf-8"))["init_process_pid"]
    state = {
        "ociVersion": "1.2.0", "id": container.id, "status": "running", "pid": pid, "bundle": "/run/nowhere",
        "annotations": {STOP_SIGNAL: "SIGQUIT"}, "creator": 0, "useSystemd": False, "intelRdtDir": None,
        "created": (created or datetime.now(timezone.utc)).isoformat().replace("+00:00", "Z"),
    }  # fmt: skip
    (directory / "state.json").write_text(json.dumps(state | changes), encoding="utf-8")
    config = {"hooks": None, "cgroup_path": f"/{container.id}"}
    (directory / "youki_config.json").write_text(json.dumps(config), encoding="utf-8")


@pytest.mark.parametrize("length", [None, -1], ids=["id", "prefix"])
def test_youkis_container_is_stopped_with_its_signal(host, runc, length):
    web = runc.container("web", {"QUIT": "exit 3", "TERM": ":"})
    write_youki(host, web)
    ended = host.cstop("--json", web.id[:length])
    assert (ended.status, web.received()) == (0, ["QUIT"]), ended.err
    [told] = ended.objects
    assert (told["engine"], told["signal"]) == ("youki", "SIGQUIT") and is_exit(told, {"code": 3}), told
    assert web.is_gone()


def test_youkis_stubborn_container_is_killed_with_its_cgroup(host, runc):
    web = runc.container("web", STUBBORN | {"QUIT": ":"})
    write_youki(host, web)
    assert len(web.members()) == 2
    ended = host.cstop("-t", "0.3", web.id)
    assert (ended.status, ended.names) == (0, [web.id]), ended.err
    assert web.is_gone()


def test_youkis_pid_that_began_at_another_time_is_somebody_elses(host, runc):
    """It records no start time. This container's cgroup is gone, and its pid is a container's of another."""
    web = runc.container("web", OBEDIENT)
    write_youki(host, web, created=datetime.now(timezone.utc) - timedelta(days=1))
    config = host.path(f"/run/youki/{web.id}/youki_config.json")
    config.write_text(json.dumps({"hooks": None, "cgroup_path": f"/{web.id}-gone"}), encoding="utf-8")
    ended = host.cstop(web.id)
    assert ended.status == 0, ended
    assert "not running" in ended.err
    assert web.is_untouched()


def test_a_step_of_buildkit_is_stopped_by_its_id(host, rootfs):
    """In the runtime's default root, without a name or an annotation."""
    runc = Runc(host, rootfs)
    try:
        name = host.prefix + "7s3gqv"
        step = runc.container("7s3gqv", OBEDIENT, bundle=f"/var/lib/docker/buildkit/executor/{name}")
        [told] = host.cstop("--json", step.id).objects
        assert (told["engine"], told["outcome"]) == ("buildkit", "stopped") and is_exit(told, {"code": 3}), told
        other = runc.container("other", OBEDIENT)
        again = runc.container("again", OBEDIENT, bundle=f"/var/lib/docker/buildkit/executor/{host.prefix}again")
        assert host.cstop("--all", "--engine", "buildkit").names == [again.id]
        assert other.is_untouched()
    finally:
        runc.remove_all()


def crio_annotations(kind, name="", **more):
    return {
        "io.container.manager": "cri-o",
        "io.kubernetes.container.name": name or "POD",
        "io.kubernetes.pod.name": "shop",
        "io.kubernetes.pod.namespace": "prod",
        "io.kubernetes.cri-o.ContainerType": kind,
        **more,
    }


def test_a_pod_of_crio_is_stopped_its_sandbox_last(host, rootfs):
    runc = Runc(host, rootfs, root="/run/crun")  # CRI-O's default, whatever the runtime
    try:

        def container(name, traps, annotations):
            bundle = f"/run/containers/storage/overlay-containers/{host.prefix}{name}/userdata"
            return runc.container(name, traps, annotations, bundle=bundle)

        sandbox = container("sandbox", OBEDIENT, crio_annotations("sandbox"))
        web = container("web", {"TERM": "sleep 0.5; exit 3"}, crio_annotations("container", "web"))
        database = container(
            "database", {"QUIT": "exit 3"}, crio_annotations("container", "database", **{STOP_SIGNAL: "SIGQUIT"})
        )
        running = host.start_cstop("--pod", "prod/shop")
        assert sandbox.init.ends_within(60)
        assert not web.init.is_alive() and not database.init.is_alive()
        ended = running.ended()
        assert (ended.status, sorted(ended.names)) == (0, sorted([sandbox.id, web.id, database.id]))
        assert (web.received(), database.received()) == (["TERM"], ["QUIT"])
    finally:
        runc.remove_all()
