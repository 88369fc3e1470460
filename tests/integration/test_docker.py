"""docker's containers: dockerd with its own containerd and runc, and dockerd on the host's containerd with crun."""

import signal

import pytest
from containers import OBEDIENT, STUBBORN
from cstop import is_exit
from engine_container import PAIR
from engine_containerd import Containerd
from engine_docker import Docker
from engine_host import IMAGES, open_host
from pace import within

QUITTING = {"QUIT": "exit 3", "TERM": ":", "USR1": ":"}


@pytest.fixture(
    scope="module",
    params=[
        pytest.param("runc", marks=pytest.mark.xdist_group("docker-runc")),
        pytest.param("crun", marks=pytest.mark.xdist_group("docker-crun")),
    ],
)
def engine(request, tmp_path_factory, rootfs):
    """crun refuses the hybrid view. Its dockerd uses the host's containerd, as Debian's unit file has it."""
    kind = {"runc": "hybrid", "crun": "v1"}[request.param]
    with open_host(kind, tmp_path_factory.mktemp("docker"), rootfs) as host:
        if request.param == "runc":
            docker = Docker(host)
        else:
            arguments = ["--add-runtime", "crun=/usr/bin/crun", "--default-runtime", "crun"]
            docker = Docker(host, *arguments, containerd=Containerd(host))
        yield docker.start().load(IMAGES)


@pytest.fixture
def docker(engine):
    yield engine
    engine.remove_all()


@pytest.mark.parametrize(
    "word_of", [lambda c: c.name, lambda c: c.id, lambda c: c.id[:12]], ids=["name", "id", "prefix"]
)
def test_a_container_is_found_by(docker, word_of):
    web, other = docker.container("web", OBEDIENT), docker.container("other", OBEDIENT)
    ended = docker.host.cstop(word_of(web))
    assert (ended.status, ended.out, ended.err) == (0, word_of(web) + "\n", "")
    assert web.received() == ["TERM"]
    assert web.is_gone()
    assert docker.verdict(web) == ("exited", 3)
    assert other.is_untouched()


def test_json_tells_what_docker_calls_it(docker):
    web = docker.container("web", OBEDIENT)
    ended = docker.host.cstop("--json", "web")
    assert ended.status == 0
    [told] = ended.objects
    assert (told["id"], told["name"], told["engine"], told["namespace"]) == (web.id, "web", "docker", "moby")
    assert is_exit(told, {"code": 3})


def test_the_stop_signal_of_the_image_is_obeyed(docker):
    web = docker.container("web", QUITTING, image="quit")
    ended = docker.host.cstop("--json", "web")
    assert (ended.status, web.received()) == (0, ["QUIT"])
    assert ended.objects[0]["signal"] == "SIGQUIT"
    assert ended.objects[0]["signal_source"] not in ("default", "--signal")
    assert docker.verdict(web) == ("exited", 3)


def test_a_real_time_stop_signal_is_obeyed(docker):
    web = docker.container("web", {"37": "exit 3", "TERM": ":"}, image="rtmin")
    assert docker.host.cstop("web").status == 0
    assert web.received() == ["37"]


def test_the_stop_signal_of_the_container_comes_before_that_of_the_image(docker):
    web = docker.container("web", QUITTING | {"USR1": "exit 4"}, "--stop-signal=USR1", image="quit")
    assert docker.host.cstop("web").status == 0
    assert web.received() == ["USR1"]
    assert docker.verdict(web) == ("exited", 4)


def test_the_stop_signal_outlives_the_image(docker):
    web = docker.container("web", QUITTING, image="quit")
    docker("rmi", "-f", "localhost/img:quit")
    try:
        assert docker.host.cstop("web").status == 0
    finally:
        docker.load(IMAGES)
    assert web.received() == ["QUIT"]


def test_the_stop_timeout_of_the_container_is_obeyed(docker):
    web = docker.container("web", STUBBORN, "--stop-timeout=3")
    ended = docker.host.cstop("web")
    assert (ended.status, ended.names) == (0, ["web"])
    assert "StopSignal SIGTERM failed to stop container web in 3 seconds, resorting to SIGKILL" in ended.err
    assert 3 <= ended.seconds < within(8)
    assert docker.verdict(web) == ("exited", 137)


def test_a_timeout_on_the_command_line_comes_before_that_of_the_container(docker):
    web = docker.container("web", STUBBORN, "--stop-timeout=-1")
    ended = docker.host.cstop("-t", "0.5", "web")
    assert ended.status == 0
    assert 0.5 <= ended.seconds < within(8)
    assert docker.verdict(web) == ("exited", 137)


def test_a_stop_timeout_of_minus_one_never_kills(docker):
    web = docker.container("web", {"TERM": ":", "USR1": "exit 4"}, "--stop-timeout=-1")
    running = docker.host.start_cstop("web")
    web.wait_for("TERM")
    assert not web.init.ends_within(1.5)
    web.init.send(10)
    ended = running.ended()
    assert (ended.status, ended.names) == (0, ["web"])
    assert docker.verdict(web) == ("exited", 4)


def test_a_paused_container_is_stopped(docker):
    web = docker.container("web", OBEDIENT)
    docker("pause", "web")
    ended = docker.host.cstop("web")
    assert (ended.status, web.received()) == (0, ["TERM"])
    assert docker.verdict(web) == ("exited", 3)


