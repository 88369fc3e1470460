"""What the tests of stuck tasks rest on: no run of them leaves a frozen file system behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent

MAKE = """
import pathlib, signal, sys
sys.path += sys.argv[2:]
from stuck import StuckFilesystem
from views import View, kind_of_host
filesystem = StuckFilesystem(View(kind_of_host(), is_private=True), pathlib.Path(sys.argv[1]))
print("made", flush=True)
signal.pause()
"""


@pytest.mark.once
def test_a_stuck_file_system_is_thawed_and_gone_when_its_whole_process_group_is_killed(tmp_path):
    command = [sys.executable, "-c", MAKE, str(tmp_path), str(HERE), str(HERE.parent / "integration")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True) as maker:
        try:
            assert maker.stdout.readline() == b"made\n"
            assert _loop_devices(tmp_path)
        finally:
            os.killpg(maker.pid, signal.SIGKILL)
    deadline = time.monotonic() + 60
    while left := _loop_devices(tmp_path):
        assert time.monotonic() < deadline, left
        time.sleep(0.01)


def _loop_devices(directory):
    """No event tells the end of one."""
    return subprocess.run(["losetup", "-j", directory / "stuck.ext4"], check=True, capture_output=True, text=True).stdout
