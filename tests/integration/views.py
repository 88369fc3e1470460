"""Views of the cgroups: the host's own, and on a hybrid host also pure v2 and pure v1, each in a mount namespace."""

import subprocess

import cgroups

# What turns a hybrid host's /sys/fs/cgroup into another view, inside a private mount namespace.
_RECIPES = {
    "v2": "umount -R /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup",
    "v1": "umount /sys/fs/cgroup/unified",
}


def kind_of_host():
    kinds = {kind for _, kind in cgroups.mounts()}
    if kinds == {"cgroup2"}:
        return "v2"
    return "hybrid" if "cgroup2" in kinds else "v1"


class View:
    """Where commands run. `kind` is hybrid, v1 or v2; `is_host` when nothing had to be changed for it.

    With `is_private` what is mounted in the view is never seen outside of it, also where it is the host's own.
    """

    def __init__(self, kind, is_private=False):
        self.kind = kind
        self.is_host = kind == kind_of_host()
        self._holder = None
        if is_private or not self.is_host:
            recipe = "true" if self.is_host else _RECIPES[kind]
            # The holder ends with its standard input, so the namespace never outlives this process.
            self._holder = subprocess.Popen(
                ["unshare", "--mount", "--propagation", "private", "sh", "-c", recipe + " && echo && exec cat"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
            if self._holder.stdout.readline() != b"\n":
                raise RuntimeError(f"no {kind} view of the cgroups on this host")

    def enter(self, command):
        """The same command, run in this view. Relative paths mean nothing there."""
        if self._holder is None:
            return list(command)
        return ["nsenter", f"--mount=/proc/{self._holder.pid}/ns/mnt", "--", *command]

    def close(self):
        if self._holder is not None:
            self._holder.stdin.close()
            self._holder.stdout.close()
            self._holder.wait()
