"""podman's containers: with runc, and with crun, which refuses the hybrid view."""

import pytest
from containers import OBEDIENT, STUBBORN
from cstop import is_exit
from engine_container import PAIR
from engine_host import IMAGES, open_host
from engine_podman import Podman
from pace import within

QUITTING = {"QUIT": "exit 3", "TERM": ":", "USR1": ":"}


@pytest.fixture(
    scope="module",
    params=[
        pytest.param("runc", marks=pytest.mark.xdist_group("podman-runc")),
        pytest.param("crun", marks=pytest.mark.xdist_group("podman-crun")),
    ],
)
def engine(request, tmp_path_factory, rootfs):
    kind = {"runc": "hybrid", "crun": "v1"}[request.param]
    with open_host(kind, tmp_path_factory.mktemp("podman"), rootfs) as host:
        yield Podman(host, request.param).load(IMAGES)


@pytest.fixture
def podman(engine):
    yield engine
    engine.remove_all()


@pytest.mark.parametrize(
    "word_of", [lambda c: c.name, lambda c: c.id, lambda c: c.id[:12]], ids=["name", "id", "prefix"]
)
def test_a_container_is_found_by(podman, word_of):
    web, other = podman.container("web", OBEDIENT), podman.container("other", OBEDIENT)
    ended = podman.host.cstop(word_of(web))
    assert (ended.status, ended.out, ended.err) == (0, word_of(web) + "\n", "")
    assert web.received() == ["TERM"]
    assert web.is_gone()
    assert podman.verdict(web) == ("exited", 3)
    assert other.is_untouched()


def test_json_tells_what_podman_calls_it(podman):
    web = podman.container("web", OBEDIENT)
    [told] = podman.host.cstop("--json", "web").objects
    assert (told["id"], told["name"], told["engine"]) == (web.id, "web", "podman")
    assert is_exit(told, {"code": 3})


@pytest.mark.parametrize(("image", "name"), [("quit", "QUIT"), ("rtmin", "37")])
def test_the_stop_signal_of_the_image_is_obeyed(podman, image, name):
    web = podman.container("web", {name: "exit 3", "TERM": ":"}, image=image)
    assert podman.host.cstop("web").status == 0
    assert web.received() == [name]
    assert podman.verdict(web) == ("exited", 3)


def test_the_stop_signal_of_the_container_comes_before_that_of_the_image(podman):
    web = podman.container("web", QUITTING | {"USR1": "exit 4"}, "--stop-signal=USR1", image="quit")
    assert podman.host.cstop("web").status == 0
    assert web.received() == ["USR1"]
    assert podman.verdict(web) == ("exited", 4)


def test_the_stop_signal_outlives_the_image(podman):
    web = podman.container("web", QUITTING, image="quit")
    podman("untag", "localhost/img:quit")
    try:
        assert podman.host.cstop("web").status == 0
    finally:
        podman.load(IMAGES)
    assert web.received() == ["QUIT"]


def test_the_stop_timeout_of_the_container_is_obeyed(podman):
    web = podman.container("web", STUBBORN, "--stop-timeout=3")
    ended = podman.host.cstop("web")
    assert ended.status == 0
    assert "StopSignal SIGTERM failed to stop container web in 3 seconds, resorting to SIGKILL" in ended.err
    assert 3 <= ended.seconds < within(8)
    assert podman.verdict(web) == ("exited", 137)


def test_a_paused_container_is_stopped(podman):
    web = podman.container("web", OBEDIENT)
    podman("pause", "web")
    ended = podman.host.cstop("web")
    assert (ended.status, web.received()) == (0, ["TERM"])
    assert podman.verdict(web) == ("exited", 3)


def test_f27_a_container_is_stopped_while_its_conmon_hangs(podman):
    web = podman.container("web", QUITTING, image="quit")
    podman.hang()
    ended = podman.host.cstop("web")
    assert (ended.status, web.received()) == (0, ["QUIT"])
    assert ended.seconds < within(8)
    assert web.is_gone()
    podman.go_on()
    assert podman.verdict(web) == ("exited", 3)


