"""A host of an engine's own: its /run, /var/lib and /etc are private, and everything started in it ends with it.

The engines then use their default places, which is what cstop must know, without touching the machine's.
"""

import itertools
import os
import shlex
import signal
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

import cgroups
import engine_image
import views
from cstop import BINARY, ENVIRONMENT, UNDER, Running
from pace import within
from processes import Process

# /run may hold the sockets of the machine's own engines; an overlay lets a test write in /etc; an overlay cannot be the
# upper layer of another, so what engines store in lies on tmpfs.
_SETUP = """
set -e
mount -t tmpfs -o mode=755 tmpfs /mnt
for name in $shared; do
    mkdir /mnt/$name
    mount --rbind /run/$name /mnt/$name
done
mount --no-mtab --move /mnt /run
mount -t tmpfs -o mode=1777 tmpfs /dev/shm
mkdir -p /run/lock /run/home /run/notes /run/host/etc /run/host/etc.work /run/host/lib /run/host/lib.work
mount -t overlay -o lowerdir=/etc,upperdir=/run/host/etc,workdir=/run/host/etc.work overlay /etc
mount -t overlay -o lowerdir=/var/lib,upperdir=/run/host/lib,workdir=/run/host/lib.work overlay /var/lib
rm -f /etc/docker/daemon.json
for name in docker containerd containers nerdctl cni; do
    mkdir -p /var/lib/$name
    mount -t tmpfs tmpfs /var/lib/$name
done
"""

# Where systemd makes the cgroups, engines have to reach it.
_SHARED = {"cgroupfs": "", "systemd": "systemd dbus"}

_VIEWS = {
    "v2": "umount -R /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup",
    "v1": "umount /sys/fs/cgroup/unified",
}

IMAGES = "/run/images.tar"

# What engines put their containers' cgroups below when nothing else is said.
_PARENTS = ("default", "libpod_parent", "docker")

_numbers = itertools.count()


def kind_here(kind):
    """The view wanted, or the only one that this machine has."""
    return kind if views.kind_of_host() == "hybrid" else views.kind_of_host()


