"""Nothing polls."""

import subprocess

from containers import STUBBORN
from cstop import ENVIRONMENT

WAITS = ("epoll_wait", "epoll_pwait", "epoll_pwait2", "poll", "ppoll", "select", "pselect6", "nanosleep", "clock_nanosleep")


def test_a_quiet_grace_of_five_seconds_has_no_more_than_a_handful_of_wake_ups(place):
    web = place.container("web", STUBBORN)
    counts = place.directory / "counts"
    command = place.view.enter(["strace", "-f", "-c", "-U", "name,calls", "-o", counts, *place.command("-t", "5", web.id)])
    # A leak check attaches to the process, which strace already did.
    environment = ENVIRONMENT | {"ASAN_OPTIONS": ENVIRONMENT["ASAN_OPTIONS"] + ":detect_leaks=0"}
    ended = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, env=environment, timeout=60, check=False, text=True
    )
    assert (ended.returncode, ended.stdout) == (0, f"{web.id}\n"), ended
    assert web.is_gone()
    rows = [line.split() for line in counts.read_text().splitlines()]
    calls = {row[0]: int(row[1]) for row in rows if len(row) == 2 and row[1].isdigit()}
    assert calls, counts.read_text()
    assert sum(calls.get(name, 0) for name in WAITS) <= 5, calls
