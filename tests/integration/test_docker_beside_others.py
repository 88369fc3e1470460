"""One host with docker, containerd, podman and runc, and containers that are no processes of the host."""

import json

import pytest
from containers import OBEDIENT
from engine_containerd import Containerd
from engine_docker import Docker
from engine_host import IMAGES, open_host, wait_until
from engine_podman import Podman
from engine_runc import Runc
from pace import within

pytestmark = pytest.mark.xdist_group("engines-together")


class Engines:
    def __init__(self, host, rootfs):
        self.host = host
        self.containerd = Containerd(host).start().load(IMAGES, "default")
        self.docker = Docker(host, containerd=self.containerd).start().load(IMAGES)
        self.podman = Podman(host).load(IMAGES)
        self.runc = Runc(host, rootfs)


@pytest.fixture(scope="module")
def all_engines(tmp_path_factory, rootfs):
    with open_host("hybrid", tmp_path_factory.mktemp("together"), rootfs) as host:
        yield Engines(host, rootfs)


@pytest.fixture
def engines(all_engines):
    yield all_engines
    # Docker stops with its containerd's hands.
    for engine in (all_engines.docker, all_engines.containerd, all_engines.podman, all_engines.runc):
        engine.remove_all()


def test_a_name_in_two_engines_is_ambiguous_and_the_candidates_are_listed(engines):
    mine, other = engines.docker.container("web", OBEDIENT), engines.podman.container("web", OBEDIENT)
    ended = engines.host.cstop("web")
    assert (ended.status, ended.out) == (3, "")
    assert "docker" in ended.err and "moby" in ended.err and "podman" in ended.err
    assert mine.id[:12] in ended.err and other.id[:12] in ended.err
    assert mine.is_untouched() and other.is_untouched()


def test_the_engine_option_decides_between_two_of_one_name(engines):
    mine, other = engines.docker.container("web", OBEDIENT), engines.podman.container("web", OBEDIENT)
    ended = engines.host.cstop("--engine", "podman", "web")
    assert (ended.status, ended.names) == (0, ["web"])
    assert other.is_gone()
    assert mine.is_untouched()
    assert engines.host.cstop("--engine", "docker", "web").status == 0
    assert mine.is_gone()


def test_the_namespace_option_looks_only_there(engines):
    mine, other = engines.docker.container("web", OBEDIENT), engines.podman.container("web", OBEDIENT)
    ended = engines.host.cstop("--namespace", "moby", "web")
    assert (ended.status, ended.names) == (0, ["web"])
    assert mine.is_gone()
    assert other.is_untouched()


def test_an_exact_name_comes_before_a_prefix_in_another_engine(engines):
    longer, exact = engines.docker.container("web-2", OBEDIENT), engines.podman.container("web", OBEDIENT)
    assert engines.host.cstop("web").status == 0
    assert exact.is_gone()
    assert longer.is_untouched()


def test_an_id_prefix_that_fits_two_engines_is_ambiguous(engines):
    one, two = engines.containerd.container("web-1", OBEDIENT), engines.runc.container("web-2")
    ended = engines.host.cstop(engines.host.prefix + "web-")
    assert ended.status == 3
    assert one.id in ended.err and "containerd" in ended.err and "default" in ended.err
    assert two.id in ended.err and "runc" in ended.err
    assert one.is_untouched() and two.is_untouched()
    assert engines.host.cstop("--engine", "runc", engines.host.prefix + "web-").status == 0
    assert two.is_gone()
    assert one.is_untouched()


def test_a_full_id_means_itself_whatever_is_called_so(engines):
    web = engines.docker.container("web", OBEDIENT)
    impostor = engines.podman.container(web.id, OBEDIENT)
    assert engines.host.cstop(web.id).status == 0
    assert web.is_gone()
    assert impostor.is_untouched()


