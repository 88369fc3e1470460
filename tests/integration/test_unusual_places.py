"""State roots that are not where engines put them by themselves: found in configurations, and through the processes
that watch the containers."""

import json

import pytest
from containers import OBEDIENT, STOP_SIGNAL
from cstop import BINARY, Running, is_exit
from engine_containerd import Containerd
from engine_docker import Docker
from engine_host import IMAGES, open_host
from engine_podman import Podman, User
from engine_runc import Runc

pytestmark = pytest.mark.xdist_group("unusual-places")

QUITTING = {"QUIT": "exit 3", "TERM": ":"}


@pytest.fixture(scope="module")
def host(tmp_path_factory, rootfs):
    with open_host("hybrid", tmp_path_factory.mktemp("unusual"), rootfs) as host:
        yield host


def by_name(container):
    return container.name


def by_id(container):
    return container.id


def by_prefix(container):
    return container.id[:12]


WORDS = pytest.mark.parametrize("word_of", [by_name, by_id, by_prefix])


@pytest.fixture(scope="module")
def docker_of_flag(host):
    """No file says where this exec-root is, and its containerd is its own."""
    arguments = ["--exec-root=/run/flagged", "--data-root=/var/lib/docker/flagged"]
    yield Docker(host, *arguments).start().load(IMAGES)


@pytest.fixture
def docker(docker_of_flag):
    yield docker_of_flag
    docker_of_flag.remove_all()


@WORDS
def test_an_exec_root_that_only_the_shims_know_is_found(docker, word_of):
    web = docker.container("web", QUITTING, image="quit")
    assert docker.host.path(f"/run/flagged/runtime-runc/moby/{web.id}/state.json").exists()
    docker.hang()
    ended = docker.host.cstop(word_of(web))
    docker.go_on()
    assert (ended.status, ended.names) == (0, [word_of(web)]), ended.err
    assert web.received() == ["QUIT"]
    assert docker.verdict(web) == ("exited", 3)


def test_all_looks_where_only_the_shims_know(docker):
    web = docker.container("web", OBEDIENT)
    ended = docker.host.cstop("--all", "--engine", "docker")
    assert (ended.status, ended.names) == (0, [web.id]), ended.err
    assert web.received() == ["TERM"]


@pytest.fixture(scope="module")
def containerd_of_flag(host):
    arguments = ["--state", "/run/odd-state", "--root", "/var/lib/containerd/odd"]
    yield Containerd(host, *arguments).start().load(IMAGES, "default")


@pytest.fixture
def containerd(containerd_of_flag):
    yield containerd_of_flag
    containerd_of_flag.remove_all()


@pytest.mark.parametrize("word_of", [by_id, lambda container: container.id[:-1]], ids=["id", "prefix"])
def test_a_runtime_root_that_only_a_shims_bundle_names_is_found(containerd, word_of):
    web = containerd.container("web", QUITTING, "--runc-root", "/run/odd-runc", image="quit")
    assert containerd.host.path(f"/run/odd-runc/default/{web.id}/state.json").exists()
    containerd.hang()
    ended = containerd.host.cstop(word_of(web))
    containerd.go_on()
    assert (ended.status, ended.names) == (0, [word_of(web)]), ended.err
    assert web.received() == ["QUIT"]
    assert containerd.verdict(web) == ("STOPPED", 3)


@pytest.fixture(scope="module")
def podman_of_flag(host):
    yield Podman(host, flags=["--runtime-flag", "root=/run/odd-podman"]).load(IMAGES)


@pytest.fixture
def podman(podman_of_flag):
    yield podman_of_flag
    podman_of_flag.remove_all()


@WORDS
def test_a_root_that_only_conmon_knows_is_found(podman, word_of):
    web = podman.container("web", QUITTING, image="quit")
    assert podman.host.path(f"/run/odd-podman/{web.id}/state.json").exists()
    podman.hang()
    ended = podman.host.cstop(word_of(web))
    podman.go_on()
    assert (ended.status, ended.names) == (0, [word_of(web)]), ended.err
    assert web.received() == ["QUIT"]


@pytest.fixture
def runc_in(host, rootfs):
    made = []

    def make(root, user=None, rootfs=rootfs):
        made.append(Runc(host, rootfs, user, root))
        return made[-1]

    yield make
    for runc in made:
        runc.remove_all()


