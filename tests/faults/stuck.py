"""A file system that puts whoever writes to it into uninterruptible sleep."""

import subprocess
import time

# The holder thaws with the end of its standard input: nobody stays asleep when this process is killed. It ignores that
# nobody reads "frozen" any more. The loop device is given back with the last mount, which may be that of a container's
# mount namespace.
_HOLD = """
trap '' PIPE
mount -o loop "$1" "$2" && fsfreeze --freeze "$2" && echo frozen
cat >/dev/null
fsfreeze --unfreeze "$2"
umount --lazy "$2"
"""


class StuckFilesystem:
    """Frozen as long as it is not closed. `path` is what to mount into a container, in the view."""

    def __init__(self, view, directory):
        self.path = directory / "stuck"
        self.path.mkdir()
        self._image = directory / "stuck.ext4"
        with open(self._image, "wb") as file:
            file.truncate(8 << 20)
        subprocess.run(["mkfs.ext4", "-q", "-O", "^has_journal", self._image], check=True)
        hold = ["sh", "-c", _HOLD, "sh", str(self._image), str(self.path)]
        # In a session of its own it outlives a process group that is killed as a whole.
        self._holder = subprocess.Popen(
            view.enter(hold), stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        )
        said = self._holder.stdout.readline()
        if said != b"frozen\n":
            self.thaw()
            raise RuntimeError("no ext4 can be frozen on a loop device here")

    def thaw(self):
        if not self._holder.stdin.closed:
            self._holder.stdin.close()
            self._holder.stdout.close()
            self._holder.wait(60)

    def close(self):
        """Returns what is left over. The last mount ends with the containers', a moment after them."""
        self.thaw()
        deadline = time.monotonic() + 60
        while left := subprocess.run(["losetup", "-j", self._image], check=True, capture_output=True).stdout.decode():
            if time.monotonic() > deadline:
                return [f"loop device: {left}"]
            time.sleep(0.01)
        return []


def wait_for_state(process, state, seconds=60):
    """No event tells it."""
    deadline = time.monotonic() + seconds
    while process.state() != state:
        assert time.monotonic() < deadline, f"process {process.pid} is in state {process.state()}, not {state}"
        time.sleep(0.001)
