"""A pytest plugin: of the integration tests, the machine runs those that selection.txt says."""
from pathlib import Path

_INTEGRATION = "tests/integration/"


def read_selection():
    """[(prefix of a test's name, is it run here)], the most special first."""
    lines = (Path(__file__).parent / "selection.txt").read_text(encoding="utf-8").splitlines()
    words = [line.split(None, 2) for line in lines if line and not line.startswith("#")]
    assert all(len(line) == (2 if line[0] == "run" else 3) for line in words), "run NAME, or leave NAME REASON"
    return sorted(((line[1], line[0] == "run") for line in words), key=lambda line: -len(line[0]))


def pytest_collection_modifyitems(config, items):
    selection = read_selection()
    unused = {prefix for prefix, _ in selection}
    here, elsewhere = [], []
    for item in items:
        name = item.nodeid.removeprefix(_INTEGRATION)
        prefix, is_run = next((line for line in selection if name.startswith(line[0])), ("", False))
        unused.discard(prefix)
        (here if name == item.nodeid or is_run else elsewhere).append(item)
    config.selection_without_tests = sorted(unused)
    config.hook.pytest_deselected(items=elsewhere)
    items[:] = here