def test_a_runtime_root_of_crio_conf_is_searched(host, runc_in):
    """CRI-O is no package of Debian's: its configuration and annotations are imitated, runc and its container are not."""
    drop_ins = host.path("/etc/crio/crio.conf.d")
    drop_ins.mkdir(parents=True, exist_ok=True)
    (host.path("/etc/crio") / "crio.conf").write_text('[crio.runtime]\nlog_level = "info"\n', encoding="utf-8")
    handler = '[crio.runtime.runtimes.runc]\nruntime_path = "/usr/sbin/runc"\nruntime_root = "/run/odd-crio"\n'
    (drop_ins / "10-runc.conf").write_text(handler, encoding="utf-8")
    annotations = {
        "io.container.manager": "cri-o",
        "io.kubernetes.container.name": "web",
        "io.kubernetes.pod.name": "shop",
        "io.kubernetes.pod.namespace": "prod",
        "io.kubernetes.cri-o.ContainerType": "container",
        "io.kubernetes.pod.terminationGracePeriod": "7",
        STOP_SIGNAL: "SIGRTMINPLUS3",
    }
    runc = runc_in("/run/odd-crio")
    name = host.prefix + "crio"
    bundle = f"/run/containers/storage/overlay-containers/{name}/userdata"
    web = runc.container("crio", {"37": "exit 3", "TERM": ":"}, annotations, bundle=bundle)
    ended = host.cstop("--json", "prod/shop/web")
    assert (ended.status, web.received()) == (0, ["37"]), ended.err
    [told] = ended.objects
    assert (told["id"], told["name"], told["engine"]) == (web.id, "web", "cri-o")
    assert (told["signal"], told["timeout_ms"]) == ("SIGRTMIN+3", 7000) and is_exit(told, {"code": 3}), told
    assert "kubelet" in ended.err


def test_podmans_flags_for_a_runtime_are_searched(host, runc_in):
    """podman 5.6 reads them; runc by hand stands in for it."""
    file = host.path("/etc/containers/containers.conf")
    before = file.read_text(encoding="utf-8") if file.exists() else None
    file.parent.mkdir(exist_ok=True)
    file.write_text('[engine.runtimes_flags]\nrunc = [\n  "root=/run/odd-flags",\n]\n', encoding="utf-8")
    try:
        web = runc_in("/run/odd-flags").container("flags", OBEDIENT)
        assert host.cstop(web.id).status == 0
    finally:
        file.unlink() if before is None else file.write_text(before, encoding="utf-8")
    assert web.received() == ["TERM"]


@pytest.fixture(scope="module")
def user(host):
    return User(host)


@pytest.fixture(scope="module")
def open_rootfs(host, rootfs):
    """One that a user may enter."""
    host.run("cp", "-a", rootfs, "/run/rootfs")
    host.run("chmod", "755", "/run/rootfs", "/run/rootfs/notes")
    return "/run/rootfs"


@pytest.fixture(params=["root", "the user"])
def cstop(request, host, user):
    """cstop as somebody runs it."""
    host.run("install", "-m", "755", BINARY, "/run/cstop")

    def run(*arguments):
        command = ["/run/cstop", *arguments]
        return Running(host.enter(command if request.param == "root" else user.command(command))).ended()

    return run


def test_the_exec_root_of_a_rootless_dockers_configuration_is_searched_by(cstop, host, user, open_rootfs, runc_in):
    """Its dockerd is imitated by its files; the container is runc's."""
    root = f"{user.runtime_directory}/odd/runtime-runc/moby"
    configuration = f"{user.home}/.config/docker"
    host.run(*user.command(["mkdir", "-p", root, configuration]))
    host.run(*user.command(["touch", f"{user.runtime_directory}/docker.pid"]))
    text = json.dumps({"exec-root": f"{user.runtime_directory}/odd"})
    host.path(f"{configuration}/daemon.json").write_text(text, encoding="utf-8")
    web = runc_in(root, user, open_rootfs).container("rootless", QUITTING, {STOP_SIGNAL: "SIGQUIT"})
    ended = cstop("--json", web.id)
    assert (ended.status, web.received()) == (0, ["QUIT"]), ended.err
    assert (ended.objects[0]["engine"], ended.objects[0]["namespace"]) == ("docker", "moby")


