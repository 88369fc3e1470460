"""The cgroups of the host, seen from outside every view. Only cgroups whose name begins with a test's prefix are touched."""

import contextlib
import os
import signal
import time
from pathlib import Path

from processes import Process

# Who makes the containers' cgroups: the runtimes themselves, or systemd, which they ask. Only a machine that is there for
# the tests alone may be told "systemd" (tests/vm): its scopes and slices are everybody's.
DRIVER = os.environ.get("CSTOP_CGROUP_DRIVER", "cgroupfs")


def mounts():
    """(mount point, type) of every cgroup hierarchy of this host."""
    found = []
    for line in Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines():
        before, _, after = line.partition(" - ")
        kind = after.split()[0]
        if kind in ("cgroup", "cgroup2"):
            found.append((Path(before.split()[4]), kind))
    return found


def find(prefix):
    """Every cgroup whose own name begins with `prefix`, in every hierarchy, parents before children. The name of a scope
    that a runtime asked systemd for is what follows the runtime's."""
    found = []
    for mount, _ in mounts():
        for directory, children, _ in os.walk(mount):
            found += [Path(directory, child) for child in children if _name_of(child).startswith(prefix)]
    return found


def _name_of(directory):
    return directory.partition("-")[2] if directory.endswith(".scope") else directory


def members(cgroup):
    """The pids in it and below it."""
    pids = []
    for directory, _, _ in os.walk(cgroup):
        try:
            pids += [int(pid) for pid in Path(directory, "cgroup.procs").read_text(encoding="ascii").split()]
        except OSError:  # removed while we looked
            pass
    return [pid for pid in pids if pid > 0]


def _frozen_file(cgroup):
    for name, frozen, thawed in (("freezer.state", ("FROZEN", "FREEZING"), "THAWED"), ("cgroup.freeze", ("1",), "0")):
        if (cgroup / name).exists():
            return cgroup / name, frozen, thawed
    return None


def can_freeze(cgroup):
    return _frozen_file(cgroup) is not None


def is_frozen(cgroup):
    file = _frozen_file(cgroup)
    try:
        return file is not None and file[0].read_text(encoding="ascii").strip() in file[1]
    except OSError:  # removed while we looked
        return False


def freeze(cgroup):
    """Asks for it, and waits until it is so; v1 has no event for that."""
    file, frozen, _ = _frozen_file(cgroup)
    file.write_text(frozen[0], encoding="ascii")
    while file.read_text(encoding="ascii").strip() != frozen[0]:
        time.sleep(0.001)


def thaw(cgroup):
    for directory, _, _ in os.walk(cgroup):
        file = _frozen_file(Path(directory))
        if file is not None:
            with contextlib.suppress(OSError):  # systemd removes what is empty, whenever it comes to it
                file[0].write_text(file[2], encoding="ascii")


def move_to_roots(pid):
    """Out of its container's cgroup, in every hierarchy."""
    for mount, _ in mounts():
        (mount / "cgroup.procs").write_text(str(pid), encoding="ascii")


def kill_members(prefix):
    """Ends every process in the cgroups of a test."""
    found = find(prefix)
    # Again and again: somebody may fork while the others are listed.
    deadline = time.monotonic() + 60
    while _kill_those_in(found) and time.monotonic() < deadline:
        pass


def _kill_those_in(found):
    """Whether there was anybody."""
    # All before anybody is waited for: who is frozen in one hierarchy is a member in the others as well.
    for cgroup in found:
        thaw(cgroup)
    processes = []
    for pid in {pid for cgroup in found for pid in members(cgroup)}:
        try:
            processes.append(Process(pid))
            processes[-1].send(signal.SIGKILL)
        except ProcessLookupError:
            pass
    for cgroup in found:
        thaw(cgroup)
    for process in processes:
        process.ends_within(60)
        process.close()
    return bool(processes)


def remove(prefix):
    """Removes the cgroups of a test, which must be empty by now."""
    for cgroup in find(prefix):
        for directory, _, _ in os.walk(cgroup, topdown=False):
            _remove_one(directory)


def _remove_one(directory):
    # A cgroup stays busy for a moment after its last member's end, and no event tells when that is over.
    deadline = time.monotonic() + 60
    while True:
        try:
            os.rmdir(directory)
            return
        except FileNotFoundError:
            return
        except OSError:
            if time.monotonic() > deadline:
                return
            time.sleep(0.005)
