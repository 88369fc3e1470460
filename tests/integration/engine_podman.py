"""podman with its default places, in a host of its own. Its daemon is conmon, one a container."""

import json
import shlex
import signal
import uuid
from pathlib import Path

import cgroups
from engine_container import EngineContainer, script
from engine_host import wait_until
from engine_image import name_of

_CONFIGURATION = Path(__file__).resolve().parent / "engine_podman.conf"


class Podman:
    name = "podman"

    def __init__(self, host, runtime="runc", user=None, flags=()):
        self.host = host
        self.user = user  # of /etc/passwd in the host; None: root
        self._environment = {"CONTAINERS_CONF": "/run/containers.conf"}
        self._global = ["--storage-driver", "vfs", "--runtime", runtime, *flags]
        configuration = _CONFIGURATION.read_text(encoding="utf-8")
        if user is None:  # one without a session has no systemd to ask
            configuration = configuration.replace('"cgroupfs"', f'"{cgroups.DRIVER}"')
        host.path("/run/containers.conf").write_text(configuration, encoding="utf-8")
        self._containers = []

    def try_run(self, *arguments, **options):
        return self.host.try_run(*self._command(arguments), environment=self._environment, **options)

    def __call__(self, *arguments, **options):
        return self.host.run(*self._command(arguments), environment=self._environment, **options)

    def _command(self, arguments):
        command = ["podman", *self._global, *map(str, arguments)]
        return command if self.user is None else self.user.command(command)

    def load(self, archive):
        self("load", "-q", "-i", archive)
        return self

    def _parent(self):
        return ["--cgroup-parent", self.host.make_parent("podman")] if self.user is None else []

    def make(self, name, traps=None, *options, image="plain", before="", process=None, verb="run"):
        container = EngineContainer(self.host, name)
        self._containers.append(container)
        detach = ["--detach"] if verb == "run" else []
        parent = [] if any(option.startswith("--pod=") for option in options) else self._parent()
        network = [] if any(option.startswith("--pod=") for option in options) else ["--network=none"]
        container.id = self(
            verb, *detach, *network, *parent, "--name", name, "-v", f"{container.notes}:/notes", *options,
            name_of(image), *(process or ["sh", "-c", script(traps, before)]),
        ).strip()  # fmt: skip
        if verb == "run":
            container.started(container.id, self.inspect(name)["State"]["Pid"])
        return container

    def container(self, name, traps=None, *options, **more):
        return self.make(name, traps, *options, **more).wait_for("ready")

    def pod(self, name):
        """An empty pod: its infra container is an EngineContainer like any other."""
        pod_id = self("pod", "create", "--network=none", *self._parent(), "--name", name).strip()
        infra = json.loads(self("pod", "inspect", name))["InfraContainerID"]
        container = EngineContainer(self.host, f"{name}-infra-{uuid.uuid4().hex[:6]}")
        self._containers.append(container)
        self("pod", "start", pod_id)
        return container.started(infra, self.inspect(infra)["State"]["Pid"])

    def inspect(self, word):
        return json.loads(self("container", "inspect", word))[0]

    def verdict(self, container):
        """What podman says when conmon has told it the end: its status and exit code."""

        def ended():
            state = self.inspect(container.id)["State"]
            return state["Status"] == "exited" and (state["Status"], state["ExitCode"])

        return wait_until(ended, 60, f"podman notices the end of {container.name}")

    def daemon_pids(self):
        return self.host.processes_of("conmon")

    def hang(self):
        self.host.signal(signal.SIGSTOP, *self.daemon_pids())

    def go_on(self):
        self.host.signal(signal.SIGCONT, *self.daemon_pids())

    def kill(self):
        self.host.kill(*self.daemon_pids())

    def remove_all(self):
        self.go_on()
        self.try_run("pod", "rm", "-f", "-a", "-t", "0")
        # The newest first: podman removes nothing that another container's namespaces depend on.
        ids = [container.id for container in reversed(self._containers) if container.id is not None]
        if ids:
            self.try_run("rm", "-f", "-i", "-t", "0", *ids)
        self("rm", "-f", "-a", "-t", "0")
        for container in self._containers:
            container.close()
        self._containers.clear()


class User:
    """A user without privileges, made up in the host's own /etc."""

    def __init__(self, host, name="tester", uid=54321):
        self.host = host
        self.name = name
        self.uid = uid
        self.home = f"/run/user-home/{name}"
        self.runtime_directory = f"/run/user/{uid}"
        for file, line in (
            ("passwd", f"{name}:x:{uid}:{uid}::{self.home}:/bin/sh"),
            ("group", f"{name}:x:{uid}:"),
            ("subuid", f"{name}:500000:65536"),
            ("subgid", f"{name}:500000:65536"),
        ):
            with open(host.path(f"/etc/{file}"), "a", encoding="utf-8") as database:
                database.write(line + "\n")
        host.run("install", "-d", "-o", uid, "-g", uid, "-m", "700", self.home)
        host.run("install", "-d", "-o", "root", "-g", "root", "-m", "755", "/run/user")
        host.run("install", "-d", "-o", uid, "-g", uid, "-m", "700", self.runtime_directory)

    def command(self, command):
        """The same command as this user runs it, after a login."""
        environment = ["HOME=" + self.home, "XDG_RUNTIME_DIR=" + self.runtime_directory, "USER=" + self.name]
        # The directory a command starts in must be one that the user may enter.
        line = f"cd {self.home} && exec {shlex.join(map(str, command))}"
        who = ["setpriv", f"--reuid={self.uid}", f"--regid={self.uid}", "--init-groups"]
        return [*who, "env", *environment, "sh", "-c", line]
