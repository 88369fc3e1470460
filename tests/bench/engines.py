"""Containers of real runtimes and engines, and the command of each that stops one."""

import time
from contextlib import contextmanager

import cri
from containers import Place, make_rootfs
from engine_containerd import SOCKET, Containerd, Kubernetes
from engine_docker import Docker
from engine_host import IMAGES, open_host
from engine_podman import Podman
from programs import Time
from views import View

INIT = ["/bin/obedient"]


def make_image(directory, programs):
    rootfs = make_rootfs(directory / "rootfs")
    (rootfs / "bin" / "obedient").write_bytes(open(programs.obedient, "rb").read())
    (rootfs / "bin" / "obedient").chmod(0o755)
    return rootfs


def wait_until_obedient(process):
    """Its handler of SIGTERM is there; no event tells. Before its exec it is the runtime, which has handlers too."""
    while True:
        with open(f"/proc/{process.pid}/status", encoding="utf-8", errors="replace") as status:
            lines = status.readlines()
        caught = next(line for line in lines if line.startswith("SigCgt:"))
        if lines[0].split()[1] == "obedient" and int(caught.split()[1], 16) & 1 << 14:
            return
        time.sleep(0.001)


class Runtime:
    """runc or crun, called by hand, in one view of the cgroups."""

    def __init__(self, name, view, directory, rootfs, prefix):
        self.name = name
        self._view = View(view)
        place = directory / f"{name}-{view}"
        place.mkdir()
        self._place = Place(name, self._view, rootfs, place, prefix)
        self._made = 0

    def time(self, programs, make_command):
        """A new container, stopped by `make_command`'s answer to its root, id and pid."""
        self._made += 1
        container = self._place.make(f"{self.name}-{self._view.kind}{self._made}", process=INIT).run()
        wait_until_obedient(container.init)
        command = make_command(self._place.root, container.id, container.pid)
        return programs.time(container.pid, *command, enter=self._view.enter)

    def close(self):
        self._place.clean_up()
        self._view.close()


class Engine:
    """docker, podman, containerd or its CRI, in a host of its own."""

    def __init__(self, name, host):
        self.name = name
        self.host = host
        self._made = 0
        if name == "docker":
            self.engine = Docker(host).start().load(IMAGES)
        elif name == "podman":
            self.engine = Podman(host).load(IMAGES)
        else:
            self.engine = Containerd(host).start().load(IMAGES, "default" if name == "containerd" else "k8s.io")
        if name == "kubernetes":
            self.engine = Kubernetes(self.engine).wait()
            self._pod = self.engine.pod("bench")

    def _make(self):
        self._made += 1
        name = f"bench{self._made}"
        if self.name == "kubernetes":
            container = self.engine.make(self._pod, name, process=INIT)
        else:
            container = self.engine.make(name, process=INIT)
        wait_until_obedient(container.init)
        return container

    def _inside(self, process):
        with open(f"/proc/{process.pid}/status", encoding="utf-8", errors="replace") as status:
            pids = next(line for line in status if line.startswith("NSpid:")).split()[1:]
        return int(pids[-2])  # its own is the last

    def time(self, programs, make_command):
        """A new container, stopped by `make_command`'s answer to its name, id and pid."""
        container = self._make()
        pid = self._inside(container.init)
        return programs.time(pid, *make_command(container.name, container.id, pid), enter=self.host.enter)

    def time_cri(self):
        """StopContainer alone: the client's start is not counted."""
        client = cri.Cri(str(self.host.path(SOCKET)))
        client.status(self._make_known())
        begin = time.monotonic()
        client.stop(self._known, 10)
        took = (time.monotonic() - begin) * 1000
        return Time(took, took, 0)

    def _make_known(self):
        self._known = self._make().id
        return self._known

    def close(self):
        self.engine.remove_all()
        if self.name == "kubernetes":
            self.engine.containerd.remove_all()


@contextmanager
def open_engine(name, directory, rootfs):
    directory.mkdir()
    with open_host("hybrid", directory, rootfs) as host:
        engine = Engine(name, host)
        try:
            yield engine
        finally:
            engine.close()
