"""What every integration test gets: a place to make containers in, and the promise that nothing else was touched."""

import hashlib
import itertools
import json
import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

import cgroups
import views
from containers import Place, make_rootfs
from cstop import BINARY

# crun refuses the hybrid view, so it gets the two pure ones.
if views.kind_of_host() == "hybrid":
    PLACES = [("runc", "hybrid"), ("runc", "v2"), ("crun", "v1"), ("crun", "v2")]
else:
    PLACES = [("runc", views.kind_of_host()), ("crun", views.kind_of_host())]

_numbers = itertools.count()


def _interrupt(number, frame):
    raise KeyboardInterrupt


def pytest_configure(config):
    if not BINARY.exists():
        raise pytest.UsageError(f"no {BINARY}: build it, or name another with CSTOP=...")
    # What was made is removed on the way out, also when the run is told to end. And what is started here must not inherit
    # that a signal is ignored: a shell does that to background jobs, nohup does it too.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    config.addinivalue_line("markers", "newer_kernel(reason): cannot hold without the newer system calls")
    config.addinivalue_line("markers", "once: does not depend on which binary is tested, one run is enough")


def pytest_unconfigure(config):
    """Workers that were killed could not clean up."""
    for cgroup in cgroups.find("cstop-test-"):
        worker = re.search(r"cstop-test-(\d+)", cgroup.name)[1]
        if cgroup.exists() and not os.path.exists(f"/proc/{worker}"):
            prefix = f"cstop-test-{worker}-"
            cgroups.kill_members(prefix)
            cgroups.remove(prefix)


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

    def make(runtime, kind, root=None, kind_of_place=Place, rootfs=rootfs, directory=None, view=None):
        prefix = f"cstop-test-{os.getpid()}-{next(_numbers)}-"
        if directory is None:
            directory = tmp_path / f"{runtime}-{kind}-{len(made)}"
            directory.mkdir()
        made.append(kind_of_place(runtime, view or view_of_kind(kind), rootfs, directory, prefix, root))
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


@pytest.fixture
def make_layout(tmp_path):
    """An OCI image layout: {tag: StopSignal}."""

    def make(tags):
        layout = tmp_path / "layout"
        blobs = layout / "blobs" / "sha256"
        blobs.mkdir(parents=True)

        def blob(kind, document):
            content = json.dumps(document).encode()
            digest = hashlib.sha256(content).hexdigest()
            (blobs / digest).write_bytes(content)
            media_type = f"application/vnd.oci.image.{kind}.v1+json"
            return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(content)}

        manifests = []
        for tag, stop_signal in tags.items():
            config = {"architecture": "amd64", "os": "linux", "config": {"StopSignal": stop_signal}}
            config["rootfs"] = {"type": "layers", "diff_ids": []}
            manifest = {"schemaVersion": 2, "config": blob("config", config), "layers": []}
            annotations = {"org.opencontainers.image.ref.name": tag}
            manifests.append(blob("manifest", manifest) | {"annotations": annotations})
        (layout / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": manifests}), encoding="utf-8")
        (layout / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}', encoding="utf-8")
        return layout

    return make


@pytest.fixture(scope="session")
def source():
    return Path(__file__).resolve().parents[2]
