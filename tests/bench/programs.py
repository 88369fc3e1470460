"""What is measured and what measures: cstop's release binary and the C programs beside this file."""

import os
import statistics
import subprocess
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}


@dataclass
class Time:
    """One command, in milliseconds: until it had ended, and until the process that it stopped had ended."""

    command: float
    target: float
    kilobytes: int

    @property
    def both(self):
        return max(self.command, self.target)

    @property
    def tail(self):
        """From the end of the process to the end of the command."""
        return self.command - self.target


class Programs:
    """All of them stripped copies, as they are installed: of what a linker has just written the kernel has smaller
    pieces in its page cache, and takes longer to map it."""

    def __init__(self, cstop, directory):
        (directory / "linked").mkdir()
        for name in ("floor", "stopwatch", "crowd", "obedient"):
            linked = directory / "linked" / name
            command = ["cc", "-O2", "-static", "-Wall", "-Wextra", "-Werror", "-o", linked, HERE / f"{name}.c"]
            subprocess.run(command, check=True)
            setattr(self, name, self._install(linked, directory / name))
        self.cstop = self._install(cstop, directory / "cstop")

    @staticmethod
    def _install(program, place):
        subprocess.run(["install", "--strip", program, place], check=True)
        return str(place)

    def size(self):
        return os.stat(self.cstop).st_size

    def time(self, pid, *command, enter=list):
        """`pid` is the process that the command stops (0: none); `enter` says where it runs."""
        whole = enter([self.stopwatch, str(pid), *map(str, command)])
        ended = subprocess.run(whole, capture_output=True, text=True, env=ENVIRONMENT, timeout=300, check=False)
        words = ended.stdout.split()
        if len(words) != 4 or words[3] != "0":
            raise RuntimeError(f"{whole}: {ended.stdout} {ended.stderr}")
        return Time(int(words[0]) / 1e6, int(words[1]) / 1e6, int(words[2]))


def median(values):
    return statistics.median(values)
