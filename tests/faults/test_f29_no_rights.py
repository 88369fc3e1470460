"""F29: another's container, which the caller may see but not signal."""

import shutil
import tempfile
from pathlib import Path

import pytest
from containers import OBEDIENT
from cstop import BINARY, Running

NOBODY = 65534


@pytest.fixture
def cstop_as_nobody(place):
    """From a directory that everybody may enter."""
    directory = Path(tempfile.mkdtemp(prefix="cstop-f29-"))
    directory.chmod(0o755)
    binary = shutil.copy(BINARY, directory / "cstop")
    user = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]

    def run(*arguments):
        return Running(place.view.enter([*user, binary, *map(str, arguments)])).ended()

    yield directory, run
    shutil.rmtree(directory)


def test_f29_a_container_that_the_caller_may_not_signal_is_told_plainly(place, cstop_as_nobody):
    directory, cstop = cstop_as_nobody
    web = place.container("web", OBEDIENT)
    # Readable, so that only the signal is refused.
    readable = directory / "state"
    shutil.copytree(place.root, readable)
    for path in readable.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    readable.chmod(0o755)
    for arguments in ([], ["-t", "0"], ["--all"]):
        ended = cstop("--root", readable, *arguments, *([] if "--all" in arguments else [web.id]))
        assert (ended.status, ended.out) == (1, ""), ended
        assert ended.err.startswith(f"cstop: {web.id}: ") and "Operation not permitted" in ended.err
        assert ended.seconds < 8
    assert web.is_untouched()


def test_f29_a_root_that_the_caller_may_not_read_is_told_plainly(place, cstop_as_nobody):
    _, cstop = cstop_as_nobody
    web = place.container("web", OBEDIENT)
    place.root.chmod(0o700)
    ended = cstop("--root", place.root, web.id)
    assert (ended.status, ended.out) == (1, "")
    assert ended.err.startswith("cstop: ") and "Permission denied" in ended.err
    assert web.is_untouched()
