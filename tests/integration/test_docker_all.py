"""Many of docker's containers at once, and places that only docker's configuration names."""

import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from containers import OBEDIENT
from cstop import BINARY
from engine_docker import Docker
from engine_host import IMAGES, open_host
from engine_runc import Runc

pytestmark = pytest.mark.xdist_group("docker-all")


@pytest.fixture(scope="module")
def engine(tmp_path_factory, rootfs):
    with open_host("hybrid", tmp_path_factory.mktemp("docker"), rootfs) as host:
        # dockerd reads them itself; cstop has to find them, too.
        configuration = {"exec-root": "/run/elsewhere", "data-root": "/var/lib/docker/elsewhere"}
        host.path("/etc/docker").mkdir(exist_ok=True)
        host.path("/etc/docker/daemon.json").write_text(json.dumps(configuration), encoding="utf-8")
        yield Docker(host).start().load(IMAGES)


@pytest.fixture
def docker(engine):
    yield engine
    engine.remove_all()


@pytest.fixture
def runc(engine, rootfs):
    runc = Runc(engine.host, rootfs)
    yield runc
    runc.remove_all()


def test_an_exec_root_of_daemon_json_is_searched(docker):
    web = docker.container("web", {"QUIT": "exit 3", "TERM": ":"}, image="quit")
    assert docker.host.path(f"/run/elsewhere/runtime-runc/moby/{web.id}").exists()
    assert docker.host.cstop("web").status == 0
    assert web.received() == ["QUIT"]
    assert docker.verdict(web) == ("exited", 3)


def test_all_of_one_engine_stops_exactly_those(docker, runc):
    with ThreadPoolExecutor(4) as pool:
        containers = list(pool.map(lambda number: docker.container(f"c{number:02}", OBEDIENT), range(20)))
    created = docker.make("created", OBEDIENT, verb="create")
    neighbour = runc.container("neighbour")
    ended = docker.host.cstop("--all", "--engine", "docker")
    assert ended.status == 0
    assert re.fullmatch(r"cstop: stopped 20, in [0-9.]+ m?s\n", ended.err), ended.err
    assert sorted(ended.names) == sorted(container.id for container in containers)
    assert all(container.received() == ["TERM"] and container.is_gone() for container in containers)
    assert [docker.verdict(container) for container in containers] == [("exited", 3)] * 20
    assert docker.inspect(created.id)["State"]["Status"] == "created"
    assert neighbour.is_untouched()


@pytest.mark.once  # a sanitizer's own calls differ from run to run, and it dislikes being traced
def test_a_full_id_costs_the_same_among_ten_thousand(docker):
    """Directories of other containers, beside a real one, in the place where docker keeps them."""
    web = docker.container("web", OBEDIENT)
    alone = count_system_calls(docker.host, "--dry-run", web.id)
    root = docker.host.path("/run/elsewhere/runtime-runc/moby")
    state = (root / web.id / "state.json").read_text(encoding="utf-8")
    others = [f"{number:064x}" for number in range(10_000)]
    for other in others:
        (root / other).mkdir()
        (root / other / "state.json").write_text(state.replace(web.id, other), encoding="utf-8")
    try:
        crowded = count_system_calls(docker.host, "--dry-run", web.id)
        ended = docker.host.cstop(web.id)
    finally:
        for other in others:
            (root / other / "state.json").unlink()
            (root / other).rmdir()
    assert crowded == alone
    assert (ended.status, ended.names) == (0, [web.id])
    assert docker.verdict(web) == ("exited", 3)


def count_system_calls(host, *arguments):
    """{name: number of calls} of one cstop."""
    summary = "/run/strace-summary"
    status, out, err = host.try_run("strace", "-f", "-c", "-U", "name,calls", "-o", summary, BINARY, *arguments)
    assert status == 0, (out, err)
    lines = host.path(summary).read_text(encoding="utf-8").splitlines()
    return {words[0]: words[1] for words in map(str.split, lines) if len(words) == 2 and words[1].isdigit()}