@pytest.mark.parametrize(("who", "grace"), [("the user", 2000), ("root", 10000)])
def test_the_default_grace_of_a_rootless_dockers_configuration_counts_for(
    who, grace, host, user, open_rootfs, runc_in
):
    """For its own user. Root leaves the home of another alone, which may be on a server that is gone."""
    host.run("install", "-m", "755", BINARY, "/run/cstop")
    root = f"{user.runtime_directory}/docker/runtime-runc/moby"
    configuration = f"{user.home}/.config/docker"
    host.run(*user.command(["mkdir", "-p", root, configuration]))
    host.path(f"{configuration}/daemon.json").write_text('{"default-stop-timeout": 2}', encoding="utf-8")
    web = runc_in(root, user, open_rootfs).container("grace", QUITTING)
    store = f"{user.home}/.local/share/docker/containers/{web.id}"
    host.run(*user.command(["mkdir", "-p", store]))
    record = {"ID": web.id, "Name": f"/web-{who[-4:]}", "Driver": "overlay2", "Config": {"StopSignal": "SIGQUIT"}}
    host.path(f"{store}/config.v2.json").write_text(json.dumps(record), encoding="utf-8")
    host.run("chown", "-R", f"{user.uid}:{user.uid}", store)
    file = host.path(f"{root}/{web.id}/state.json")
    state = json.loads(file.read_text(encoding="utf-8"))
    state["config"]["mounts"].append({"source": f"{store}/hostname", "destination": "/etc/hostname"})
    file.write_text(json.dumps(state), encoding="utf-8")
    command = ["/run/cstop", "--json", f"web-{who[-4:]}"]
    ended = Running(host.enter(command if who == "root" else user.command(command))).ended()
    assert (ended.status, web.received()) == (0, ["QUIT"]), ended.err
    [told] = ended.objects
    assert (told["id"], told["engine"], told["timeout_ms"]) == (web.id, "docker", grace)
    assert told["signal_source"] == "docker config.v2.json"


def test_another_users_configuration_leads_root_nowhere_else(host, user, rootfs):
    """It could be a file system that never answers, or somebody's old state files."""
    configuration = f"{user.home}/.config/docker"
    host.run(*user.command(["mkdir", "-p", configuration]))
    host.run(*user.command(["touch", f"{user.runtime_directory}/docker.pid"]))
    host.run("mkdir", "-p", "/run/lured/runtime-runc/moby")
    text = json.dumps({"exec-root": "/run/lured"})
    host.path(f"{configuration}/daemon.json").write_text(text, encoding="utf-8")
    runc = Runc(host, rootfs, root="/run/lured/runtime-runc/moby")
    try:
        web = runc.container("lured", OBEDIENT)
        assert host.cstop(web.id).status == 3
        assert web.is_untouched()
        assert host.cstop("--root", "/run/lured/runtime-runc/moby", web.id).status == 0
    finally:
        runc.remove_all()


def test_rootless_nerdctls_store_is_found_by(cstop, host, user, open_rootfs, runc_in, source):
    """containerd-rootless.sh gives containerd a /run/containerd and a /var/lib/containerd of its own: the state names
    paths that mean others here. The database is a recording; its n1 has SIGQUIT, three seconds, and the name web."""
    state, data = f"{user.runtime_directory}/containerd", f"{user.home}/.local/share"
    bundle = "io.containerd.runtime.v2.task/default/n1"
    names = f"{data}/nerdctl/1935db59/names/default"
    host.run(*user.command(["mkdir", "-p", f"{state}/runc/default", f"{state}/{bundle}", f"{data}/containerd", names]))
    recorded = source / "tests/data/containerd-1.6.20-ctr-hybrid/root/io.containerd.metadata.v1.bolt"
    host.run("cp", "-r", recorded, f"{data}/containerd")
    host.path(f"{names}/web").write_text("n1", encoding="ascii")
    host.run("ln", "-sfn", f"/var/lib/containerd/{bundle}", f"{state}/{bundle}/work")
    host.run("chown", "-hR", f"{user.uid}:{user.uid}", user.runtime_directory, user.home)
    annotations = {"nerdctl/name": "web", "nerdctl/state-dir": f"{data}/nerdctl/1935db59/containers/default/n1"}
    web = runc_in(f"{state}/runc/default", user, open_rootfs).container("n1", QUITTING, annotations, is_full_name=True)
    file = host.path(f"{state}/runc/default/n1/state.json")
    text = file.read_text(encoding="utf-8")
    [label] = [label for label in json.loads(text)["config"]["labels"] if label.startswith("bundle=")]
    file.write_text(text.replace(label, f"bundle=/run/containerd/{bundle}"), encoding="utf-8")
    ended = cstop("--json", "web")
    assert (ended.status, web.received()) == (0, ["QUIT"]), ended.err
    [told] = ended.objects
    assert (told["id"], told["engine"], told["namespace"], told["timeout_ms"]) == ("n1", "containerd", "default", 3000)
    assert "store" not in ended.err
