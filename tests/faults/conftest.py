"""The fixtures of the integration tests, and what only faults need."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "integration"))

# pylint: disable=unused-wildcard-import,wildcard-import,wrong-import-position
import cgroups
from containers import make_rootfs
from fixtures import *
from forgery import Forgery
from steps import Steps
from stuck import StuckFilesystem
from views import View


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
def without_file(tmp_path_factory):
    """A program that runs another one where no directory has some file (without_file.c)."""
    return compile_program(tmp_path_factory.mktemp("without_file"), "without_file", "-lseccomp")


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


@pytest.fixture(scope="session")
def private_view_of_kind():
    """Views in which a file system can be mounted: else every mount namespace that is made meanwhile would keep it."""
    opened = {}

    def view(kind):
        if kind not in opened:
            opened[kind] = View(kind, is_private=True)
        return opened[kind]

    yield view
    for view in opened.values():
        view.close()


@pytest.fixture(params=PLACES, ids="-".join)
def stuck(request, make_place, private_view_of_kind, tmp_path):
    """(place, file system of the place): whoever writes to it sleeps until it is thawed, at the latest in the end."""
    runtime, kind = request.param
    view = private_view_of_kind(kind)
    place = make_place(runtime, kind, view=view)
    filesystem = StuckFilesystem(view, tmp_path)
    yield place, filesystem
    filesystem.thaw()
    cgroups.kill_members(place.prefix)
    left = filesystem.close()
    assert not left, left


@pytest.fixture
def forge():
    """State directories beside a real container's, from its files."""
    made = []

    def make(place, model, name="forged"):
        made.append(Forgery(place, model, name))
        return made[-1]

    yield make
    for forgery in made:
        shutil.rmtree(forgery.directory, ignore_errors=True)


@pytest.fixture(scope="session")
def clone_as(tmp_path_factory):
    """A program that starts another one under a wanted pid (clone_as.c)."""
    return compile_program(tmp_path_factory.mktemp("clone_as"), "clone_as")


@pytest.fixture(scope="session")
def _step(tmp_path_factory):
    return compile_program(tmp_path_factory.mktemp("step"), "step")


@pytest.fixture
def step_through(_step, tmp_path):
    """A cstop that a test takes from system call to system call: step_through(place, argument, ...)."""
    made = []

    def make(place, *arguments):
        made.append(Steps(_step, place, tmp_path, *arguments))
        return made[-1]

    yield make
    for steps in made:
        steps.close()
