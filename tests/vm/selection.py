"""A pytest plugin: of the integration tests, the machine runs those that selection.txt says."""
from pathlib import Path

_INTEGRATION = "tests/integration/"


def read_selection():
    """[(prefix of a test's name, is it run here)], the most special first."""
    lines = (Path(__file__).parent / "selection.txt").read_text(encoding="utf-8").splitlines()
    words = [line.split(None, 2) for line in lines if line and not line.startswith("#")]
    assert all(len(line) == (2 if line[0] == "run" else 3) for line in words), "run NAME, or leave NAME REASON"
    return sorted(((line[1], line[0] == "run") for line in words), key=lambda line: -len(line[0]))


def _is_left_whole(file, selection):
    return file.startswith("test_") and not any(is_run and prefix.startswith(file) for prefix, is_run in selection)


def pytest_ignore_collect(collection_path):
    """A file of which nothing is run is not even imported: it may want what only the host has."""
    is_integration = collection_path.parent.name == "integration"
    return True if is_integration and _is_left_whole(collection_path.name, read_selection()) else None


def pytest_collection_modifyitems(config, items):
    selection = read_selection()
    files = {path.name for path in (Path(__file__).parents[1] / "integration").glob("test_*.py")}
    unused = {prefix for prefix, _ in selection if prefix not in files}
    here, elsewhere = [], []
    for item in items:
        name = item.nodeid.removeprefix(_INTEGRATION)
        prefix, is_run = next((line for line in selection if name.startswith(line[0])), ("", False))
        unused.discard(prefix)
        (here if name == item.nodeid or is_run else elsewhere).append(item)
    config.selection_without_tests = sorted(unused)
    config.hook.pytest_deselected(items=elsewhere)
    items[:] = here
