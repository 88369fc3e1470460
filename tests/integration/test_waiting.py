"""Nothing polls."""

import re
import subprocess

import pytest
from containers import STUBBORN
from cstop import ENVIRONMENT

WAITS = "epoll_wait,epoll_pwait,epoll_pwait2,poll,ppoll,select,pselect6,nanosleep,clock_nanosleep,futex"


def is_wait(line):
    """A poll without a timeout only looks."""
    return not re.search(r"\bpoll\(.*, 0\) +=|{tv_sec=0, tv_nsec=0}", line)


@pytest.mark.newer_kernel("without pidfd_open no event tells init's end: it is looked at 50 times a second")
def test_a_quiet_grace_of_five_seconds_has_no_more_than_a_handful_of_wake_ups(place):
    web = place.container("web", STUBBORN)
    log = place.directory / "strace"
    trace = ["strace", "-f", "-q", "-e", f"trace={WAITS}", "-e", "signal=none", "-o", log]
    # A leak check attaches to the process, which strace already did.
    environment = ENVIRONMENT | {"ASAN_OPTIONS": ENVIRONMENT["ASAN_OPTIONS"] + ":detect_leaks=0"}
    ended = subprocess.run(
        place.view.enter([*trace, *place.command("-t", "5", web.id)]),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=environment,
        timeout=120,
        check=False,
        text=True,
    )
    assert (ended.returncode, ended.stdout) == (0, f"{web.id}\n"), ended
    assert web.is_gone()
    lines = [line for line in log.read_text().splitlines() if "(" in line]
    assert any("epoll" in line for line in lines), lines
    assert len([line for line in lines if is_wait(line)]) <= 5, lines
