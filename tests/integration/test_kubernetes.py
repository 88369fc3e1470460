"""Kubernetes' containers, made through the CRI as kubelet does."""

import pytest
from containers import OBEDIENT, STUBBORN
from engine_container import PAIR
from engine_containerd import Containerd, Kubernetes
from engine_host import IMAGES, open_host
from pace import within

pytestmark = pytest.mark.xdist_group("kubernetes")

QUITTING = {"QUIT": "exit 3", "TERM": ":"}


@pytest.fixture(scope="module")
def engine(tmp_path_factory, rootfs):
    with open_host("hybrid", tmp_path_factory.mktemp("kubernetes"), rootfs) as host:
        yield Kubernetes(Containerd(host).start().load(IMAGES, "k8s.io")).wait()


@pytest.fixture
def kubernetes(engine):
    yield engine
    engine.remove_all()


@pytest.mark.parametrize(
    "word_of",
    [lambda c: c.id, lambda c: c.id[:12], lambda c: "shop/web", lambda c: "default/shop/web"],
    ids=["id", "prefix", "pod-and-container", "namespace-pod-and-container"],
)
def test_a_container_is_found_by(kubernetes, word_of):
    pod = kubernetes.pod("shop")
    web, other = kubernetes.container(pod, "web", QUITTING, image="quit"), kubernetes.container(pod, "other", OBEDIENT)
    ended = kubernetes.host.cstop(word_of(web))
    assert (ended.status, ended.out) == (0, word_of(web) + "\n")
    assert web.received() == ["QUIT"]
    assert web.is_gone()
    assert kubernetes.verdict(web) == ("exited", 3)
    assert other.is_untouched() and pod.init.is_alive()


def test_json_tells_engine_and_namespace(kubernetes):
    web = kubernetes.container(kubernetes.pod("shop"), "web", OBEDIENT)
    [told] = kubernetes.host.cstop("--json", "shop/web").objects
    assert (told["id"], told["name"], told["engine"], told["namespace"]) == (web.id, "web", "kubernetes", "k8s.io")


def test_the_termination_grace_is_obeyed(kubernetes):
    web = kubernetes.container(kubernetes.pod("shop"), "web", STUBBORN, "--grace", "2")
    ended = kubernetes.host.cstop("shop/web")
    assert ended.status == 0
    assert "in 2 seconds, resorting to SIGKILL" in ended.err
    assert 2 <= ended.seconds < within(8)
    assert kubernetes.verdict(web) == ("exited", 137)


def test_a_real_time_stop_signal_is_obeyed(kubernetes):
    web = kubernetes.container(kubernetes.pod("shop"), "web", {"37": "exit 3", "TERM": ":"}, image="rtmin")
    assert kubernetes.host.cstop(web.id).status == 0
    assert web.received() == ["37"]


def test_a_signal_on_the_command_line_comes_before_that_of_the_image(kubernetes):
    web = kubernetes.container(kubernetes.pod("shop"), "web", QUITTING | {"USR1": "exit 4"}, image="quit")
    assert kubernetes.host.cstop("--signal", "USR1", web.id).status == 0
    assert web.received() == ["USR1"]
    assert kubernetes.verdict(web) == ("exited", 4)


def test_the_newest_attempt_is_meant(kubernetes):
    pod = kubernetes.pod("shop")
    first = kubernetes.container(pod, "web", OBEDIENT)
    second = kubernetes.container(pod, "web", OBEDIENT, "--attempt", "1")
    assert kubernetes.host.cstop("shop/web").status == 0
    assert second.is_gone()
    assert first.is_untouched()


def test_the_same_container_name_in_two_pods_is_ambiguous(kubernetes):
    one = kubernetes.container(kubernetes.pod("shop"), "web", OBEDIENT)
    two = kubernetes.container(kubernetes.pod("bank"), "web", OBEDIENT)
    ended = kubernetes.host.cstop("web")
    assert (ended.status, ended.out) == (3, "")
    assert one.id[:12] in ended.err and two.id[:12] in ended.err and "kubernetes" in ended.err
    assert one.is_untouched() and two.is_untouched()
    assert kubernetes.host.cstop("bank/web").status == 0
    assert two.is_gone()
    assert one.is_untouched()


