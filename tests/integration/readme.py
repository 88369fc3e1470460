"""The tables of the README that say where each engine was tested: the tests compare them with what they ran."""

import re
import subprocess
from pathlib import Path

README = Path(__file__).resolve().parents[2] / "README.md"

# How the engines of the first column tell their version.
PROGRAMS = {
    "runc": "runc",
    "crun": "crun",
    "docker": "dockerd",
    "containerd": "containerd",
    "kubernetes": "containerd",
    "podman": "podman",
}


def read_table(first_column):
    """{first cell: the other cells} of the table whose heading begins with `first_column`."""
    lines = iter(README.read_text(encoding="utf-8").splitlines())
    next(line for line in lines if line.startswith(f"| {first_column} |"))
    next(lines)
    table = {}
    for line in lines:
        if not line.startswith("|"):
            break
        first, *others = [cell.strip() for cell in line.strip("|").split("|")]
        table[first] = others
    return table


def version_of(program):
    """Three numbers, without what the distribution adds."""
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    return re.search(r"\b\d+\.\d+\.\d+", said)[0]
