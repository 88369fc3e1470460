"""What a state file says of a container, changed for the length of a test.

Always put back: the runtime that removes the container believes its file, and would kill whoever it names.
"""

import json
from contextlib import contextmanager

_KEYS = {
    "runc": {"pid": "init_process_pid", "start": "init_process_start", "cgroups": "cgroup_paths"},
    "crun": {"pid": "pid", "start": "process-start-time", "cgroups": "cgroup-path"},
}


def state_file(container):
    directory = container.place.root / container.id
    return directory / ("status" if container.place.runtime_name == "crun" else "state.json")


def start_time(pid):
    """Clock ticks after boot, field 22 of proc(5)."""
    with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
        return int(file.read().rpartition(")")[2].split()[19])


def read_claim(container, name):
    return json.loads(state_file(container).read_text(encoding="utf-8"))[_KEYS[container.place.runtime_name][name]]


@contextmanager
def claim(container, **values):
    """pid=, start=, cgroups=: runc has a path for each hierarchy, crun one for all."""
    file = state_file(container)
    truth = file.read_text(encoding="utf-8")
    keys = _KEYS[container.place.runtime_name]
    file.write_text(json.dumps(json.loads(truth) | {keys[name]: value for name, value in values.items()}))
    try:
        yield
    finally:
        if file.exists():
            file.write_text(truth, encoding="utf-8")


def claim_process(container, pid):
    """That `pid` is its init, start time and all."""
    return claim(container, pid=pid, start=start_time(pid))
