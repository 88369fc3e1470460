"""State directories as a liar would make them, beside that of a real container."""

import json
import os
import shutil

# Of a user that nobody is.
STRANGER = 12345


def state_name(place):
    return "state.json" if place.runtime_name == "runc" else "status"


def keys(place):
    """(the pid's, the start time's)"""
    return ("init_process_pid", "init_process_start") if place.runtime_name == "runc" else ("pid", "process-start-time")


class Forgery:
    """A state directory beside a real container's, from its files."""

    def __init__(self, place, model, name="forged"):
        self.id = place.id(name)
        self.directory = place.root / self.id
        shutil.copytree(place.root / model.id, self.directory, ignore=lambda *_: ["exec.fifo", "notify"])
        self.file = self.directory / state_name(place)
        self.state = json.loads(self.file.read_text(encoding="utf-8"))
        if "id" in self.state:
            self.state["id"] = self.id
        # A cgroup of the model's would be the model's.
        self.state["cgroup_paths" if place.runtime_name == "runc" else "cgroup-path"] = (
            {} if place.runtime_name == "runc" else ""
        )
        self.write()

    def write(self, text=None, **changes):
        self.file.unlink(missing_ok=True)
        self.file.write_text(json.dumps(self.state | changes) if text is None else text, encoding="utf-8")
        self.file.chmod(0o600)
        return self

    def give_to(self, user):
        for path in (self.directory, *self.directory.iterdir()):
            os.chown(path, user, user)
        return self


def start_time_of(pid):
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        return int(file.read().rpartition(")")[2].split()[19])
