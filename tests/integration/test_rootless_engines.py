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
def cstop(request, host, user):
    """cstop as somebody runs it."""

    def run(*arguments):
        command = [host.binary, *arguments]
        return Running(host.enter(command if request.param == "root" else user.command(command))).ended()

    return run


def test_runcs_container_is_stopped_by(cstop, runc):
    web, other = runc.container("web", QUITTING, {STOP_SIGNAL: "SIGQUIT"}), runc.container("other")
    ended = cstop("--json", web.id)
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


def test_podmans_container_is_stopped_by(cstop, podman):
    web, other = podman.container("web", QUITTING, image="quit"), podman.container("other", OBEDIENT)
    ended = cstop("web")
    assert (ended.status, ended.names) == (0, ["web"])
    assert web.received() == ["QUIT"]
    assert podman.verdict(web) == ("exited", 3)
    assert other.is_untouched()


def test_podmans_stubborn_container_is_killed_by(cstop, podman):
    web, other = podman.container("web", STUBBORN, "--stop-timeout=1"), podman.container("other", OBEDIENT)
    ended = cstop("web")
    assert ended.status == 0
    assert 1 <= ended.seconds < within(8)
    assert podman.verdict(web) == ("exited", 137)
    assert other.is_untouched()


def test_a_user_stops_nothing_of_root(host, user, rootfs):
    runc_of_root = Runc(host, rootfs)
    try:
        web = runc_of_root.container("web")
        ended = Running(host.enter(user.command([host.binary, web.id]))).ended()
        assert ended.status in (1, 3)
        assert web.is_untouched()
    finally:
        runc_of_root.remove_all()
