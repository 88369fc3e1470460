"""Real containers of real runtimes, made from busybox."""

import json
import os
import select
import shutil
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cgroups
from cstop import BINARY, UNDER, Running
from pace import within
from processes import Process

STOP_SIGNAL = "org.opencontainers.image.stopSignal"

APPLETS = ("sh", "chroot", "chmod", "sleep", "echo", "cat", "mkdir", "kill", "true")


def make_rootfs(directory):
    """A root file system of busybox, shared by every container: it is mounted read-only."""
    for name in ("bin", "proc", "dev", "sys", "notes", "tmp", "mnt", "host"):
        (directory / name).mkdir(parents=True)
    shutil.copy2("/bin/busybox", directory / "bin" / "busybox")
    for applet in APPLETS:
        (directory / "bin" / applet).symlink_to("busybox")
    return directory


def note(word):
    """Shell: writes `word` down where the test reads it."""
    return f"echo {word} >/notes/events"


def init_script(traps=None, before=""):
    """Shell for an init that writes down every signal in `traps` and then does what stands there.

    {"TERM": "exit 3", "USR1": ":"} - and stays until told to end.
    """
    lines = [f"trap '{note(name)}; {then}' {name}" for name, then in (traps or {}).items()]
    # Ends by itself when its time is over or nothing can be started any more: a test that was killed cleans up nothing.
    stay = "while wait $!; [ $? -gt 128 ]; do if ! [ -d /proc/$! ]; then sleep 1000 & fi; done"
    lines += [before, "sleep 1000 &", note("ready"), stay]
    return "\n".join(lines)


OBEDIENT = {"TERM": "exit 3"}
STUBBORN = {"TERM": ":"}


