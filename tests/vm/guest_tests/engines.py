"""Containers of every engine, as systemd's cgroup driver makes them.

Each class is one way to run containers. `make` gives a Container whose payload has its traps set; what the engine needs
(a daemon, images) is started by the first one and stays for the rest of the run.
"""
import itertools
import json
import os
import re
import shutil
import subprocess

from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Callable

import cri
import grpc
import payload
from engine_image import IMAGES, name_of, write_archive
from host import CGROUPS, as_op, command_of, has_trap, lives, run, start_time_of, wait_for

ROOTFS = "/srv/rootfs"
ARCHIVE = Path("/run/images.tar")

_numbers = itertools.count(1)


def new_name(kind):
    return "%s-%d" % (kind, next(_numbers))


def get_archive():
    """The images in a file that every engine loads; readable by op."""
    if not ARCHIVE.exists():
        write_archive(ARCHIVE, Path(ROOTFS))
    return str(ARCHIVE)


@dataclass
class Container:
    engine: object
    id: str
    name: str  # what its user calls it
    pid: int
    unit: str  # systemd's, and the path of its cgroup
    scope: Path
    cgroup: Path  # the container's own: the scope, or a sub-cgroup of it
    state: Path  # the runtime's state file
    read_exit_code: Callable = None  # what the engine says; None while it runs
    start_time: int = 0
    conmon: int = None  # podman's
    record: dict = field(default_factory=dict)  # more files worth a fixture: name in the fixture -> path

    def __post_init__(self):
        self.start_time = self.start_time or start_time_of(self.pid)

    @property
    def prefix(self):
        """What its user types of an id that a machine made up."""
        return self.id[:12] if len(self.id) == 64 else self.id

    @property
    def lives(self):
        return lives(self.pid, self.start_time)

    def exit_code(self, seconds=60):
        """The exit code that the engine reports, as soon as it agrees that the container has exited."""
        code = []
        wait_for(lambda: code.append(self.read_exit_code()) or code[-1] is not None, "%s says exited" % self.engine.kind,
                 seconds)
        return code[-1]

    def await_payload(self):
        # runc's own init has a handler for every signal, until it becomes the payload.
        wait_for(lambda: command_of(self.pid) == "sh" and has_trap(self.pid, 15) and has_trap(self.pid, payload.RTMIN_PLUS_3),
                 "the traps of " + self.name)
        return self


class Engine:
    kind = None
    cstop_name = None  # what --engine calls it
    told = None  # what the README calls this way
    daemon = None  # its unit
    user = None

    def __init__(self):
        self._made = []

    def set_up(self):
        """Starts what the engine needs, once."""

    def make(self, script=payload.OBEDIENT, image="plain", shared_pids=False, options=()):
        name = new_name(self.kind)
        container = self._start(name, script, image, shared_pids, options)
        self._made.append(container)
        return container.await_payload()

    def clean_up(self):
        while self._made:
            self._remove(self._made.pop())

    def forget(self, container):
        """The engine removed it by itself (--rm)."""
        self._made.remove(container)


