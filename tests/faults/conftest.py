"""The fixtures of the integration tests, and what only faults need."""

import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "integration"))

from fixtures import *  # pylint: disable=unused-wildcard-import,wildcard-import,wrong-import-position


@pytest.fixture(scope="session")
def enosys(tmp_path_factory):
    """A program that runs another one without some system calls (enosys.c)."""
    source = Path(__file__).with_name("enosys.c")
    program = tmp_path_factory.mktemp("enosys") / "enosys"
    command = ["cc", "-O1", "-Wall", "-Wextra", "-Werror", "-static", "-o", program, source, "-lseccomp"]
    subprocess.run(command, check=True)
    return program
