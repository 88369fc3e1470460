"""The parts of actor.c that are played on the host."""

import subprocess
from contextlib import contextmanager


class Played:
    """A part that is being played: `word` is what it said first."""

    def __init__(self, command):
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.pid = self._process.pid
        self.word = self._process.stdout.readline().decode().strip()

    def send(self, number):
        self._process.send_signal(number)

    def end(self):
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(60)


@contextmanager
def playing(program, part, *arguments):
    played = Played([program, part, *map(str, arguments)])
    try:
        assert played.word, f"{part} failed"
        yield played
    finally:
        played.end()