class _Bare(Engine):
    """A runtime called by hand with --systemd-cgroup."""

    told = "by hand"

    def _start(self, name, script, image, shared_pids, options):
        bundle = Path("/run/bundles") / name
        (bundle / "out").mkdir(parents=True)
        run(self.kind, "spec", cwd=bundle)
        config = json.loads((bundle / "config.json").read_text())
        config["process"].update(terminal=False, args=["sh", "-c", script])
        config["root"] = {"path": ROOTFS, "readonly": True}
        config["mounts"].append({"destination": "/out", "type": "bind", "source": str(bundle / "out"), "options": ["bind"]})
        config["mounts"].append({"destination": "/tmp", "type": "tmpfs", "source": "tmpfs"})
        if IMAGES[image]:  # what umoci writes for such an image
            config["annotations"] = {"org.opencontainers.image.stopSignal": IMAGES[image]}
        if shared_pids:
            config["linux"]["namespaces"] = [n for n in config["linux"]["namespaces"] if n["type"] != "pid"]
        config["linux"]["cgroupsPath"] = "system.slice:%s:%s" % (self.kind, name)
        # mountpoints that a read-only root file system lacks
        for directory in ("out", "dev/shm", "dev/mqueue", "dev/pts"):
            os.makedirs(os.path.join(ROOTFS, directory), exist_ok=True)
        (bundle / "config.json").write_text(json.dumps(config))
        with open(bundle / "log", "wb") as log:  # not a pipe: the container would hold it open
            done = subprocess.run([self.kind, "--systemd-cgroup", "run", "--detach", "--bundle", bundle,
                                  "--pid-file", bundle / "pid", name], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        assert done.returncode == 0, (bundle / "log").read_text()
        pid = int((bundle / "pid").read_text())
        scope = CGROUPS / "system.slice" / ("%s-%s.scope" % (self.kind, name))
        state = Path("/run") / self.kind / name
        got = bundle / "out" / "got"

        def read_exit_code():
            # Nobody keeps a bare runtime's exit code; what the payload wrote down stands for it.
            if lives(pid, container.start_time):
                return None
            return payload.code_of(int(got.read_text().split()[0])) if got.exists() else payload.KILLED

        container = Container(self, name, name, pid, scope.name, scope, scope, state / "state.json", read_exit_code)
        self._place(container, state)
        return container

    def _remove(self, container):
        run(self.kind, "--systemd-cgroup", "delete", "--force", container.id, check=False)
        shutil.rmtree(Path("/run/bundles") / container.name, ignore_errors=True)


class Runc(_Bare):
    kind = cstop_name = "runc"

    def _place(self, container, state):
        pass


class Crun(_Bare):
    kind = cstop_name = "crun"

    def _place(self, container, state):
        container.state = state / "status"
        container.cgroup = container.scope / "container"
        container.record = {"config.json": state / "config.json"}


class Docker(Engine):
    kind = cstop_name = "docker"
    told = "runc"
    daemon = "docker.service"

    def set_up(self):
        run("systemctl", "start", self.daemon, timeout=300)
        run("docker", "load", "--quiet", "--input", get_archive())

    def _start(self, name, script, image, shared_pids, options):
        pids = ["--pid", "host"] if shared_pids else []
        id_ = run("docker", "run", "-d", "--network", "none", "--name", name, *pids, *options, name_of(image), "sh", "-c",
                  script).stdout.strip()
        pid = int(run("docker", "inspect", "-f", "{{.State.Pid}}", id_).stdout)
        scope = CGROUPS / "system.slice" / ("docker-%s.scope" % id_)
        state = Path("/run/docker/runtime-runc/moby") / id_ / "state.json"
        store = Path("/var/lib/docker/containers") / id_
        return Container(self, id_, name, pid, scope.name, scope, scope, state, lambda: self._exit_code(id_),
                         record={"config.v2.json": store / "config.v2.json", "hostconfig.json": store / "hostconfig.json"})

    def pid_of(self, container):
        """0 while it does not run."""
        return int(run("docker", "inspect", "-f", "{{.State.Pid}}", container.id).stdout)

    def _exit_code(self, id_):
        asked = run("docker", "inspect", "-f", "{{.State.Status}} {{.State.ExitCode}}", id_, timeout=60, check=False)
        if asked.returncode != 0 or not asked.stdout.startswith("exited "):
            return None
        return int(asked.stdout.split()[1])

    def _remove(self, container):
        run("docker", "rm", "-f", container.id)


class _Containerd(Engine):
    daemon = "containerd.service"
    namespace = None

    def set_up(self):
        config = Path("/etc/containerd/config.toml")
        text = """version = 2
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "registry.k8s.io/pause:3.6"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      SystemdCgroup = true
"""
        if not config.exists() or config.read_text() != text:
            config.parent.mkdir(exist_ok=True)
            config.write_text(text)
            run("systemctl", "restart", self.daemon, timeout=300)
        run("systemctl", "start", self.daemon, timeout=300)
        self._ctr("images", "import", get_archive())

    def _ctr(self, *words, **more):
        return run("ctr", "-n", self.namespace, *words, **more)


class Ctr(_Containerd):
    kind = told = "ctr"
    cstop_name = "containerd"
    namespace = "default"

    def _start(self, name, script, image, shared_pids, options):
        pids = ["--with-ns", "pid:/proc/1/ns/pid"] if shared_pids else []
        self._ctr("run", "-d", "--runc-systemd-cgroup", "--cgroup", "system.slice:ctr:" + name, *pids, *options,
                  name_of(image), name, "sh", "-c", script)
        pid = next(int(line.split()[1]) for line in self._ctr("task", "ls").stdout.splitlines() if line.split()[0] == name)
        scope = CGROUPS / "system.slice" / ("ctr-%s.scope" % name)
        bundle = Path("/run/containerd/io.containerd.runtime.v2.task") / self.namespace / name
        return Container(self, name, name, pid, scope.name, scope, scope,
                         Path("/run/containerd/runc") / self.namespace / name / "state.json", lambda: self._exit_code(name),
                         record={"options.json": bundle / "options.json", "config.json": bundle / "config.json"})

    def _exit_code(self, name):
        for line in self._ctr("task", "ls", check=False).stdout.splitlines():
            if line.split()[0] == name and "STOPPED" in line:
                # ctr tells it in a warning only, and ends with 0.
                told = re.search(r"non-zero exit code (\d+)", self._ctr("task", "rm", name).stderr)
                return int(told[1]) if told else 0
        return None

    def _remove(self, container):
        self._ctr("task", "kill", "-s", "KILL", "-a", container.id, check=False)
        self._ctr("task", "rm", "-f", container.id, check=False)
        self._ctr("container", "rm", container.id, check=False)


class _Kubelet(cri.Cri):
    """Starts pods as a kubelet with the systemd driver does: its cgroup parent is a slice."""

    def is_ready(self):
        """False while containerd, just started, answers that it is not initialized."""
        try:
            return list(self.list()) is not None
        except grpc.RpcError:
            return False

    def run_pod(self, name, uid, logs, parent):
        options = cri.message((1, parent), (2, cri.message((1, cri.message((1, cri.NODE))))))
        pod = cri.message((1, cri.message((1, name), (2, uid), (3, "default"))), (3, logs), (6, {"app": name}), (8, options))
        sandbox = cri.first_string(self.call("RunPodSandbox", cri.message((1, pod))))
        Path("/run/cri-test-" + sandbox).write_bytes(pod)  # where run_container looks for it
        return sandbox


class Kubernetes(_Containerd):
    """Pods through containerd's CRI, with the slices that a kubelet with the systemd driver names."""

    kind = "cri"
    told = "containerd's CRI"
    cstop_name = "kubernetes"
    namespace = "k8s.io"

    def set_up(self):
        super().set_up()
        self.kubelet = _Kubelet("/run/containerd/containerd.sock")
        wait_for(self.kubelet.is_ready, "containerd's CRI")

    def make_pod(self, name=None):
        """Gives the sandbox as a Container."""
        name = name or new_name("pod")
        uid = "11111111-0000-0000-0000-%012d" % next(_numbers)
        slice_ = CGROUPS / "kubepods.slice" / "kubepods-besteffort.slice" / (
            "kubepods-besteffort-pod%s.slice" % uid.replace("-", "_"))
        sandbox = self._container(self.kubelet.run_pod(name, uid, "/run/pods/" + uid, "/" + str(slice_.relative_to(CGROUPS))),
                                  name, slice_)
        self._made.append(sandbox)
        return sandbox

    def make_in(self, sandbox, name, script=payload.OBEDIENT, image="plain", shared_pids=False):
        options = SimpleNamespace(share_pid=shared_pids, mount=[], grace="30", attempt=0, arguments=["sh", "-c", script])
        id_ = self.kubelet.run_container(sandbox.id, name, name_of(image), options)
        return self._container(id_, "%s/%s" % (sandbox.name, name), sandbox.scope.parent).await_payload()

    def make(self, script=payload.OBEDIENT, image="plain", shared_pids=False, options=()):
        return self.make_in(self.make_pod(), "main", script, image, shared_pids)

    def _container(self, id_, name, slice_):
        scope = slice_ / ("cri-containerd-%s.scope" % id_)
        state = Path("/run/containerd/runc/k8s.io") / id_ / "state.json"
        pid = json.loads(state.read_text())["init_process_pid"]
        bundle = Path("/run/containerd/io.containerd.runtime.v2.task/k8s.io") / id_
        return Container(self, id_, name, pid, scope.name, scope, scope, state, lambda: self._exit_code(id_),
                         record={"options.json": bundle / "options.json", "config.json": bundle / "config.json"})

    def _exit_code(self, id_):
        try:
            state, code = self.kubelet.status(id_)
        except grpc.RpcError:  # a containerd that was killed is on its way back
            return None
        return code if state == "exited" else None

    def _remove(self, sandbox):
        self.kubelet.remove_pod(sandbox.id)  # and its containers with it


class Podman(Engine):
    kind = cstop_name = "podman"
    runtime = told = "crun"
    store = Path("/var/lib/containers/storage")
    slice_ = CGROUPS / "machine.slice"

    def podman(self, *words, **more):
        return run("podman", *words, **more)

    def set_up(self):
        self.podman("load", "--quiet", "--input", get_archive())

    def _start(self, name, script, image, shared_pids, options):
        pids = ["--pid", "host"] if shared_pids else []
        id_ = self.podman("--runtime", self.runtime, "run", "-d", "--network", "none", "--name", name, *pids, *options,
                          name_of(image), "sh", "-c", script).stdout.strip()
        return self.find(id_, name)

    def find(self, id_, name):
        said = json.loads(self.podman("inspect", id_).stdout)[0]
        pid = said["State"]["Pid"]
        scope = self.slice_ / ("libpod-%s.scope" % id_)
        state = Path("/run/user/1000" if self.user else "/run") / self.runtime / id_
        userdata = next(self.store.glob("*-containers/%s/userdata" % id_))
        record = {"userdata.config.json": userdata / "config.json", "containers.json": userdata.parent.parent / "containers.json"}
        container = Container(self, id_, name, pid, scope.name, scope, scope, state / "state.json",
                              lambda: self._exit_code(id_), record=record)
        container.conmon = said["State"]["ConmonPid"]
        if self.runtime == "crun":
            container.state = state / "status"
            container.cgroup = scope / "container"
            record["config.json"] = state / "config.json"
        return container

    def pid_of(self, container):
        """0 while it does not run."""
        return int(self.podman("inspect", "-f", "{{.State.Pid}}", container.id).stdout)

    def _exit_code(self, id_):
        asked = self.podman("inspect", "-f", "{{.State.Status}} {{.State.ExitCode}}", id_, check=False)
        if asked.returncode != 0 or not asked.stdout.startswith("exited "):
            return None
        return int(asked.stdout.split()[1])

    def _remove(self, container):
        self.podman("rm", "-f", "-t", "0", container.id, check=False)


class PodmanRunc(Podman):
    kind = "podman-runc"
    runtime = told = "runc"

    def set_up(self):
        if run("podman", "image", "exists", name_of("plain"), check=False).returncode != 0:
            super().set_up()


class RootlessPodman(Podman):
    """Podman of user op, below op's systemd, with the cgroups that it delegates."""

    kind = "rootless"
    told = "rootless with a user session"
    user = "op"
    store = Path("/home/op/.local/share/containers/storage")
    slice_ = CGROUPS / "user.slice/user-1000.slice/user@1000.service/user.slice"

    def podman(self, *words, **more):
        return as_op("podman", *words, **more)


class SystemdInPodman(Podman):
    """Containers with systemd as init: an overlay of the machine's own root file system, cut down to basic.target."""

    kind = "systemd"
    told = "systemd as init"
    _top = Path("/run/systemd-container")

    def set_up(self):
        upper, work, merged = (self._top / name for name in ("upper", "work", "merged"))
        self._top.mkdir()
        run("mount", "-t", "tmpfs", "none", str(self._top))  # an upper layer cannot lie in its own lower one
        for directory in (upper / "etc/systemd/system", work, merged):
            directory.mkdir(parents=True)
        units = upper / "etc/systemd/system"
        (units / "default.target").symlink_to("/lib/systemd/system/basic.target")
        for unit in ("apparmor.service", "systemd-udevd.service", "systemd-udev-trigger.service", "systemd-journald-audit.socket",
                     "systemd-timesyncd.service", "e2scrub_all.timer"):
            (units / unit).symlink_to("/dev/null")
        run("mount", "-t", "overlay", "overlay", "-o", "lowerdir=/,upperdir=%s,workdir=%s" % (upper, work), str(merged))

    def make(self, script=None, image=None, shared_pids=False, options=()):
        name = new_name(self.kind)
        id_ = self.podman("run", "-d", "--network", "none", "--name", name, "--systemd=always", *options, "--rootfs",
                          str(self._top / "merged"), "/sbin/init").stdout.strip()
        container = self.find(id_, name)
        self._made.append(container)
        is_up = ("exec", id_, "systemctl", "is-active", "basic.target")
        wait_for(lambda: self.podman(*is_up, check=False).stdout == "active\n", "basic.target in " + name, 120)
        return container


ALL = [Runc, Crun, Docker, Ctr, Kubernetes, Podman, PodmanRunc, RootlessPodman]
