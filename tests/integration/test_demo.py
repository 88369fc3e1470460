"""What the README shows first."""

import os
import subprocess

import pytest


@pytest.mark.once
def test_the_demo_stops_its_container_with_the_signal_of_the_image(source, canary, tmp_path):
    ended = subprocess.run(
        [source / "tests" / "demo"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=900, check=False,
        env=os.environ | {"TMPDIR": str(tmp_path)},
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "got SIGQUIT, saying goodbye" in ended.stdout
    assert "stopped" in ended.stdout.splitlines()[-1]
    assert not [name for name in os.listdir(tmp_path) if name.startswith("cstop-demo.")]
