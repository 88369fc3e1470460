"""containerd's containers, made by ctr, some as nerdctl would have labelled them."""

import hashlib
import signal

import pytest
from containers import OBEDIENT, STUBBORN
from cstop import is_exit
from engine_container import PAIR
from engine_containerd import SOCKET, Containerd
from engine_host import IMAGES, open_host
from pace import within

pytestmark = pytest.mark.xdist_group("containerd")

QUITTING = {"QUIT": "exit 3", "TERM": ":", "USR1": ":"}

STOP_SIGNAL_LABEL = "io.containerd.image.config.stop-signal"


@pytest.fixture(scope="module")
def engine(tmp_path_factory, rootfs):
    with open_host("hybrid", tmp_path_factory.mktemp("containerd"), rootfs) as host:
        yield Containerd(host).start().load(IMAGES, "default", "other")


@pytest.fixture
def containerd(engine):
    yield engine
    engine.remove_all()


def nerdctl_labels(host, container_id, name, *more, namespace="default"):
    """What `nerdctl run --name NAME` leaves: its name store, and labels that are copied to annotations."""
    store = f"/var/lib/nerdctl/{hashlib.sha256(SOCKET.encode()).hexdigest()[:8]}"
    names = host.path(f"{store}/names/{namespace}")
    names.mkdir(parents=True, exist_ok=True)
    (names / name).write_text(container_id, encoding="ascii")
    labels = {
        "nerdctl/name": name,
        "nerdctl/namespace": namespace,
        "nerdctl/state-dir": f"{store}/containers/{namespace}/{container_id}",
    }
    labels.update(label.split("=", 1) for label in more)
    return [word for key, value in labels.items() for word in ("--label", f"{key}={value}")]


@pytest.mark.parametrize("namespace", ["default", "other"])
@pytest.mark.parametrize("word_of", [lambda c: c.id, lambda c: c.id[:-1]], ids=["id", "prefix"])
def test_a_container_is_found_by(containerd, namespace, word_of):
    web = containerd.container("web", OBEDIENT, namespace=namespace)
    ended = containerd.host.cstop(word_of(web))
    assert (ended.status, ended.out, ended.err) == (0, word_of(web) + "\n", "")
    assert web.received() == ["TERM"]
    assert web.is_gone()
    assert containerd.verdict(web) == ("STOPPED", 3)


def test_json_tells_engine_and_namespace(containerd):
    web = containerd.container("web", OBEDIENT, namespace="other")
    [told] = containerd.host.cstop("--json", web.id).objects
    assert (told["id"], told["engine"], told["namespace"]) == (web.id, "containerd", "other")


@pytest.mark.parametrize(("image", "name"), [("quit", "QUIT"), ("usr2", "USR2"), ("rtmin", "37")])
def test_the_stop_signal_of_the_image_is_obeyed(containerd, image, name):
    web = containerd.container("web", {name: "exit 3", "TERM": ":"}, image=image)
    assert containerd.host.cstop(web.id).status == 0
    assert web.received() == [name]
    assert containerd.verdict(web) == ("STOPPED", 3)


def set_label(containerd, container, label):
    containerd("-n", container.namespace, "containers", "label", container.id, label)


def test_the_stop_signal_of_the_container_comes_before_that_of_the_image(containerd):
    web = containerd.container("web", QUITTING | {"USR1": "exit 4"}, image="quit")
    set_label(containerd, web, f"{STOP_SIGNAL_LABEL}=SIGUSR1")
    assert containerd.host.cstop(web.id).status == 0
    assert web.received() == ["USR1"]
    assert containerd.verdict(web) == ("STOPPED", 4)


def test_without_a_label_the_stop_signal_is_looked_up_in_the_image(containerd):
    """As other clients leave it."""
    web = containerd.container("web", QUITTING, image="quit")
    set_label(containerd, web, f"{STOP_SIGNAL_LABEL}=")
    ended = containerd.host.cstop(web.id)
    assert (ended.status, ended.err) == (0, "")
    assert web.received() == ["QUIT"]


def test_a_deleted_image_is_a_warning_and_sigterm(containerd):
    web = containerd.container("web", {"TERM": "exit 3", "QUIT": ":"}, image="quit", namespace="other")
    set_label(containerd, web, f"{STOP_SIGNAL_LABEL}=")
    containerd("-n", "other", "images", "remove", "--sync", "localhost/img:quit")
    try:
        ended = containerd.host.cstop(web.id)
    finally:
        containerd.load(IMAGES, "other")
    assert (ended.status, ended.names) == (0, [web.id])
    assert "warning" in ended.err and "localhost/img:quit" in ended.err
    assert web.received() == ["TERM"]
    assert containerd.verdict(web) == ("STOPPED", 3)


def test_an_unparsable_stop_signal_is_a_warning_and_sigterm(containerd):
    web = containerd.container("web", OBEDIENT)
    set_label(containerd, web, f"{STOP_SIGNAL_LABEL}=SIGFOO")
    ended = containerd.host.cstop(web.id)
    assert ended.status == 0
    assert "SIGFOO" in ended.err and "SIGTERM" in ended.err
    assert web.received() == ["TERM"]


