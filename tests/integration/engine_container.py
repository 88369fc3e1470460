"""A container that an engine started: what it writes down, its processes, its cgroups."""

import itertools
import os
import select
import time

import cgroups
from containers import init_script, note
from pace import within
from processes import Process


_numbers = itertools.count()


class EngineContainer:
    """Made by an engine of engine_docker.py, ...: `name` is what the engine calls it, `id` what it is."""

    def __init__(self, host, name):
        self.host = host
        self.name = name
        self.id = None
        self.init = None
        self.notes = f"/run/notes/{next(_numbers)}"  # in the host: to be mounted at /notes
        directory = host.path(self.notes)
        directory.mkdir()
        directory.chmod(0o777)
        os.mkfifo(directory / "events")
        (directory / "events").chmod(0o666)
        # Open for both: writers never wait for a reader, and what they wrote stays when they are dead.
        self._events = os.open(directory / "events", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        self._seen = ""

    def started(self, container_id, pid):
        """The engine has started it: `pid` as the engine's host has it."""
        self.id = container_id
        self.init = self.host.process(pid)
        return self

    def wait_for(self, word, seconds=60, times=1):
        """Until the container has written `word` down."""
        deadline = time.monotonic() + within(seconds)
        poller = select.poll()
        poller.register(self._events, select.POLLIN)
        while self._words().count(word) < times:
            left = deadline - time.monotonic()
            assert left > 0, f"{self.name} did not write {word!r} within {seconds} s, only {self._words()}"
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

    def members(self):
        """The live processes in its cgroups, by their pids outside of the host."""
        found = set()
        for mount, _ in cgroups.mounts():
            for directory, _, _ in os.walk(mount):
                # docker and containerd call it ID, podman libpod-ID, both a scope where systemd is asked; conmon's own is none of the container's.
                name = os.path.basename(directory).removesuffix(".scope")
                if name.endswith(self.id) and "conmon" not in name:
                    found |= {pid for pid in cgroups.members(directory) if _is_live(pid)}
        return sorted(found)

    def is_gone(self):
        return not self.init.is_alive() and not self.members()

    def is_untouched(self):
        return self.init.is_alive() and not self.received()

    def close(self):
        if self.init is not None:
            self.init.close()
        os.close(self._events)


# Two processes whose first dies of SIGTERM: nobody takes the second along in a shared pid namespace.
PAIR = ["sh", "-c", f"sleep 1000 & {note('ready')}; sleep 1000"]


def script(traps=None, before=""):
    return init_script(traps, before)


def _is_live(pid):
    try:
        process = Process(pid)
    except ProcessLookupError:
        return False
    try:
        return process.is_alive()
    finally:
        process.close()