def test_a_shared_pid_namespace_leaves_nobody(kubernetes):
    pod = kubernetes.pod("shop")
    web = kubernetes.make(pod, "web", None, "--share-pid", process=PAIR).wait_for("ready")
    other = kubernetes.container(pod, "other", OBEDIENT, "--share-pid")
    assert len(web.members()) == 2
    ended = kubernetes.host.cstop("shop/web")
    assert ended.status == 0
    assert web.is_gone()
    assert other.is_untouched() and pod.init.is_alive()


@pytest.mark.parametrize("trouble", ["hangs", "is dead"])
def test_a_container_is_stopped_while_the_daemon(kubernetes, trouble):
    web = kubernetes.container(kubernetes.pod("shop"), "web", QUITTING, image="quit")
    containerd = kubernetes.containerd
    containerd.hang() if trouble == "hangs" else containerd.kill()
    ended = kubernetes.host.cstop("shop/web")
    assert (ended.status, web.received()) == (0, ["QUIT"])
    assert ended.seconds < within(8)
    assert web.is_gone()
    containerd.go_on() if trouble == "hangs" else containerd.start()
    kubernetes.wait()
    assert kubernetes.verdict(web) == ("exited", 3)


def test_a_pod_is_stopped_its_sandbox_last(kubernetes):
    pod, bank = kubernetes.pod("shop"), kubernetes.pod("bank")
    one = kubernetes.container(pod, "one", {"TERM": "sleep 0.5; exit 3"})
    two = kubernetes.container(pod, "two", QUITTING, image="quit")
    neighbour = kubernetes.container(bank, "one", OBEDIENT)
    running = kubernetes.host.start_cstop("--pod", "shop")
    assert pod.init.ends_within(60)
    assert not one.init.is_alive() and not two.init.is_alive()
    ended = running.ended()
    assert ended.status == 0
    assert sorted(ended.names) == sorted([one.id, two.id, pod.id])
    assert one.received() == ["TERM"] and two.received() == ["QUIT"]
    assert one.is_gone() and two.is_gone() and pod.is_gone()
    assert kubernetes.verdict(one) == ("exited", 3)
    assert kubernetes.verdict(two) == ("exited", 3)
    assert neighbour.is_untouched() and bank.init.is_alive()


def test_of_a_pod_only_what_a_filter_matches_is_stopped(kubernetes):
    pod = kubernetes.pod("shop")
    one, two = (kubernetes.container(pod, name, OBEDIENT) for name in ("one", "two"))
    ended = kubernetes.host.cstop("--pod", "shop", "--filter", f"id={one.id}")
    assert (ended.status, ended.names) == (0, [one.id])
    assert one.is_gone()
    assert two.is_untouched() and pod.init.is_alive()


def test_all_of_the_engine_takes_the_sandboxes_last(kubernetes):
    pod = kubernetes.pod("shop")
    # It would not be able to write this down if its pod's pid namespace ended before it.
    web = kubernetes.container(pod, "web", {"TERM": "sleep 0.5; echo done >/notes/events; exit 3"}, "--share-pid")
    ended = kubernetes.host.cstop("--all", "--engine", "kubernetes")
    assert ended.status == 0
    assert sorted(ended.names) == sorted([pod.id, web.id])
    assert web.received() == ["TERM", "done"]
    assert kubernetes.verdict(web) == ("exited", 3)


def test_kubelet_is_warned_of(kubernetes):
    kubernetes.container(kubernetes.pod("shop"), "web", OBEDIENT)
    ended = kubernetes.host.cstop("shop/web")
    assert "kubelet" in ended.err
