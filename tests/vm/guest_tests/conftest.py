"""What every test in the machine gets: an engine, its containers, cstop, and the promise that systemd is content."""
import os
import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "integration"))

from cstop import BINARY, Running  # noqa: E402

import engines  # noqa: E402
from host import failed_units, run  # noqa: E402

_set_up = {}


@pytest.hookimpl(tryfirst=True)  # before xdist looks at the groups
def pytest_collection_modifyitems(items):
    """The daemons and units of the machine are one worker's."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("machine"))


def get_engine(kind):
    """The one engine of that kind, set up."""
    if kind not in _set_up:
        engine = {cls.kind: cls for cls in [*engines.ALL, engines.SystemdInPodman]}[kind]()
        engine.set_up()
        _set_up[kind] = engine
    return _set_up[kind]


@pytest.fixture
def engine_of(systemd_is_content):
    """Engines by kind; their containers go when the test ends."""
    used = []

    def get(kind):
        used.append(get_engine(kind))
        return used[-1]

    yield get
    for engine in used:
        engine.clean_up()


@pytest.fixture(params=[cls.kind for cls in engines.ALL])
def engine(request, engine_of):
    """Every engine."""
    return engine_of(request.param)


@pytest.fixture
def cstop():
    """Runs cstop to its end: by a user, or by root."""

    def run_cstop(*arguments, user=None, limit=60):
        command = [str(BINARY), *map(str, arguments)]
        if user:
            command = ["runuser", "-u", user, "--", "env", "XDG_RUNTIME_DIR=/run/user/1000", *command]
        return Running(command).ended(limit)

    return run_cstop


@pytest.fixture
def systemd_is_content():
    """No unit is failed after a stop, as none is after the engine's own stop."""
    yield
    failed = failed_units()
    for unit in failed:
        run("systemctl", "reset-failed", unit, check=False)
        run("systemctl", "--user", "reset-failed", unit, user="op", check=False)
    assert not failed


@pytest.fixture
def record():
    """Keeps a container's files for tests/vm/run --record."""

    def keep(container, kind=None):
        directory = Path(os.environ["CSTOP_VM_RECORD"]) / "state" / (kind or container.engine.kind) / container.id
        directory.mkdir(parents=True, exist_ok=True)
        files = {container.state.name: container.state, "proc-cgroup": "/proc/%d/cgroup" % container.pid,
                 "proc-stat": "/proc/%d/stat" % container.pid, **container.record}
        for name, path in files.items():
            shutil.copyfile(path, directory / name)

    return keep
