"""Containers without a runtime: processes of crowd.c with a state.json each, and files of containers that are no more."""

import json
import os
import shutil
import subprocess

import cgroups

# As runc writes one, the part that is not read included.
_REST = {
    "rootless": False,
    "namespace_paths": {},
    "external_descriptors": ["/dev/null", "/dev/null", "/dev/null"],
    "intel_rdt_path": "",
    "created": "2024-01-01T00:00:00Z",
}


def write_state(root, container_id, pid, start, paths, padding=0):
    directory = root / container_id
    directory.mkdir(parents=True, mode=0o711)
    mounts = [{"source": f"/mnt/{number}", "destination": "/data" * 8} for number in range(padding // 80)]
    config = {"mounts": mounts, "labels": ["bundle=/nowhere"], "namespaces": []}
    state = {"id": container_id, "init_process_pid": pid, "init_process_start": start, "cgroup_paths": paths} | _REST
    (directory / "state.json").write_text(json.dumps(state | {"config": config}), encoding="utf-8")


def full_id(number):
    return f"{number:064x}"


class Crowd:
    """`count` processes; how they lie in cgroups is `kind`: "apart" (v2, one each), "v2" or "v1" (all in one)."""

    def __init__(self, programs, directory, prefix, count, kind):
        self.root = directory / f"state-{os.urandom(4).hex()}"
        self.name = f"{prefix}{kind}-{os.urandom(4).hex()}"
        self.ids = []
        mounts = cgroups.mounts()
        if kind == "v1":
            mount = next(mount for mount, _ in mounts if (mount / "cgroup.procs").exists() and mount.name == "freezer")
        else:
            mount = next(mount for mount, fs in mounts if fs == "cgroup2")
        self.cgroup = mount / self.name
        self.cgroup.mkdir()
        where = {
            "apart": [self.cgroup],
            "v2": [self.cgroup, "all"],
            "v1": [self.cgroup / "cgroup.procs", mount / "cgroup.procs"],
        }[kind]
        self._makers = subprocess.Popen(
            [programs.crowd, str(count), *map(str, where)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        lines = [self._makers.stdout.readline().split() for _ in range(count)]
        self.processes = [(int(pid), int(start)) for pid, start in lines]
        hierarchy = "freezer" if kind == "v1" else ""
        for number, (pid, start) in enumerate(self.processes if kind == "apart" else self.processes[:1]):
            # As of a runtime, the cgroup bears the container's id: else whose it is must be looked for.
            self.ids.append(f"{self.name}-{number}" if kind == "apart" else self.name)
            own = self.cgroup / self.ids[-1] if kind == "apart" else self.cgroup
            write_state(self.root, self.ids[-1], pid, start, {hierarchy: str(own)})

    def close(self):
        self._makers.stdin.close()
        self._makers.wait()
        cgroups.kill_members(self.name)
        cgroups.remove(self.name)
        shutil.rmtree(self.root)


def make_dead(root, count):
    """State directories of containers whose processes are long gone."""
    for number in range(1, count + 1):
        write_state(root, full_id(number), 4194304, 1, {"freezer": f"/sys/fs/cgroup/freezer/{full_id(number)}"})
