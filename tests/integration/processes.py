"""Processes that are not our children, watched through pidfds."""

import os
import select
import signal
import time

from pace import within


class Process:
    """One process, held by a pidfd: neither its end nor the reuse of its pid can be missed."""

    def __init__(self, pid):
        self.pid = pid
        self._pidfd = os.pidfd_open(pid)

    def close(self):
        os.close(self._pidfd)

    def is_alive(self):
        return not self.ends_within(0)

    def ends_within(self, seconds):
        poller = select.poll()
        poller.register(self._pidfd, select.POLLIN)
        return bool(poller.poll(seconds * 1000))

    def send(self, number):
        signal.pidfd_send_signal(self._pidfd, number)

    def state(self):
        """The letter of proc(5): R, S, T, Z, ..."""
        with open(f"/proc/{self.pid}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[0]

    def wait_until_asleep(self, seconds=60):
        """In any function of the kernel (proc(5), wchan)."""
        deadline = time.monotonic() + within(seconds)
        while self._read_wchan() == "0":
            assert time.monotonic() < deadline, f"{self.pid} has not slept within {seconds} s"
            time.sleep(0.01)

    def wait_until_called(self, name, seconds=60):
        """A child of a shell has the shell's name until its exec."""
        deadline = time.monotonic() + within(seconds)
        while self._read_name() != name:
            assert time.monotonic() < deadline, f"{self.pid} was not called {name} within {seconds} s"
            time.sleep(0.01)

    def _read_name(self):
        with open(f"/proc/{self.pid}/comm", encoding="utf-8", errors="replace") as file:
            return file.read().strip()

    def _read_wchan(self):
        with open(f"/proc/{self.pid}/wchan", encoding="ascii") as file:
            return file.read()
