"""F36, R15: standard output that is closed, full or broken never keeps a container from being stopped."""

import os
import subprocess

import pytest
from containers import OBEDIENT
from cstop import ENVIRONMENT

# What a shell makes of the descriptors, and the status: output that was lost is told, a lost input is not missed.
STREAMS = {
    "out-closed": (">&-", 1),
    "out-full": (">/dev/full", 1),
    "all-closed": ("<&- >&- 2>&-", 1),
    "in-closed": ("<&- >/dev/null", 0),
    "err-closed": (">/dev/null 2>&-", 0),
    "err-full": (">/dev/null 2>/dev/full", 0),
}


@pytest.mark.parametrize("name", STREAMS)
def test_f36_the_stop_completes_whatever_the_streams_are(any_place, name):
    redirection, status = STREAMS[name]
    web = any_place.container("web", OBEDIENT)
    shell = any_place.view.enter(["sh", "-c", f'exec "$@" {redirection}', "sh", *any_place.command(web.id)])
    ended = subprocess.run(shell, env=ENVIRONMENT, timeout=60, check=False)
    # A closed descriptor is opened on /dev/null, where nothing is lost.
    assert ended.returncode in (0, status)
    assert name != "out-full" or ended.returncode == 1
    assert web.received() == ["TERM"]
    assert web.is_gone()


def test_f36_a_reader_that_went_away_does_not_kill_cstop(any_place):
    web = any_place.container("web", OBEDIENT)
    reading, writing = os.pipe()
    os.close(reading)
    command = any_place.view.enter(any_place.command(web.id))
    ended = subprocess.run(command, stdout=writing, env=ENVIRONMENT, timeout=60, check=False)
    os.close(writing)
    assert ended.returncode == 1
    assert web.is_gone()
