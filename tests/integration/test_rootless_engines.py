"""Containers of a user without privileges and without a delegated cgroup: stopped by that user, and by root."""

import pytest
from containers import OBEDIENT, STOP_SIGNAL, STUBBORN
from cstop import BINARY, Running, is_exit
from engine_host import IMAGES, open_host
from engine_podman import Podman, User
from engine_runc import Runc
from pace import within

pytestmark = pytest.mark.xdist_group("rootless")

QUITTING = {"QUIT": "exit 3", "TERM": ":"}


@pytest.fixture(scope="module")
def host(tmp_path_factory, rootfs):
    with open_host("hybrid", tmp_path_factory.mktemp("rootless"), rootfs) as host:
        host.run("cp", "-a", rootfs, "/run/rootfs")
        host.run("chmod", "755", "/run/rootfs", "/run/rootfs/notes")
        host.binary = "/run/cstop"
        host.run("install", "-m", "755", BINARY, host.binary)
        yield host


@pytest.fixture(scope="module")
def user(host):
    return User(host)


@pytest.fixture
def runc(host, user):
    runc = Runc(host, "/run/rootfs", user)
    yield runc
    runc.remove_all()


@pytest.fixture(scope="module")
def podman_of_user(host, user):
    return Podman(host, user=user).load(IMAGES)


@pytest.fixture
def podman(podman_of_user):
    yield podman_of_user
    podman_of_user.remove_all()


@pytest.fixture(params=["root", "the user"])
def start_cstop(request, host, user):
    """cstop as somebody starts it."""

    def start(*arguments):
        command = [host.binary, *arguments]
        return Running(host.enter(command if request.param == "root" else user.command(command)))

    return start


@pytest.fixture
def cstop(start_cstop):
    return lambda *arguments: start_cstop(*arguments).ended()


@pytest.mark.parametrize("length", [None, -1], ids=["id", "prefix"])
def test_runcs_container_is_stopped_by(cstop, runc, length):
    web, other = runc.container("web", QUITTING, {STOP_SIGNAL: "SIGQUIT"}), runc.container("other")
    ended = cstop("--json", web.id[:length])
    assert ended.status == 0
    assert web.received() == ["QUIT"]
    assert is_exit(ended.objects[0], {"code": 3})
    assert not web.init.is_alive()
    assert other.is_untouched()


def test_runcs_stubborn_container_is_killed_without_a_cgroup_of_its_own_by(cstop, runc):
    """Its process sits in a cgroup that it shares with others, whoever they are."""
    web, other = runc.container("web", STUBBORN), runc.container("other")
    ended = cstop("-t", "0.3", web.id)
    assert (ended.status, ended.names) == (0, [web.id])
    assert not web.init.is_alive()
    assert other.is_untouched()


@pytest.mark.parametrize(
    "word_of", [lambda c: c.name, lambda c: c.id, lambda c: c.id[:12]], ids=["name", "id", "prefix"]
)
def test_podmans_container_is_stopped_by(cstop, podman, word_of):
    web, other = podman.container("web", QUITTING, image="quit"), podman.container("other", OBEDIENT)
    ended = cstop(word_of(web))
    assert (ended.status, ended.names) == (0, [word_of(web)])
    assert web.received() == ["QUIT"]
    assert podman.verdict(web) == ("exited", 3)
    assert other.is_untouched()


def test_the_stop_signal_of_podmans_container_comes_before_that_of_the_image(cstop, podman):
    web = podman.container("web", {"USR1": "exit 4", "QUIT": ":"}, "--stop-signal=USR1", image="quit")
    assert cstop("web").status == 0
    assert web.received() == ["USR1"]
    assert podman.verdict(web) == ("exited", 4)


def test_podmans_container_is_stopped_while_its_conmon_hangs(cstop, podman):
    web = podman.container("web", QUITTING, image="quit")
    podman.hang()
    ended = cstop("web")
    assert (ended.status, web.received()) == (0, ["QUIT"])
    assert ended.seconds < within(8)
    podman.go_on()
    assert podman.verdict(web) == ("exited", 3)


def test_podmans_container_is_stopped_when_its_conmon_is_dead(cstop, podman):
    web = podman.container("web", QUITTING, image="quit")
    podman.kill()
    ended = cstop("--json", "web")
    assert (ended.status, web.received()) == (0, ["QUIT"])
    assert is_exit(ended.objects[0], {"code": 3})


def test_a_restart_policy_of_podmans_is_warned_of_and_the_restart_is_seen(start_cstop, podman):
    web = podman.container("web", {"TERM": "sleep 1; exit 3"}, "--restart=always")
    ended = podman.host.end_after_restart(start_cstop("web"), web)
    assert ended.status == 0
    assert "always" in ended.err and "restarted by podman" in ended.err
    podman("stop", "-t", "0", "web")


def test_podmans_stubborn_container_is_killed_by(cstop, podman):
    web, other = podman.container("web", STUBBORN, "--stop-timeout=1"), podman.container("other", OBEDIENT)
    ended = cstop("web")
    assert ended.status == 0
    assert 1 <= ended.seconds < within(8)
    assert podman.verdict(web) == ("exited", 137)
    assert other.is_untouched()


def test_a_users_crowd_of_directories_keeps_root_from_nothing(host, user, rootfs):
    """They can make as many as they like, where root looks for the containers of users."""
    home = host.path(user.runtime_directory)
    state = '{"ociVersion":"1.0.2","id":"x","init_process_pid":0,"init_process_start":0,"created":""}'
    for number in range(3000):
        (home / f"containerd/runc/ns{number}").mkdir(parents=True)
        bundle = home / f"containerd/io.containerd.runtime.v2.task/default/b{number}"
        bundle.mkdir(parents=True)
        (bundle / "options.json").write_text(f'{{"root":"{user.runtime_directory}/r{number}"}}', encoding="ascii")
        container = home / f"crun/c{number}"
        container.mkdir(parents=True)
        (container / "status").write_text(state, encoding="ascii")
    host.run("chown", "-R", f"{user.uid}:{user.uid}", user.runtime_directory)
    runc_of_root = Runc(host, rootfs)
    try:
        web = runc_of_root.container("web")
        few = ["prlimit", "--nofile=512", host.binary]
        missing = Running(host.enter([*few, "nobody"])).ended()
        ended = Running(host.enter([*few, "--all", "--engine", "runc"])).ended()
    finally:
        runc_of_root.remove_all()
        host.run("sh", "-c", f"rm -rf {user.runtime_directory}/containerd {user.runtime_directory}/crun")
    assert missing.status == 1 and f"{user.runtime_directory}: holds 32 roots or more" in missing.err, missing
    assert "open files" not in missing.err + ended.err
    assert web.id in ended.names, ended
    assert "of another user's 3000 entries only 1024 are looked at" in ended.err


def test_a_user_stops_nothing_of_root(host, user, rootfs):
    runc_of_root = Runc(host, rootfs)
    try:
        web = runc_of_root.container("web")
        ended = Running(host.enter(user.command([host.binary, web.id]))).ended()
        assert ended.status in (1, 3)
        assert web.is_untouched()
    finally:
        runc_of_root.remove_all()