def test_a_container_is_stopped_when_its_conmon_is_dead(podman):
    """Nobody is left who could tell podman the exit code."""
    web = podman.container("web", QUITTING, image="quit")
    podman.kill()
    ended = podman.host.cstop("--json", "web")
    assert (ended.status, web.received()) == (0, ["QUIT"])
    assert is_exit(ended.objects[0], {"code": 3})
    assert web.is_gone()


@pytest.mark.parametrize("where", ["host", "container:other"])
def test_a_shared_pid_namespace_leaves_nobody(podman, where):
    other = podman.container("other", OBEDIENT)
    web = podman.make("web", None, f"--pid={where}", process=PAIR).wait_for("ready")
    assert len(web.members()) == 2
    ended = podman.host.cstop("web")
    assert (ended.status, ended.names) == (0, ["web"])
    assert web.is_gone()
    assert other.is_untouched()


def test_f26_a_restart_policy_is_warned_of_and_the_restart_is_seen(podman):
    """conmon restarts it by itself."""
    web = podman.container("web", {"TERM": "sleep 1; exit 3"}, "--restart=always")
    ended = podman.host.end_after_restart(podman.host.start_cstop("web"), web)
    assert ended.status == 0
    assert "always" in ended.err
    assert "restarted by podman" in ended.err
    assert "podman" in ended.err and "stop" in ended.err
    podman("stop", "-t", "0", "web")


def test_a_label_filter_selects_by_annotations(podman):
    one = podman.container("one", OBEDIENT, "--annotation=tier=front")
    two = podman.container("two", OBEDIENT, "--annotation=tier=back")
    ended = podman.host.cstop("--filter", "label=tier=front")
    assert (ended.status, ended.names) == (0, [one.id])
    assert two.is_untouched()


def test_a_pod_is_stopped_its_infra_container_last(podman):
    infra = podman.pod("shop")
    one = podman.container("one", {"TERM": "sleep 0.5; exit 3"}, "--pod=shop")
    two = podman.container("two", QUITTING, "--pod=shop", image="quit")
    neighbour = podman.container("neighbour", OBEDIENT)
    running = podman.host.start_cstop("--pod", "shop")
    assert infra.init.ends_within(within(60))
    assert not one.init.is_alive() and not two.init.is_alive()
    ended = running.ended()
    assert ended.status == 0
    assert sorted(ended.names) == sorted([one.id, two.id, infra.id])
    assert one.received() == ["TERM"] and two.received() == ["QUIT"]
    assert one.is_gone() and two.is_gone() and infra.is_gone()
    assert podman.verdict(one) == ("exited", 3)
    assert podman.verdict(two) == ("exited", 3)
    assert neighbour.is_untouched()


def test_of_a_pod_only_what_a_filter_matches_is_stopped(podman):
    infra = podman.pod("shop")
    one, two = podman.container("one", OBEDIENT, "--pod=shop"), podman.container("two", OBEDIENT, "--pod=shop")
    ended = podman.host.cstop("--pod", "shop", "--filter", "name=one")
    assert (ended.status, ended.names) == (0, [one.id])
    assert one.is_gone()
    assert two.is_untouched() and infra.init.is_alive()


def test_a_container_of_a_pod_is_stopped_alone(podman):
    infra = podman.pod("shop")
    one, two = podman.container("one", OBEDIENT, "--pod=shop"), podman.container("two", OBEDIENT, "--pod=shop")
    assert podman.host.cstop("one").status == 0
    assert one.is_gone()
    assert two.is_untouched() and infra.init.is_alive()


def test_conmon_lives_until_it_has_told_podman(podman):
    """It sits beside the container's cgroup, not in it."""
    web = podman.container("web", STUBBORN)
    assert podman.host.cstop("-t", "0", "web").status == 0
    assert podman.verdict(web) == ("exited", 137)
