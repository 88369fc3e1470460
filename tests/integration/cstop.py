"""Running cstop: any binary (normal, static, sanitized), in any view."""

import functools
import json
import os
import platform
import select
import shlex
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import jsonschema

from pace import within

SOURCE = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("CSTOP", SOURCE / "build" / "src" / "cstop")).resolve()

# What every cstop is started through: CSTOP_UNDER="tests/faults/enosys openat2" runs a whole suite without that call.
UNDER = tuple(shlex.split(os.environ.get("CSTOP_UNDER", "")))

# PIDFD_INFO_EXIT came with Linux 6.15.
KERNEL_TELLS_ENDS = not UNDER and tuple(map(int, platform.release().split(".")[:2])) >= (6, 15)

# Nobody's settings but the tests': the same words on every machine.
ENVIRONMENT = {
    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
    "LC_ALL": "C.UTF-8",
    "ASAN_OPTIONS": "exitcode=86:" + os.environ.get("ASAN_OPTIONS", ""),
    "UBSAN_OPTIONS": "halt_on_error=1:exitcode=86:print_stacktrace=1",
}


def is_exit(told, expected):
    """Does a container's JSON object tell this end? Without the kernel's newer calls only a zombie tells it, and who reaps it
    may be faster."""
    return told["exit"] == expected or (not KERNEL_TELLS_ENDS and told["exit"] is None)


@functools.cache
def _schema():
    schema = json.loads((SOURCE / "tests" / "data" / "cstop.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def check_object(told):
    """One line of --json, valid as the schema says."""
    _schema().validate(told)
    return told


@dataclass
class Ended:
    """A cstop that has ended. `status` is negative when a signal ended it."""

    status: int
    out: str
    err: str
    seconds: float

    @property
    def names(self):
        return self.out.splitlines()

    @property
    def objects(self):
        return [check_object(json.loads(line)) for line in self.out.splitlines()]


class Running:
    """A cstop that was started and not waited for."""

    def __init__(self, command, stdin=None, environment=None):
        self._begin = time.monotonic()
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=ENVIRONMENT | (environment or {}),
        )
        self._stdin = stdin
        self._heard = b""

    @property
    def pid(self):
        return self._process.pid

    def send(self, number):
        self._process.send_signal(number)

    def wait_for(self, words, seconds=60):
        """Until it has said `words` on standard error."""
        poller = select.poll()
        poller.register(self._process.stderr, select.POLLIN)
        deadline = time.monotonic() + within(seconds)
        while words not in self._heard.decode(errors="surrogateescape"):
            left = deadline - time.monotonic()
            assert left > 0 and poller.poll(left * 1000), f"not said within {seconds} s: {words!r}, only {self._heard!r}"
            said = os.read(self._process.stderr.fileno(), 65536)
            assert said, f"ended without saying {words!r}, only {self._heard!r}"
            self._heard += said

    def ended(self, limit=120):
        """Waits for the end. `limit` is for a cstop that hangs: no test may depend on it."""
        try:
            out, err = self._process.communicate(None if self._stdin is None else self._stdin.encode(), timeout=within(limit))
        except subprocess.TimeoutExpired:
            self._process.kill()
            out, err = self._process.communicate()
            raise AssertionError(
                f"cstop did not end within {limit} s; so far: {out!r} {self._heard + err!r}"
            ) from None
        err = self._heard + err
        seconds = time.monotonic() - self._begin
        status = self._process.returncode
        # surrogateescape: a test may ask for bytes that are no UTF-8.
        ended = Ended(status, out.decode(errors="surrogateescape"), err.decode(errors="surrogateescape"), seconds)
        assert status != 86 and "runtime error:" not in ended.err and "Sanitizer" not in ended.err, ended.err
        assert status >= 0 or -status in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP), f"cstop died: {ended}"
        return ended