class Container:
    """One container. Made with its bundle; create() or run() calls the runtime."""

    def __init__(
        self, place, container_id, script, annotations=None, shared_pids=False, cgroup=None, process=None, mount=None,
        user=0,
    ):  # fmt: skip
        self.place = place
        self.id = container_id
        self.bundle = place.directory / "bundles" / container_id
        self._notes = self.bundle / "notes"
        self._notes.mkdir(parents=True)
        os.mkfifo(self._notes / "events")
        (self._notes / "events").chmod(0o666)
        place.own(self.bundle)
        # Open for both: writers never wait for a reader, and what they wrote stays when they are dead.
        self._events = os.open(self._notes / "events", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        self._seen = ""
        self._init = None
        self._cgroups = []
        config = place.make_config()
        config["process"]["terminal"] = False
        config["process"]["args"] = process or ["sh", "-c", script]
        config["root"] = {"path": str(place.rootfs), "readonly": True}
        config["mounts"].append(
            {"destination": "/notes", "type": "bind", "source": str(self._notes), "options": ["bind", "rw"]}
        )
        if mount:
            config["mounts"].append({"destination": "/mnt", "type": "bind", "source": str(mount), "options": ["bind", "rw"]})
        config["process"]["user"] = {"uid": user, "gid": user}
        if annotations:
            config["annotations"] = annotations
        if shared_pids:
            config["linux"]["namespaces"] = [n for n in config["linux"]["namespaces"] if n["type"] != "pid"]
        if cgroup:
            config["linux"]["cgroupsPath"] = place.make_cgroups_path(cgroup)
        (self.bundle / "config.json").write_text(json.dumps(config), encoding="utf-8")

    # What the runtime does.

    def create(self):
        return self._make("create")

    def run(self):
        return self._make("run", "--detach")

    def start(self):
        self.place.runtime("start", self.id)

    def pause(self):
        self.place.runtime("pause", self.id)

    def resume(self):
        self.place.runtime("resume", self.id)

    def status(self):
        """What the runtime says."""
        return json.loads(self.place.runtime("state", self.id))["status"]

    def _make(self, *verb):
        self.place.runtime(*verb, "--bundle", self.bundle, "--pid-file", self.bundle / "pid", self.id)
        self._init = Process(int((self.bundle / "pid").read_text(encoding="ascii")))
        return self

    # What the processes do.

    @property
    def init(self):
        return self._init

    @property
    def pid(self):
        return self._init.pid

    def wait_for(self, word, seconds=60):
        """Until the container has written `word` down."""
        deadline = time.monotonic() + within(seconds)
        poller = select.poll()
        poller.register(self._events, select.POLLIN)
        while word not in self._words():
            left = deadline - time.monotonic()
            assert left > 0, f"{self.id} did not write {word!r} within {seconds} s, only {self._words()}"
            poller.poll(left * 1000)
        return self

    def received(self):
        """The signals that it wrote down, in their order."""
        return [word for word in self._words() if word != "ready"]

    def _words(self):
        try:
            while True:
                self._seen += os.read(self._events, 65536).decode()
        except BlockingIOError:
            return self._seen.split()

    def cgroups(self):
        """Its own cgroups, one a hierarchy, as far as they are there."""
        if not self._cgroups:  # looking for them is dear: other tests and engines have theirs
            names = (self.id, f"{self.place.runtime_name}-{self.id}.scope")
            found = [cgroup for cgroup in cgroups.find(self.id) if cgroup.name in names]
            # Of systemd's scope, crun takes a part.
            self._cgroups = [cgroup / "container" if (cgroup / "container").exists() else cgroup for cgroup in found]
        return [cgroup for cgroup in self._cgroups if cgroup.exists()]

    def members(self):
        """The live processes in them."""
        return sorted({pid for cgroup in self.cgroups() for pid in cgroups.members(cgroup) if _is_live(pid)})

    def freeze(self):
        """As the runtime's pause does, which refuses a container whose init is dead."""
        freezers = [cgroup for cgroup in self.cgroups() if (cgroup / "freezer.state").exists()]
        for cgroup in freezers or [cgroup for cgroup in self.cgroups() if (cgroup / "cgroup.freeze").exists()]:
            cgroups.freeze(cgroup)

    def is_frozen(self):
        return any(cgroups.is_frozen(cgroup) for cgroup in self.cgroups())

    def is_gone(self):
        return not self._init.is_alive() and not self.members()

    def is_untouched(self):
        return self._init.is_alive() and not self.received()

    def kill_init(self):
        """Init dies behind everybody's back."""
        self._init.send(signal.SIGKILL)
        assert self._init.ends_within(60)
        return self

    def stop_init(self):
        """SIGSTOP, as job control would. No event tells others when the state has changed."""
        self._init.send(signal.SIGSTOP)
        while self._init.state() != "T":
            time.sleep(0.001)
        return self

    def delete(self):
        if self._init is not None and self._init.is_alive():
            self._init.send(signal.SIGKILL)
            self._init.ends_within(60)
        if cgroups.DRIVER == "systemd":
            self.place.runtime("delete", "--force", self.id, check=False)
        else:  # a runtime would do no more, and takes far longer; the place removes the cgroups
            shutil.rmtree(self.place.root / self.id, ignore_errors=True)
        if self._init is not None:
            self._init.close()
        os.close(self._events)


def _is_live(pid):
    try:
        process = Process(pid)
    except ProcessLookupError:
        return False
    try:
        return process.is_alive()
    finally:
        process.close()


class Place:
    """A runtime in a view, with a state root and an id prefix of one test's own."""

    user = ()  # what runs the runtime as somebody else
    spec_options = ()
    under = UNDER  # what runs cstop

    def __init__(self, runtime, view, rootfs, directory, prefix, root=None):
        self.runtime_name = runtime
        self.view = view
        self.rootfs = rootfs
        self.directory = directory
        self.prefix = prefix
        self.root = Path(root) if root else directory / "state"
        self._had_root = self.root.exists()
        self.root.mkdir(parents=True, exist_ok=True)
        self.own(self.root)
        self.containers = []
        self.left_paused = False  # a test sets this when its claim is that a paused container stays paused
        self._template = None

    @property
    def driver(self):
        """A user's runtime would ask the user's systemd, and nobody has none."""
        return "cgroupfs" if self.user else cgroups.DRIVER

    def make_cgroups_path(self, path):
        """What a bundle calls the cgroup `path`: systemd has a slice for a parent."""
        if self.driver == "cgroupfs":
            return path
        parent, _, name = path.strip("/").rpartition("/")
        return f"{parent}.slice:{self.runtime_name}:{name}"

    def runtime(self, *arguments, check=True):
        """Runs the runtime; a container's standard output is a file, so that nothing waits for its end."""
        driver = ["--systemd-cgroup"] if self.driver == "systemd" else []
        command = [*self.user, self.runtime_name, *driver, "--root", str(self.root), *map(str, arguments)]
        command = self.view.enter(command)
        log = self.directory / "runtime.log"
        with open(log, "ab") as errors, open(self.directory / f"out-{os.urandom(4).hex()}", "w+b") as out:
            status = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=out, stderr=errors, check=False).returncode
            out.seek(0)
            assert status == 0 or not check, f"{command}: {status}: {log.read_text()[-2000:]}"
            return out.read().decode()

    def make_config(self):
        """The runtime's own template, as far as this machine can run it."""
        if self._template is None:
            directory = self.directory / "template"
            directory.mkdir(exist_ok=True)
            self.own(directory)
            spec = [*self.user, self.runtime_name, "spec", *self.spec_options]
            subprocess.run(spec, cwd=directory, check=True, stdout=subprocess.DEVNULL)
            config = json.loads((directory / "config.json").read_text(encoding="utf-8"))
            if self.runtime_name == "crun" and self.view.kind == "v2":
                # Its device filter wants a locked-memory limit that a machine without CAP_SYS_RESOURCE cannot raise.
                config["linux"].get("resources", {}).pop("devices", None)
            self._template = json.dumps(config)
        return json.loads(self._template)

    def own(self, directory):
        if self.user:
            owner = self.directory.stat()
            os.chown(directory, owner.st_uid, owner.st_gid)

    def id(self, name):
        return self.prefix + name

    def make(self, name, traps=None, script=None, before="", **options):
        """A container with its bundle; nothing runs yet."""
        script = init_script(traps, before) if script is None else script
        container = Container(self, self.id(name), script, **options)
        self.containers.append(container)
        return container

    def container(self, name, traps=None, **options):
        """A container whose init has written "ready" down."""
        return self.make(name, traps, **options).run().wait_for("ready")

    def several(self, count, traps=None, **options):
        made = [self.make(f"c{number:02}", traps, **options) for number in range(count)]
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(Container.run, made))
        return [container.wait_for("ready") for container in made]

    def command(self, *arguments, root=True):
        roots = ["--root", str(self.root)] if root else []
        return [*map(str, self.under), str(BINARY), *roots, *map(str, arguments)]

    def start(self, *arguments, stdin=None, environment=None, root=True):
        return Running(self.view.enter(self.command(*arguments, root=root)), stdin, environment)

    def cstop(self, *arguments, limit=120, **options):
        return self.start(*arguments, **options).ended(limit)

    def clean_up(self):
        """Ends and removes everything. Returns what is not as it should be."""
        complaints = []
        if not self.left_paused:
            complaints += [f"frozen: {cgroup}" for cgroup in cgroups.find(self.prefix) if cgroups.is_frozen(cgroup)]
        # Not left to the runtime: `runc delete --force` forgets leftovers of a container whose init is dead.
        cgroups.kill_members(self.prefix)
        for container in self.containers:
            container.delete()
        cgroups.remove(self.prefix)
        if not self._had_root and self.root.exists() and not list(self.root.iterdir()):
            self.root.rmdir()
        return complaints + [f"left over: {cgroup}" for cgroup in cgroups.find(self.prefix)]