@pytest.mark.parametrize("trouble", ["hangs", "is dead"])
def test_f27_a_container_is_stopped_while_the_daemon(docker, trouble):
    web = docker.container("web", QUITTING, image="quit")
    docker.hang() if trouble == "hangs" else docker.kill()
    ended = docker.host.cstop("--json", "web")
    assert (ended.status, web.received()) == (0, ["QUIT"])
    assert is_exit(ended.objects[0], {"code": 3})
    assert ended.seconds < within(8)
    assert web.is_gone()
    docker.go_on() if trouble == "hangs" else docker.start()
    assert docker.verdict(web) == ("exited", 3)


def test_a_container_that_has_exited_is_not_running(docker):
    web = docker.container("web", OBEDIENT)
    docker("stop", "web")
    ended = docker.host.cstop(web.id)
    assert ended.status in (0, 3)
    assert web.received() == ["TERM"]


@pytest.mark.parametrize("where", ["host", "container:other"])
def test_a_shared_pid_namespace_leaves_nobody(docker, where):
    other = docker.container("other", OBEDIENT)
    web = docker.container("web", None, f"--pid={where}", process=PAIR)
    assert len(web.members()) == 2
    ended = docker.host.cstop("web")
    # No count of leftovers: docker's shim kills them too.
    assert (ended.status, ended.names) == (0, ["web"])
    assert web.is_gone()
    docker.verdict(web)
    assert other.is_untouched()


def test_f26_a_restart_policy_is_warned_of_and_the_restart_is_seen(docker):
    web = docker.container("web", {"TERM": "sleep 1; exit 3"}, "--restart=always")
    ended = docker.host.end_after_restart(docker.host.start_cstop("web"), web)
    assert ended.status == 0
    assert "always" in ended.err
    assert "restarted by docker" in ended.err
    assert "docker update --restart=no" in ended.err


def test_a_restart_policy_is_warned_of_when_the_daemon_is_dead(docker):
    web = docker.container("web", OBEDIENT, "--restart=unless-stopped")
    docker.kill()
    ended = docker.host.cstop("web")
    assert ended.status == 0
    assert "unless-stopped" in ended.err and "docker update --restart=no" in ended.err
    assert "restarted by docker" not in ended.err
    assert web.is_gone()


def test_a_label_filter_selects_by_the_engines_labels(docker):
    web = docker.container("web", OBEDIENT, "--label=com.docker.compose.service=web", "--label=tier=front")
    database = docker.container("database", OBEDIENT, "--label=com.docker.compose.service=database")
    ended = docker.host.cstop("--filter", "label=com.docker.compose.service=web")
    assert (ended.status, ended.names) == (0, [web.id]), ended.err
    assert docker.verdict(web) == ("exited", 3)
    assert database.is_untouched()
    assert docker.host.cstop("--filter", "label=com.docker.compose.service=data").out == ""
    ended = docker.host.cstop("--filter", "label=com.docker.compose.service", "--filter", "name=data*")
    assert ended.names == [database.id]


def test_a_name_means_the_container_that_has_it_now(docker):
    old = docker.container("web", OBEDIENT)
    docker("rename", "web", "old")
    new = docker.container("web2", OBEDIENT)
    docker("rename", "web2", "web")
    assert docker.host.cstop("web").names == ["web"]
    assert new.is_gone()
    assert old.is_untouched()


def test_dry_run_tells_what_docker_would_do_and_touches_nothing(docker):
    web = docker.container("web", QUITTING, "--stop-timeout=7", image="quit")
    docker("pause", "web")
    ended = docker.host.cstop("--dry-run", "web")
    assert ended.status == 0
    assert "paused" in ended.out and "SIGQUIT@init/7s/SIGKILL@all/" in ended.out
    assert docker.inspect("web")["State"]["Status"] == "paused"
    docker("unpause", "web")
    assert web.is_untouched()


def test_a_shared_pid_namespace_leaves_nobody_when_nobody_else_kills_them(docker):
    web = docker.container("web", None, "--pid=host", process=PAIR)
    shims = docker.host.processes_of("containerd-shim")
    docker.hang()
    docker.host.signal(signal.SIGSTOP, *shims)
    ended = docker.host.cstop("--json", "web")
    docker.host.signal(signal.SIGCONT, *shims)
    docker.go_on()
    assert (ended.status, ended.objects[0]["leftovers"]) == (0, 1)
    assert web.is_gone()
    docker.verdict(web)


def test_a_shim_that_hangs_keeps_nobody_alive_and_is_named(docker):
    """Its child, which it cannot reap, is a zombie: gone."""
    web = docker.container("web", OBEDIENT)
    shims = docker.host.processes_of("containerd-shim")
    docker.host.signal(signal.SIGSTOP, *shims)
    ended = docker.host.cstop("web")
    docker.host.signal(signal.SIGCONT, *shims)
    assert (ended.status, ended.names) == (0, ["web"])
    assert ended.seconds < within(8)
    assert "zombie" in ended.err and "containerd-shim" in ended.err
    assert docker.verdict(web) == ("exited", 3)