class Host:
    """`kind` is a view of the cgroups: hybrid, v1 or v2. `prefix` begins the names of everything the host makes."""

    def __init__(self, kind, directory):
        self.prefix = f"eh{os.getpid()}x{next(_numbers)}-"
        self.directory = directory
        self.environment = ENVIRONMENT | {"HOME": "/run/home"}
        kind = kind_here(kind)
        change = "" if kind == views.kind_of_host() else _VIEWS[kind]
        # systemd is asked for cgroups by pid, so its clients must be in its own pid namespace.
        self.has_own_pids = cgroups.DRIVER == "cgroupfs"
        # catatonit reaps, as a host's first process does. It ends with its child, which ends with its standard input:
        # the host never outlives this process, and the kernel kills whoever is left in the pid namespace.
        own_pids = ["--pid", "--fork", "--kill-child", "--mount-proc"] if self.has_own_pids else []
        reaper = ["catatonit", "--"] if self.has_own_pids else []
        self._holder = subprocess.Popen(
            ["unshare", "--mount", *own_pids, "--propagation", "private", *reaper]
            + ["sh", "-c", f"shared='{_SHARED[cgroups.DRIVER]}'\n{_SETUP}\n{change}\necho ready; exec cat"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=self.environment,
        )
        if self._holder.stdout.readline() != b"ready\n":
            raise RuntimeError(f"no {kind} host can be made here")
        self._first = self._holder.pid
        if self.has_own_pids:
            children = Path(f"/proc/{self._first}/task/{self._first}/children").read_text(encoding="ascii")
            self._first = int(children.split()[0])
        self._level = len(_nspid(Path(f"/proc/{self._first}"))) - 1
        self._mounts = _mounts_of(f"/proc/{self._first}")

    def make_parent(self, name):
        """A cgroup of this host that engines make others below: a path, or the name of a slice."""
        return f"{self.prefix}{name}.slice" if cgroups.DRIVER == "systemd" else f"/{self.prefix}{name}"

    def path(self, inside):
        """A file of this host, as the test opens it."""
        return Path(f"/proc/{self._first}/root{inside}")

    def enter(self, command):
        """The same command, run in this host."""
        own_pids = [f"--pid=/proc/{self._first}/ns/pid"] if self.has_own_pids else []
        return ["nsenter", f"--mount=/proc/{self._first}/ns/mnt", *own_pids, "--", *command]

    def try_run(self, *command, limit=120, environment=None):
        """(exit status, standard output, standard error)"""
        with open(self.directory / f"out-{next(_numbers)}", "w+b") as out, open(out.name + "-err", "w+b") as err:
            # Files, not pipes: what a command leaves running must not keep the test waiting.
            status = subprocess.run(
                self.enter([str(word) for word in command]),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                env=self.environment | (environment or {}),
                timeout=within(limit),
                check=False,
            ).returncode
            out.seek(0)
            err.seek(0)
            return status, out.read().decode(), err.read().decode()

    def run(self, *command, **options):
        """Standard output of a command that must succeed."""
        status, out, err = self.try_run(*command, **options)
        assert status == 0, f"{shlex.join(map(str, command))}: {status}: {out[-500:]}{err[-2000:]}"
        return out

    def start(self, *command, log, environment=None):
        """A daemon, whose parent is this host's first process. What it says goes to a file of the test's directory."""
        # Not a child of nsenter(1), which stops with its child and has to be continued by its own pid.
        launcher = f'"$@" >>{shlex.quote(str(self.directory / log))} 2>&1 </dev/null & echo $!'
        return self.process(self.run("sh", "-c", launcher, "sh", *command, environment=environment))

    def cstop(self, *arguments, limit=120, environment=None, stdin=None):
        return self.start_cstop(*arguments, environment=environment, stdin=stdin).ended(limit)

    def start_cstop(self, *arguments, environment=None, stdin=None):
        environment = {"HOME": "/run/home"} | (environment or {})
        return Running(self.enter([*UNDER, str(BINARY), *map(str, arguments)]), stdin, environment)

    def end_after_restart(self, running, container):
        """A cstop of a container that its engine starts again: it sleeps until that is done, however slow the engine is."""
        container.wait_for("TERM")
        sleeping = self.processes_of("cstop")
        self.signal(signal.SIGSTOP, *sleeping)
        container.wait_for("ready", times=2)
        self.signal(signal.SIGCONT, *sleeping)
        running.send(signal.SIGCONT)  # nsenter(1) has stopped with it
        return running.ended()

    def process(self, pid):
        """A process of this host, by the pid that it has here."""
        pid = int(pid)
        try:
            begin = _start_time(self.path(f"/proc/{pid}"))
            # Two hosts that began together have the same pids, and processes that began in the same tick.
            space = os.readlink(self.path(f"/proc/{pid}/ns/pid"))
        except FileNotFoundError:
            raise ProcessLookupError(pid) from None
        for outside in Path("/proc").glob("[0-9]*"):
            try:
                if _nspid(outside)[self._level :][:1] != [pid] or _start_time(outside) != begin:
                    continue
                if os.readlink(outside / "ns/pid") == space:
                    return Process(int(outside.name))
            except OSError:
                pass
        raise ProcessLookupError(pid)

    def signal(self, number, *pids):
        """To processes of this host, by the pids that they have here. Who is gone needs none."""
        for process in self._present(pids):
            try:
                process.send(number)
            except ProcessLookupError:
                pass
            process.close()

    def kill(self, *pids):
        """SIGKILL, and they are gone."""
        processes = self._present(pids)
        for process in processes:
            if process.is_alive():
                process.send(signal.SIGKILL)
        for process in processes:
            assert process.ends_within(60)
            process.close()

    def _present(self, pids):
        found = []
        for pid in pids:
            try:
                found.append(self.process(pid))
            except ProcessLookupError:
                pass
        return found

    def processes_of(self, name):
        """The pids here of the processes of this command name."""
        found = []
        for inside in self._processes():
            try:
                # The kernel keeps 15 characters.
                if (inside / "comm").read_text(encoding="utf-8").strip() == name[:15]:
                    found.append(int(inside.name))
            except OSError:
                pass
        return found

    def _processes(self):
        """The directories of this host's processes. Where others see the same pids, those that see its /run as well."""
        for inside in self.path("/proc").iterdir():
            if inside.name.isdigit() and (self.has_own_pids or _mounts_of(inside) == self._mounts):
                yield inside

    def _end_processes(self):
        """Who stops whom is unknown, so until nobody is left but the holder."""
        deadline = time.monotonic() + within(60)
        while left := [int(process.name) for process in self._processes() if int(process.name) != self._first]:
            assert time.monotonic() < deadline, left
            self.kill(*left)

    def close(self):
        """Ends everything. Returns what is left over."""
        cgroups.kill_members(self.prefix)
        if not self.has_own_pids:
            self._end_processes()
        self._holder.stdin.close()
        self._holder.stdout.close()
        self._holder.wait(within(120))
        cgroups.remove(self.prefix)
        return [f"left over: {cgroup}" for cgroup in cgroups.find(self.prefix)]


@contextmanager
def open_host(kind, directory, rootfs):
    """A host with the images of engine_image.py in /run/images.tar; what it leaves over is a failure."""
    host = Host(kind, directory)
    try:
        engine_image.write_archive(host.path(IMAGES), rootfs)
        yield host
    finally:
        left = host.close()
        remove_empty_parents()
    assert not left, left


def remove_empty_parents():
    """The cgroups that engines make once and never remove; another test's containers keep them."""
    for mount, _ in cgroups.mounts():
        for name in _PARENTS:
            for directory, _, _ in os.walk(mount / name, topdown=False):
                try:
                    os.rmdir(directory)
                except OSError:
                    pass


def _mounts_of(process):
    """Its mount namespace, None when it is gone."""
    try:
        return os.readlink(Path(process) / "ns/mnt")
    except OSError:
        return None


def _nspid(process):
    """Its pids, from the pid namespace of the procfs asked to its own."""
    for line in (process / "status").read_text(encoding="utf-8", errors="replace").splitlines():
        if line.startswith("NSpid:"):
            return [int(number) for number in line.split()[1:]]
    return []


def _start_time(process):
    return (process / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[19]


def wait_until(claim, seconds, what):
    """Polls what no event tells: an engine's own opinion."""
    deadline = time.monotonic() + within(seconds)
    while True:
        value = claim()
        if value:
            return value
        assert time.monotonic() < deadline, f"not within {seconds} s: {what() if callable(what) else what}"
        time.sleep(0.05)
