"""containerd with its default places, in a host of its own: ctr's containers, and Kubernetes' through the CRI."""

import json
import re
import signal
import sys
import uuid
from pathlib import Path

import cgroups
from engine_container import EngineContainer, script
from engine_host import wait_until
from engine_image import name_of

_HERE = Path(__file__).resolve().parent

SOCKET = "/run/containerd/containerd.sock"


class Containerd:
    name = "containerd"

    def __init__(self, host, *arguments):
        self.host = host
        self._arguments = arguments
        self._daemon = None
        self._containers = []

    def start(self):
        configuration = (_HERE / "engine_containerd.toml").read_text(encoding="utf-8")
        configuration = configuration.replace("SystemdCgroup = false", f"SystemdCgroup = {str(cgroups.DRIVER == 'systemd').lower()}")
        self.host.path("/run/containerd.toml").write_text(configuration, encoding="utf-8")
        self._daemon = self.host.start("containerd", "-c", "/run/containerd.toml", *self._arguments, log="containerd.log")
        wait_until(self._answers, 60, "containerd answers")
        return self

    def _answers(self):
        log = self.host.directory / "containerd.log"
        assert self._daemon.is_alive(), log.read_text(encoding="utf-8")[-2000:]
        return self.host.try_run("ctr", "version")[0] == 0

    def __call__(self, *arguments, **options):
        return self.host.run("ctr", *arguments, **options)

    def load(self, archive, *namespaces):
        for namespace in namespaces:
            self("-n", namespace, "images", "import", archive)
        return self

    def make(
        self, name, traps=None, *options, image="plain", namespace="default", before="", process=None, cgroup=None
    ):  # fmt: skip
        """A container whose id is `name`, after the host's prefix; `cgroup` is one that it shares with others."""
        container = EngineContainer(self.host, self.host.prefix + name)
        container.namespace = namespace
        self._containers.append(container)
        container_id = container.name
        self(
            "-n", namespace, "run", "-d", *self._make_cgroup(namespace, cgroup or container_id),
            "--mount", f"type=bind,src={container.notes},dst=/notes,options=rbind:rw", *options,
            name_of(image), container_id, *(process or ["sh", "-c", script(traps, before)]),
        )  # fmt: skip
        return container.started(container_id, self.tasks(namespace)[container_id][0])

    def _make_cgroup(self, namespace, name):
        parent = self.host.make_parent(namespace)
        if cgroups.DRIVER == "systemd":
            return ["--runc-systemd-cgroup", "--cgroup", f"{parent}:ctr:{name}"]
        return ["--cgroup", f"{parent}/{name}"]

    def container(self, name, traps=None, *options, **more):
        return self.make(name, traps, *options, **more).wait_for("ready")

    def tasks(self, namespace="default"):
        """{id: (pid, status)}"""
        lines = self("-n", namespace, "tasks", "list").splitlines()[1:]
        return {word[0]: (int(word[1]), word[2]) for word in map(str.split, lines)}

    def verdict(self, container):
        """What containerd says when it has noticed the end: the task's status, and the exit code when it is deleted."""
        namespace = container.namespace

        def ended():
            return self.tasks(namespace)[container.id][1] == "STOPPED"

        wait_until(ended, 60, f"containerd notices the end of {container.name}")
        _, _, err = self.host.try_run("ctr", "-n", namespace, "tasks", "delete", container.id)
        told = re.search(r"non-zero exit code (\d+)", err)
        return "STOPPED", int(told[1]) if told else 0

    def image_config(self, image):
        return json.loads(self("images", "inspect", image))

    def daemon_pids(self):
        return self.host.processes_of("containerd")

    def hang(self):
        self.host.signal(signal.SIGSTOP, *self.daemon_pids())

    def go_on(self):
        self.host.signal(signal.SIGCONT, *self.daemon_pids())

    def kill(self):
        self.host.kill(*self.daemon_pids())

    def is_running(self):
        return self._daemon is not None and self._daemon.is_alive()

    def remove_all(self):
        if self.is_running():
            self.go_on()
        else:
            self.start()
        for container in self._containers:
            if container.id is not None:
                wait_until(lambda container=container: self._is_removed(container), 60, f"{container.id} is removed")
            container.close()
        self._containers.clear()

    def _is_removed(self, container):
        """containerd's restart monitor may have started it again meanwhile."""
        for what in (("tasks", "delete", "-f"), ("containers", "delete")):
            self.host.try_run("ctr", "-n", container.namespace, *what, container.id)
        return container.id not in self("-n", container.namespace, "containers", "list", "-q").split()


class Kubernetes:
    """What kubelet would do, on a containerd that runs."""

    name = "kubernetes"

    def __init__(self, containerd):
        self.containerd = containerd
        self.host = containerd.host
        self._pods = []
        self._why_not = ""
        self._containers = []

    def cri(self, *arguments):
        # By this python: grpc is Debian's.
        return self.host.run(sys.executable, _HERE / "cri.py", SOCKET, *arguments).strip()

    def wait(self):
        """Until the CRI answers: it comes up after containerd's own socket."""
        wait_until(lambda: self.host.try_run(sys.executable, _HERE / "cri.py", SOCKET, "list")[0] == 0, 60, "the CRI")
        return self

    def pod(self, name):
        sandbox = self.cri("run-pod", name, uuid.uuid4(), "/run/pod-logs", self.host.make_parent("kubepods"))
        self._pods.append(sandbox)
        pod = EngineContainer(self.host, f"{name}-sandbox-{sandbox[:8]}").started(sandbox, self._pid(sandbox))
        pod.pod = name
        self._containers.append(pod)
        return pod

    def make(self, pod, name, traps=None, *options, image="plain", before="", process=None):
        container = EngineContainer(self.host, f"{pod.id[:8]}-{name}-{len(self._containers)}")
        self._containers.append(container)
        container_id = self.cri(
            "run-container", pod.id, name, name_of(image), "--mount", f"{container.notes}:/notes", *options,
            *(process or ["sh", "-c", script(traps, before)]),
        )  # fmt: skip
        return container.started(container_id, self._pid(container_id))

    def container(self, pod, name, traps=None, *options, **more):
        return self.make(pod, name, traps, *options, **more).wait_for("ready")

    def _is_removed(self, sandbox):
        status, _, self._why_not = self.host.try_run(sys.executable, _HERE / "cri.py", SOCKET, "remove-pod", sandbox)
        return status == 0

    def _pid(self, container_id):
        return self.containerd.tasks("k8s.io")[container_id][0]

    def verdict(self, container):
        def ended():
            state, code = self.cri("status", container.id).split()
            return state == "exited" and (state, int(code))

        return wait_until(ended, 60, f"the CRI notices the end of {container.name}")

    def remove_all(self):
        for sandbox in self._pods:
            # Refused while containerd is still busy with the end of a container.
            wait_until(lambda sandbox=sandbox: self._is_removed(sandbox), 60, lambda: self._why_not)
        self._pods.clear()
        for container in self._containers:
            container.close()
        self._containers.clear()
