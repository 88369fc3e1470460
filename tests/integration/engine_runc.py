"""runc called by hand, in an engine's host: the neighbour that is none of the engine's business."""

import json
import os

import cgroups
from containers import OBEDIENT
from engine_container import EngineContainer, script


class Runc:
    name = "runc"

    def __init__(self, host, rootfs, user=None, root=None):
        self.host = host
        self.user = user
        self._rootfs = rootfs
        self._options = ["--root", root] if root else []
        if cgroups.DRIVER == "systemd" and user is None:
            self._options.append("--systemd-cgroup")
        self._containers = []

    def __call__(self, *arguments):
        command = ["runc", *self._options, *map(str, arguments)]
        return self.host.run(*(self.user.command(command) if self.user else command))

    def container(self, name, traps=None, annotations=None, before="", process=None, bundle=None, is_full_name=False):
        """Its id is `name`, after the host's prefix."""
        container = EngineContainer(self.host, name if is_full_name else self.host.prefix + name)
        self._containers.append(container)
        bundle = bundle or f"{self.user.home if self.user else '/run'}/bundle-{os.path.basename(container.notes)}"
        owner = self.user.uid if self.user else 0
        self.host.run("install", "-d", "-o", owner, "-g", owner, "-m", "755", bundle)
        self("spec", "--bundle", bundle, *(["--rootless"] if self.user else []))
        file = self.host.path(f"{bundle}/config.json")
        config = json.loads(file.read_text(encoding="utf-8"))
        config["process"]["terminal"] = False
        config["process"]["args"] = process or ["sh", "-c", script(traps or OBEDIENT, before)]
        config["root"] = {"path": str(self._rootfs), "readonly": True}
        config["annotations"] = annotations or {}
        config["mounts"].append(
            {"destination": "/notes", "type": "bind", "source": container.notes, "options": ["bind", "rw"]}
        )
        if self.user:
            config["process"].pop("rlimits", None)
            config["linux"].pop("resources", None)
        file.write_text(json.dumps(config), encoding="utf-8")
        self("run", "--detach", "--bundle", bundle, "--pid-file", f"{bundle}/pid", container.name)
        pid = self.host.path(f"{bundle}/pid").read_text(encoding="ascii")
        return container.started(container.name, pid).wait_for("ready")

    def remove_all(self):
        for container in self._containers:
            if container.id is not None:
                command = ["runc", *self._options, "delete", "--force", container.id]
                self.host.try_run(*(self.user.command(command) if self.user else command))
            container.close()
        self._containers.clear()
