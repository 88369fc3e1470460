"""R14: the filter refuses nothing that a stop calls."""

import re

import pytest
from containers import OBEDIENT, STUBBORN

KINDS = {
    "obedient": (OBEDIENT, ()),
    "stubborn": (STUBBORN, ("-t", "0.2", "-v")),
    "leftovers": (OBEDIENT, ("--json",)),
    "dry-run": (OBEDIENT, ("--dry-run",)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_r14_no_call_of_a_stop_is_refused_by_the_filter(place, tmp_path, kind):
    traps, options = KINDS[kind]
    web = place.container("web", traps, shared_pids=kind == "leftovers")
    log = tmp_path / "strace"
    place.under = ("strace", "-f", "-o", log)
    ended = place.cstop(*options, web.id)
    assert ended.status == 0, ended.err
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    loaded = max(i for i, line in enumerate(lines) if re.search(r"seccomp\(SECCOMP_SET_MODE_FILTER, .*len=", line))
    assert not [line for line in lines[loaded + 1 :] if "ENOSYS" in line]
