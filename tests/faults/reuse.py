"""Giving the pid of a dead process to somebody else."""

import ctypes
import os
import subprocess
from contextlib import contextmanager

from processes import Process

_PR_SET_CHILD_SUBREAPER = 36


@contextmanager
def orphans_come_here():
    """Containers made meanwhile are reaped by this process, so that a pid is free when reap() returns."""
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0
    try:
        yield
    finally:
        libc.prctl(_PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)


def reap(pid):
    """Waits for the end of an orphan that came here."""
    os.waitpid(pid, 0)


class Successor:
    """A process of a wanted pid, which dies of nearly every signal."""

    def __init__(self, place, program, pid):
        self._holder = subprocess.Popen(
            place.view.enter([program, str(pid), "sleep", "1000"]), stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        said = self._holder.stdout.readline()
        assert said == b"started\n", f"pid {pid} is not free"
        self._process = Process(pid)

    def is_alive(self):
        return self._process.is_alive()

    def close(self):
        self._holder.stdin.close()
        self._holder.stdout.close()
        self._holder.wait(60)
        self._process.close()
