"""A cstop that is taken from one system call to the next (step.c)."""

import os
import select

import pytest
from fixtures import PLACES

# What may be the first deed of a stop. Some of these files are only read at first.
ACTS = ("(signal)", "cgroup.kill", "cgroup.freeze", "freezer.state")


def shares(count, each_place=False):
    """Parameters (runtime, view, first, stride): calls first, first + stride, ... are one test's share of a stop's calls.

    Together the shares of all places meet every call, or those of each place by itself. `count` is how many each place
    has: a call costs a container, so workers must be able to do them at the same time.
    """
    stride = count if each_place else count * len(PLACES)
    return [
        pytest.param(runtime, kind, number if each_place else number * len(PLACES) + turn, stride, id=f"{runtime}-{kind}-{number}")
        for turn, (runtime, kind) in enumerate(PLACES)
        for number in range(count)
    ]  # fmt: skip


class Steps:
    """A cstop that waits before its first system call, or the one that it was taken to."""

    def __init__(self, program, place, directory, *arguments):
        self._lines = b""
        self._running = None
        calls, orders = directory / "calls", directory / "orders"
        for path in (calls, orders):
            path.unlink(missing_ok=True)
            os.mkfifo(path)
        # Open for both: neither side waits for the other's opening.
        self._calls = os.open(calls, os.O_RDWR | os.O_CLOEXEC)
        self._orders = os.open(orders, os.O_RDWR | os.O_CLOEXEC)
        usual, place.under = place.under, (str(program), str(calls), str(orders))
        try:
            self._running = place.start(*arguments)
        finally:
            place.under = usual
        self.count = 1
        self.has_acted = False
        self.path = self._read()

    @property
    def has_ended(self):
        return self.path is None

    @property
    def pid(self):
        """Of the program that takes the steps: cstop is its child."""
        return self._running.pid

    def step(self, calls=1):
        """On by so many calls. The path that the next one looks up, "-" if it looks up none, None if there is none."""
        self._order(str(calls))
        for _ in range(calls):
            self.has_acted = self.has_acted or self.path in ACTS
            self.path = self._read()
            if self.has_ended:
                break
            self.count += 1
        return self.path

    def step_to(self, number):
        """To call `number`, from 1. False if there is none of this number."""
        if self.count < number and not self.has_ended:
            self.step(number - self.count)
        return not self.has_ended

    def step_to_path(self, end):
        """To the first call that looks up a path with this end."""
        while not self.has_ended and not self.path.endswith(end):
            self.step()
        assert not self.has_ended, f"no call for {end}"

    def next_of(self, first, stride, after=1):
        """The number of the next call, or of one a little later, that is in a share."""
        number = self.count + after
        return number + (first - number) % stride

    def kill(self):
        """Before the call is done."""
        self._finish("kill")

    def let_run(self):
        """On by itself; run() waits for the end."""
        self._order("run")
        self.path = None

    def run(self):
        """To the end. How it ended."""
        return self._finish("run")

    def close(self):
        if self._running is not None:
            self.kill()

    def _finish(self, order):
        if not self.has_ended:
            self._order(order)
            self.path = None
        running, self._running = self._running, None
        try:
            return running.ended()
        finally:
            os.close(self._calls)
            os.close(self._orders)

    def _order(self, order):
        os.write(self._orders, f"{order}\n".encode())

    def _read(self, seconds=60):
        poller = select.poll()
        poller.register(self._calls, select.POLLIN)
        while b"\n" not in self._lines:
            assert poller.poll(seconds * 1000), f"no call within {seconds} s: {self._running.ended(0)}"
            self._lines += os.read(self._calls, 65536)
        line, _, self._lines = self._lines.partition(b"\n")
        return line.decode(errors="replace") or None
