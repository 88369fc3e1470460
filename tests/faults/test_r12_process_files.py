"""R12: no file of a container's task is read that can hang with the task, even when it calls itself what it is not."""

import re
import shutil
import subprocess
import time

import pytest
from containers import OBEDIENT, STUBBORN

FORBIDDEN = ("cmdline", "environ", "maps", "smaps", "exe", "mem", "numa_maps", "auxv", "pagemap")


def traced(place, *arguments, root=True):
    """(how it ended, what strace wrote down), with the path of every descriptor."""
    log = place.directory / "strace"
    command = ["strace", "-f", "-y", "-s", "256", "-e", "trace=%file,read,readv,pread64", "-o", str(log)]
    command += place.command(*arguments, root=root)
    ended = subprocess.run(place.view.enter(command), capture_output=True, text=True, timeout=120, check=False)
    return ended, log.read_text(encoding="utf-8", errors="replace")


def reads(text, pid):
    """What was read of a process, or asked of one of its links."""
    files = re.findall(rf"read(?:v|64)?\(\d+</proc/{pid}/([^>]*)>", text)
    return files + re.findall(rf'readlink(?:at)?\([^"]*"/proc/{pid}/([^"]*)"', text)


@pytest.mark.once  # a sanitizer dislikes being traced
def test_r12_a_stop_and_its_diagnosis_read_no_memory_of_a_task(place):
    web = place.container("web", STUBBORN)
    pids = web.members()
    for arguments, status in ((["-v", "--schedule", "TERM@init/0.2"], 4), (["-t", "0"], 0)):
        ended, text = traced(place, *arguments, web.id)
        assert ended.returncode == status, ended
        assert "stat" in reads(text, web.pid)
        assert not [name for pid in pids for name in reads(text, pid) if name.split("/")[-1] in FORBIDDEN]


@pytest.mark.once
@pytest.mark.parametrize("name", ["conmon", "containerd-shim"])
@pytest.mark.parametrize("shared_pids", [False, True], ids=["own-pids", "shared-pids"])
def test_r12_a_task_that_calls_itself_a_monitor_is_not_looked_into(any_place, name, shared_pids):
    """Root's, in a container: its mount namespace tells it from a real one."""
    script = f"printf {name} >/proc/self/comm; trap 'exit 3' TERM; sleep 1000 & echo ready >/notes/events; wait"
    # Without a pid namespace of its own its /proc is the host's, where "self" is the same.
    web = any_place.make("web", script=script, shared_pids=shared_pids).run().wait_for("ready")
    with open(f"/proc/{web.pid}/comm", encoding="utf-8") as file:
        assert file.read().strip() == name
    # A word that nobody is called by: every process is looked at.
    ended, text = traced(any_place, "nobody-is-called-so", root=False)
    assert ended.returncode == 3, ended
    read = reads(text, web.pid)
    assert "comm" in read
    assert set(read) <= {"comm", "stat", "status"}
    assert web.is_untouched()


@pytest.mark.once
def test_r12_a_conmon_in_uninterruptible_sleep_is_not_asked(stuck, tmp_path):
    """It may hold the lock that reading its command line takes."""
    place, filesystem = stuck
    sleeper = tmp_path / "conmon"
    shutil.copy2("/usr/bin/touch", sleeper)
    command = place.view.enter([str(sleeper), str(filesystem.path / "file")])
    process = subprocess.Popen(command)
    try:
        deadline = time.monotonic() + 60
        while _state(process.pid) != "D":
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.01)
        ended, text = traced(place, "nobody-is-called-so", root=False)
        assert ended.returncode == 3, ended
        assert "stat" in reads(text, process.pid)
        assert "cmdline" not in reads(text, process.pid)
    finally:
        filesystem.thaw()
        process.kill()
        process.wait()


def _state(pid):
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        return file.read().rpartition(")")[2].split()[0]
