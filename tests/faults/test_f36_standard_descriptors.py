"""F36, R15: standard output that is closed, full, broken or not read never keeps a container from being stopped."""

import os
import select
import signal
import socket
import subprocess
import time

import pytest
from containers import OBEDIENT, STUBBORN
from cstop import ENVIRONMENT

# What a shell makes of the descriptors, and the status: output that was lost is told, a lost input is not missed.
STREAMS = {
    "out-closed": (">&-", 1),
    "out-full": (">/dev/full", 1),
    "all-closed": ("<&- >&- 2>&-", 1),
    "in-closed": ("<&- >/dev/null", 0),
    "err-closed": (">/dev/null 2>&-", 0),
    "err-full": (">/dev/null 2>/dev/full", 0),
}


@pytest.mark.parametrize("name", STREAMS)
def test_f36_the_stop_completes_whatever_the_streams_are(any_place, name):
    redirection, status = STREAMS[name]
    web = any_place.container("web", OBEDIENT)
    shell = any_place.view.enter(["sh", "-c", f'exec "$@" {redirection}', "sh", *any_place.command(web.id)])
    ended = subprocess.run(shell, env=ENVIRONMENT, timeout=120, check=False)
    # A closed descriptor is opened on /dev/null, where nothing is lost.
    assert ended.returncode in (0, status)
    assert name != "out-full" or ended.returncode == 1
    assert web.received() == ["TERM"]
    assert web.is_gone()


def test_f36_a_reader_that_went_away_does_not_kill_cstop(any_place):
    web = any_place.container("web", OBEDIENT)
    reading, writing = os.pipe()
    os.close(reading)
    command = any_place.view.enter(any_place.command(web.id))
    ended = subprocess.run(command, stdout=writing, env=ENVIRONMENT, timeout=120, check=False)
    os.close(writing)
    assert ended.returncode == 1
    assert web.is_gone()


class FullStream:
    """A pipe or a socket that takes nothing more until it is drained, and a cstop that writes both of its streams to it."""

    def __init__(self, kind, place, *arguments):
        if kind == "pipe":
            self._reading, writing = os.pipe()
        elif kind == "fifo":  # which no kernel writes to without waiting, but for O_NONBLOCK
            os.mkfifo(place.directory / "fifo")
            self._reading = os.open(place.directory / "fifo", os.O_RDONLY | os.O_NONBLOCK)
            writing = os.open(place.directory / "fifo", os.O_WRONLY)
            os.set_blocking(self._reading, True)
        else:
            ours, theirs = socket.socketpair()
            self._reading, writing = ours.detach(), theirs.detach()
        self._filling = 0
        os.set_blocking(writing, False)
        try:
            while True:
                self._filling += os.write(writing, b"." * 512)
        except BlockingIOError:
            pass
        os.set_blocking(writing, True)
        self.writing = writing
        command = place.view.enter(place.command(*arguments))
        self.cstop = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=writing, stderr=writing, env=ENVIRONMENT)

    def drain(self):
        """Takes what filled it before."""
        while self._filling > 0:
            self._filling -= len(os.read(self._reading, min(self._filling, 65536)))

    def read_until(self, words, seconds=60):
        """What cstop wrote, up to `words`."""
        text = ""
        poller = select.poll()
        poller.register(self._reading, select.POLLIN)
        while words not in text:
            assert poller.poll(seconds * 1000), f"not written within {seconds} s: {words!r}, only {text!r}"
            text += os.read(self._reading, 65536).decode()
        return text

    def close(self):
        self.cstop.kill()
        self.cstop.wait()
        os.close(self._reading)
        os.close(self.writing)


@pytest.fixture(params=["pipe", "fifo", "socket"])
def full_stream(request):
    made = []

    def make(place, *arguments):
        made.append(FullStream(request.param, place, *arguments))
        return made[-1]

    yield make
    for stream in made:
        stream.close()


def test_f36_a_full_pipe_holds_up_no_signal_and_its_reader_misses_nothing(any_place, full_stream):
    web = any_place.container("web", STUBBORN)
    stream = full_stream(any_place, "-v", "-t", "0.2", web.id)
    assert web.init.ends_within(60)
    assert stream.cstop.poll() is None  # its last words wait
    assert os.get_blocking(stream.writing)  # others who write there are not to be surprised
    stream.drain()
    text = stream.read_until(f"\n{web.id}\n")
    said = ["SIGTERM to init", "StopSignal SIGTERM failed", "SIGKILL to all", "stopped in", f"\n{web.id}\n"]
    places = [text.index(words) for words in said]
    assert places == sorted(places), text
    assert stream.cstop.wait(60) == 0


def test_f36_a_reader_that_was_slow_gets_the_rest_during_the_grace(any_place, full_stream):
    web = any_place.container("web", STUBBORN)
    stream = full_stream(any_place, "-v", "-t", "60", web.id)
    web.wait_for("TERM")
    stream.drain()
    assert "SIGTERM to init" in stream.read_until("SIGTERM to init")
    assert stream.cstop.poll() is None and web.init.is_alive()
    web.kill_init()
    stream.read_until(f"\n{web.id}\n")
    assert stream.cstop.wait(60) == 0


@pytest.mark.parametrize("when", ["grace", "end"])
def test_f36_sigint_ends_a_cstop_whose_reader_takes_nothing(any_place, full_stream, when):
    web = any_place.container("web", STUBBORN)
    stream = full_stream(any_place, "-v", "-t", "60" if when == "grace" else "0.2", web.id)
    web.wait_for("TERM")
    if when == "end":
        assert web.init.ends_within(60)
        wait_until_it_may_be_interrupted(stream.cstop.pid)
    stream.cstop.send_signal(signal.SIGINT)
    assert stream.cstop.wait(60) == -signal.SIGINT
    assert web.init.is_alive() == (when == "grace")


def wait_until_it_may_be_interrupted(pid):
    """Until it waits with SIGINT unblocked."""
    blocked = 1 << (signal.SIGINT - 1)
    deadline = time.monotonic() + 60
    while int(read_field(pid, "SigBlk"), 16) & blocked or not read_field(pid, "State").startswith("S"):
        assert time.monotonic() < deadline


def read_field(pid, name):
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        return next(line.split(":", 1)[1].strip() for line in file if line.startswith(f"{name}:"))
