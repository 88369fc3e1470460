"""dockerd with its default places, in a host of its own."""

import json
import signal

from engine_container import EngineContainer, script
from engine_containerd import SOCKET
from engine_host import wait_until
from engine_image import name_of


class Docker:
    name = "docker"

    def __init__(self, host, *arguments, containerd=None):
        """`containerd`: the host's, which docker shares; None: it starts one of its own."""
        self.host = host
        self._containerd = containerd
        self._arguments = [*arguments, *(["--containerd", SOCKET] if containerd else [])]
        self._daemon = None
        self._containers = []

    def start(self):
        if self._containerd is not None and not self._containerd.is_running():
            self._containerd.start()
        self._daemon = self.host.start(
            "dockerd", "--iptables=false", "--ip6tables=false", "--bridge=none", "--storage-driver=vfs",
            "--cgroup-parent=" + self.host.make_parent("docker"), *self._arguments, log="dockerd.log",
        )  # fmt: skip
        wait_until(self._answers, 60, "dockerd answers")
        return self

    def _answers(self):
        assert self._daemon.is_alive(), (self.host.directory / "dockerd.log").read_text(encoding="utf-8")[-2000:]
        return self.host.try_run("docker", "version")[0] == 0

    def __call__(self, *arguments, **options):
        return self.host.run("docker", *arguments, **options)

    def load(self, archive):
        self("load", "-q", "-i", archive)
        return self

    def make(self, name, traps=None, *options, image="plain", before="", process=None, verb="run"):
        """A container called `name` that the engine starts."""
        container = EngineContainer(self.host, name)
        self._containers.append(container)
        detach = ["--detach"] if verb == "run" else []
        container.id = self(
            verb, *detach, "--network=none", "--name", name, "-v", f"{container.notes}:/notes", *options,
            name_of(image), *(process or ["sh", "-c", script(traps, before)]),
        ).strip()  # fmt: skip
        if verb == "run":
            container.started(container.id, self.inspect(name)["State"]["Pid"])
        return container

    def container(self, name, traps=None, *options, **more):
        return self.make(name, traps, *options, **more).wait_for("ready")

    def inspect(self, word):
        return json.loads(self("inspect", word))[0]

    def verdict(self, container):
        """What the engine says when it has noticed the end: its status and exit code."""

        def ended():
            state = self.inspect(container.id)["State"]
            return not state["Running"] and (state["Status"], state["ExitCode"])

        return wait_until(ended, 60, f"docker notices the end of {container.name}")

    def daemon_pids(self):
        """dockerd and its containerd; not the shims, which outlive them."""
        return self.host.processes_of("dockerd") + self.host.processes_of("containerd")

    def hang(self):
        self.host.signal(signal.SIGSTOP, *self.daemon_pids())

    def go_on(self):
        self.host.signal(signal.SIGCONT, *self.daemon_pids())

    def kill(self):
        self.host.kill(*self.daemon_pids())

    def is_running(self):
        return self._daemon is not None and self._daemon.is_alive()

    def remove_all(self):
        """Every container, whatever a test left behind."""
        if self.is_running():
            self.go_on()
        else:
            self.start()
        ids = self("ps", "-aq").split()
        if ids:
            self("rm", "-f", *ids)
        for container in self._containers:
            container.close()
        self._containers.clear()
