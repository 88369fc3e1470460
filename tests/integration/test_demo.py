"""What the README shows first."""

import os
import subprocess

import pytest


@pytest.mark.once
def test_the_demo_stops_its_container_with_the_signal_of_the_image(source, canary):
    ended = subprocess.run(
        [source / "tests" / "demo"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=900, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "got SIGQUIT, saying goodbye" in ended.stdout
    assert "stopped" in ended.stdout.splitlines()[-1]
    assert not [name for name in os.listdir("/tmp") if name.startswith("cstop-demo.")]
