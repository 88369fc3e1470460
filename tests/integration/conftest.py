"""What every integration test gets: a place to make containers in, and the promise that nothing else was touched."""

import itertools
import os
import subprocess
from pathlib import Path

import pytest

import views
from containers import Place, make_rootfs

# crun refuses the hybrid view, so it gets the two pure ones.
if views.kind_of_host() == "hybrid":
    PLACES = [("runc", "hybrid"), ("runc", "v2"), ("crun", "v1"), ("crun", "v2")]
else:
    PLACES = [("runc", views.kind_of_host()), ("crun", views.kind_of_host())]

_numbers = itertools.count()


@pytest.fixture(scope="session")
def rootfs(tmp_path_factory):
    return make_rootfs(tmp_path_factory.mktemp("rootfs"))


@pytest.fixture(scope="session")
def view_of_kind():
    opened = {}

    def view(kind):
        if kind not in opened:
            opened[kind] = views.View(kind)
        return opened[kind]

    yield view
    for view in opened.values():
        view.close()


@pytest.fixture
def canary():
    """A process that is none of cstop's business."""
    process = subprocess.Popen(["sleep", "infinity"])
    yield process
    ended = process.poll()
    process.kill()
    process.wait()
    assert ended is None, f"the canary was killed: {ended}"


@pytest.fixture
def make_place(rootfs, view_of_kind, canary, tmp_path):
    made = []

    def make(runtime, kind, root=None):
        prefix = f"it{os.getpid()}x{next(_numbers)}-"
        directory = tmp_path / f"{runtime}-{kind}-{len(made)}"
        directory.mkdir()
        made.append(Place(runtime, view_of_kind(kind), rootfs, directory, prefix, root))
        return made[-1]

    yield make
    complaints = [complaint for place in made for complaint in place.clean_up()]
    assert canary.poll() is None, "the canary was killed"
    assert not complaints, complaints


@pytest.fixture(params=PLACES, ids=["-".join(place) for place in PLACES])
def place(request, make_place):
    """Every runtime in every view that it runs in."""
    return make_place(*request.param)


@pytest.fixture
def any_place(make_place):
    """One place is enough: the claim is not about runtimes or cgroups."""
    return make_place(*PLACES[0])


@pytest.fixture(scope="session")
def source():
    return Path(__file__).resolve().parents[2]