@pytest.mark.parametrize("trouble", ["hangs", "is dead"])
def test_f27_a_container_is_stopped_while_the_daemon(containerd, trouble):
    web = containerd.container("web", QUITTING, image="quit")
    containerd.hang() if trouble == "hangs" else containerd.kill()
    ended = containerd.host.cstop("--json", web.id)
    assert (ended.status, web.received()) == (0, ["QUIT"])
    assert is_exit(ended.objects[0], {"code": 3})
    assert ended.seconds < within(8)
    assert web.is_gone()
    containerd.go_on() if trouble == "hangs" else containerd.start()
    assert containerd.verdict(web) == ("STOPPED", 3)


def test_an_own_runtime_root_is_searched(containerd):
    web = containerd.container("web", QUITTING, "--runc-root", "/run/elsewhere", image="quit")
    assert containerd.host.path(f"/run/elsewhere/default/{web.id}/state.json").exists()
    assert containerd.host.cstop(web.id).status == 0
    assert web.received() == ["QUIT"]
    assert containerd.verdict(web) == ("STOPPED", 3)


def test_a_shared_pid_namespace_leaves_nobody(containerd):
    web = containerd.make("web", None, "--with-ns", "pid:/proc/1/ns/pid", process=PAIR).wait_for("ready")
    assert len(web.members()) == 2
    shims = containerd.host.processes_of("containerd-shim")
    containerd.host.signal(signal.SIGSTOP, *shims)
    ended = containerd.host.cstop("--json", web.id)
    containerd.host.signal(signal.SIGCONT, *shims)
    assert (ended.status, ended.objects[0]["leftovers"]) == (0, 1)
    assert web.is_gone()


def test_the_same_id_in_two_namespaces_is_ambiguous(containerd):
    one = containerd.container("web", OBEDIENT)
    two = containerd.container("web", OBEDIENT, namespace="other")
    ended = containerd.host.cstop(one.id)
    assert (ended.status, ended.out) == (3, "")
    assert ended.err.count("containerd") >= 2 and "default" in ended.err and "other" in ended.err
    assert one.is_untouched() and two.is_untouched()
    assert containerd.host.cstop("--namespace", "other", one.id).status == 0
    assert not two.init.is_alive()
    assert one.is_untouched()


@pytest.mark.parametrize("traps", [OBEDIENT, STUBBORN], ids=["obedient", "stubborn"])
def test_a_cgroup_that_holds_the_init_of_another_container_is_not_killed(containerd, traps):
    one = containerd.container("one", traps, cgroup="both")
    two = containerd.container("two", OBEDIENT, cgroup="both")
    ended = containerd.host.cstop("-t", "0.5", "--kill-timeout", "1", one.id)
    assert not one.init.is_alive()
    assert two.is_untouched(), ended
    assert ended.status == 0


def test_a_filter_for_a_namespace_selects_it(containerd):
    one = containerd.container("one", OBEDIENT)
    two = containerd.container("two", OBEDIENT, namespace="other")
    ended = containerd.host.cstop("--filter", "namespace=other")
    assert (ended.status, ended.names) == (0, [two.id])
    assert one.is_untouched()


def test_a_label_filter_selects(containerd):
    one = containerd.container("one", OBEDIENT, "--label", "tier=front")
    two = containerd.container("two", OBEDIENT, "--label", "tier=back")
    ended = containerd.host.cstop("--filter", "label=tier=front")
    assert (ended.status, ended.names) == (0, [one.id])
    assert two.is_untouched()


def test_a_name_of_nerdctl_is_found(containerd):
    labels = nerdctl_labels(containerd.host, containerd.host.prefix + "0123abcd", "web")
    web = containerd.container("0123abcd", QUITTING, *labels, image="quit")
    ended = containerd.host.cstop("--json", "web")
    assert (ended.status, web.received()) == (0, ["QUIT"])
    assert (ended.objects[0]["name"], ended.objects[0]["namespace"]) == ("web", "default")


def test_a_stop_timeout_of_nerdctl_is_obeyed(containerd):
    labels = nerdctl_labels(containerd.host, containerd.host.prefix + "0123abcd", "web", "nerdctl/stop-timeout=2")
    web = containerd.container("0123abcd", STUBBORN, *labels)
    ended = containerd.host.cstop("web")
    assert ended.status == 0
    assert "failed to stop container web in 2 seconds" in ended.err
    assert 2 <= ended.seconds < within(8)
    assert containerd.verdict(web) == ("STOPPED", 137)


def test_a_name_that_only_an_image_claims_ranks_below_one_of_the_store(containerd):
    host = containerd.host
    labels = nerdctl_labels(host, host.prefix + "real", "web")
    real = containerd.container("real", OBEDIENT, *labels)
    claimed = containerd.container("claimed", OBEDIENT, "--label", "nerdctl/name=web")
    ended = host.cstop("web")
    assert (ended.status, ended.names) == (0, ["web"])
    assert real.is_gone()
    assert claimed.is_untouched()


def test_f26_a_restart_policy_is_warned_of_and_the_restart_is_seen(containerd):
    """nerdctl's --restart=always: containerd's own monitor looks at these labels once a second here."""
    labels = nerdctl_labels(
        containerd.host, containerd.host.prefix + "0123abcd", "web", "containerd.io/restart.policy=always"
    )  # fmt: skip
    web = containerd.container("0123abcd", OBEDIENT, *labels)
    # Only now: the monitor kills and replaces a task with this label that ctr(1) has created but not yet started.
    set_label(containerd, web, "containerd.io/restart.status=running")
    ended = containerd.host.cstop("web")
    assert ended.status == 0
    assert "always" in ended.err and "nerdctl" in ended.err and "--restart=no" in ended.err
    web.wait_for("ready", times=2)