def test_containers_of_every_engine_are_stopped_in_one_call_while_every_daemon_hangs(engines):
    web = engines.docker.container("web", {"QUIT": "exit 3", "TERM": ":"}, image="quit")
    database = engines.podman.container("database", {"37": "exit 3", "TERM": ":"}, image="rtmin")
    cache = engines.containerd.container("cache", {"USR2": "exit 3", "TERM": ":"}, image="usr2")
    plain = engines.runc.container("plain")
    for engine in (engines.docker, engines.podman):  # docker's daemons include the containerd of all
        engine.hang()
    ended = engines.host.cstop("web", "database", cache.id, plain.id)
    assert (ended.status, ended.names) == (0, ["web", "database", cache.id, plain.id])
    assert ended.seconds < within(8)
    assert [c.received() for c in (web, database, cache, plain)] == [["QUIT"], ["37"], ["USR2"], ["TERM"]]
    assert all(container.is_gone() for container in (web, database, cache, plain))
    for engine in (engines.docker, engines.podman):
        engine.go_on()
    assert engines.docker.verdict(web) == ("exited", 3)
    assert engines.podman.verdict(database) == ("exited", 3)
    assert engines.containerd.verdict(cache) == ("STOPPED", 3)


def test_all_stops_every_engines_containers(engines):
    containers = [
        engines.docker.container("web", OBEDIENT), engines.podman.container("web", OBEDIENT),
        engines.containerd.container("web", OBEDIENT), engines.runc.container("plain"),
    ]  # fmt: skip
    ended = engines.host.cstop("--all")
    assert ended.status == 0
    assert sorted(ended.names) == sorted(container.id for container in containers)
    assert all(container.received() == ["TERM"] and container.is_gone() for container in containers)


def test_an_engine_filter_selects_its_containers(engines):
    mine, other = engines.docker.container("web", OBEDIENT), engines.podman.container("web", OBEDIENT)
    ended = engines.host.cstop("--filter", "engine=podman")
    assert (ended.status, ended.names) == (0, [other.id])
    assert mine.is_untouched()


@pytest.fixture
def sentry(engines):
    """A process of the host that a forged or foreign state file names."""
    process = engines.host.start("sleep", "1000", log="sentry.log")
    yield process
    assert process.is_alive(), "the sentry was killed"
    process.send(9)
    process.close()


@pytest.mark.parametrize("root", ["/run/containerd/runsc/k8s.io", "/run/runsc", "/run/docker/runtime-runc/moby"])
def test_gvisors_containers_are_refused_with_the_command_that_would_do_it(engines, sentry, root):
    """The pid of its state file is the sentry's: a signal to it is none to the container."""
    container_id = "f00d" * 16
    directory = engines.host.path(root)
    directory.mkdir(parents=True, exist_ok=True)
    file = directory / f"{container_id}_sandbox:{container_id}.state"
    # It is a shell's copy until it has become itself.
    inside = wait_until(lambda: engines.host.processes_of("sleep"), 60, "the sentry sleeps")
    state = {
        "id": container_id, "spec": {}, "bundleDir": "/run/nowhere", "createdAt": "2026-01-01T00:00:00Z", "owner": "",
        "status": 2, "goferPid": inside[0], "sandbox": {"id": container_id, "pid": inside[0]},
    }  # fmt: skip
    file.write_text(json.dumps(state), encoding="utf-8")
    (directory / f"{container_id}_sandbox:{container_id}.lock").write_bytes(b"")
    try:
        for word in (container_id, container_id[:12]):
            ended = engines.host.cstop(word)
            assert (ended.status, ended.out) == (1, "")
            assert "gVisor" in ended.err and "runsc" in ended.err and "kill" in ended.err
    finally:
        file.unlink()
        (directory / f"{container_id}_sandbox:{container_id}.lock").unlink()
    assert sentry.is_alive()


def test_katas_containers_are_refused_with_the_command_that_would_do_it(engines, sentry):
    container_id = "cafe" * 16
    sandbox = engines.host.path(f"/run/vc/sbs/{container_id}")
    sandbox.mkdir(parents=True)
    (sandbox / "persist.json").write_text(json.dumps({"State": "running", "SandboxContainer": container_id}))
    ended = engines.host.cstop(container_id)
    assert (ended.status, ended.out) == (1, "")
    assert "Kata" in ended.err and "crictl stop" in ended.err
    assert sentry.is_alive()
