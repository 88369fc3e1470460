"""cstop in a pseudo-terminal, and what a person would see there."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
import unicodedata

from cstop import ENVIRONMENT
from pace import within

SEQUENCE = re.compile(r"\x1b\[([0-9;]*)([A-Za-z])")


class Screen:
    """The part of a terminal that cstop uses; anything else is an error."""

    def __init__(self, rows, columns):
        self.rows, self.columns = rows, columns
        self._lines = [[]]
        self.row = self.column = 0
        self.colors = set()
        self.sequences = 0

    def text(self):
        """The lines as they are seen, without blanks at the end."""
        lines = ["".join(line).rstrip() for line in self._lines[-self.rows :]]
        while lines and not lines[-1]:
            lines.pop()
        return lines

    def resize(self, columns):
        """As tmux and most terminals do: what has become too wide is wrapped."""
        self.columns = columns
        wrapped, row = [], 0
        for index, line in enumerate(self._lines):
            if index == self.row:
                row = len(wrapped)
            wrapped += [line[at : at + columns] for at in range(0, max(1, len(line)), columns)]
        self._lines, self.row = wrapped, row

    def feed(self, text):
        while text:
            if text[0] == "\x1b":
                found = SEQUENCE.match(text)
                assert found, f"unknown sequence: {text[:10]!r}"
                self._control(found[1], found[2])
                text = text[found.end() :]
            else:
                self._put(text[0])
                text = text[1:]

    def _control(self, parameter, letter):
        self.sequences += 1
        if letter == "A":
            assert int(parameter) <= self.row, "above the top"
            self.row -= int(parameter)
        elif letter == "K" and not parameter:
            del self._lines[self.row][self.column :]
        elif letter == "J" and not parameter:
            del self._lines[self.row][self.column :]
            del self._lines[self.row + 1 :]
        elif letter == "m":
            self.colors.add(parameter)
        else:
            raise AssertionError(f"unknown sequence: {parameter}{letter}")

    def _put(self, character):
        if character == "\r":
            self.column = 0
        elif character == "\n":
            self.row += 1
            if self.row == len(self._lines):
                self._lines.append([])
        else:
            cells = [character] + [""] * (unicodedata.east_asian_width(character) in "WF")
            if self.column + len(cells) > self.columns:
                self._put("\r")
                self._put("\n")
            line = self._lines[self.row]
            line.extend(" " * (self.column - len(line)))
            line[self.column : self.column + len(cells)] = cells
            self.column += len(cells)


class Terminal:
    """A cstop whose standard streams are a terminal of its own."""

    def __init__(self, command, rows=24, columns=80, environment=None):
        self.screen = Screen(rows, columns)
        self.raw = ""
        self._pending = b""
        self._master, slave = pty.openpty()
        self._set_size(rows, columns)
        self.process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=ENVIRONMENT | {"TERM": "xterm"} | (environment or {}),
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(slave)

    def _set_size(self, rows, columns):
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def resize(self, columns):
        self._set_size(self.screen.rows, columns)
        self.screen.resize(columns)

    def type(self, keys):
        os.write(self._master, keys)

    def _read(self, limit):
        """False at the end."""
        if not select.select([self._master], [], [], limit)[0]:
            return True
        try:
            data = os.read(self._master, 65536)
        except OSError:  # EIO: nobody has the other side any more
            return False
        text = (self._pending + data).decode(errors="ignore")
        self._pending = (self._pending + data)[len(text.encode()) :]
        # A sequence may come in two parts.
        cut = text.rfind("\x1b")
        if cut >= 0 and not SEQUENCE.match(text[cut:]):
            self._pending = text[cut:].encode() + self._pending
            text = text[:cut]
        self.raw += text
        self.screen.feed(text)
        return bool(data)

    def wait_until(self, is_so, seconds=60):
        """Until the lines on the screen are as they should be."""
        deadline = time.monotonic() + within(seconds)
        while not is_so(self.screen.text()):
            assert time.monotonic() < deadline, self.screen.text()
            assert self._read(0.2), f"ended: {self.screen.text()}"
        return self.screen.text()

    def ended(self, seconds=60):
        """Reads to the end; the exit status."""
        deadline = time.monotonic() + within(seconds)
        while self._read(0.2):
            assert time.monotonic() < deadline, self.screen.text()
        return self.process.wait(60)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._master)
