"""The fixtures of the integration tests, and what only faults need."""

import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "integration"))

# pylint: disable=unused-wildcard-import,wildcard-import,wrong-import-position
from containers import make_rootfs
from fixtures import *


def compile_program(directory, name, *libraries):
    """A static program of a source file beside this one."""
    program = directory / name
    command = ["gcc", "-O1", "-Wall", "-Wextra", "-Werror", "-static", "-pthread", "-o", program, HERE / f"{name}.c"]
    subprocess.run([*command, *libraries], check=True)
    return program


@pytest.fixture(scope="session")
def enosys(tmp_path_factory):
    """A program that runs another one without some system calls (enosys.c)."""
    return compile_program(tmp_path_factory.mktemp("enosys"), "enosys", "-lseccomp")


@pytest.fixture(scope="session")
def actor(tmp_path_factory):
    """A program that plays what a shell cannot (actor.c), on the host."""
    return compile_program(tmp_path_factory.mktemp("actor"), "actor")


@pytest.fixture(scope="session")
def rootfs(tmp_path_factory, actor):
    """The integration tests' own, with /bin/actor."""
    directory = make_rootfs(tmp_path_factory.mktemp("rootfs"))
    directory.chmod(0o755)  # for containers whose user is not root
    (directory / "bin" / "actor").hardlink_to(actor)
    return directory
