"""R14: the filter refuses nothing that a stop calls, and allows nothing that has no maker.

tests/data/system_calls.tsv lists what it lets through; that it lets through exactly this is tests/unit/kernel's claim.
"""

import re
import subprocess
from pathlib import Path

import pytest
from containers import OBEDIENT, STUBBORN
from cstop import SOURCE

RECORD_CALLS = Path(__file__).with_name("record_calls")


def read_list():
    """{call: "suite", or why it is allowed}"""
    lines = (SOURCE / "tests" / "data" / "system_calls.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    assert all(len(row) == 3 for row in rows)
    return {call: maker for call, _, maker in rows}


def test_r14_every_allowed_call_was_made_by_the_suite_or_has_a_reason():
    for call, maker in read_list().items():
        assert maker == "suite" or len(maker.split()) > 3, call

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
    (tmp_path / "calls").mkdir()
    log = tmp_path / "calls" / "strace"
    place.under = ("strace", "-f", "-o", log)
    ended = place.cstop(*options, web.id)
    assert ended.status == 0, ended.err
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    loaded = max(i for i, line in enumerate(lines) if re.search(r"seccomp\(SECCOMP_SET_MODE_FILTER, .*len=", line))
    assert not [line for line in lines[loaded + 1 :] if "ENOSYS" in line]
    recorded = subprocess.run([RECORD_CALLS, "list", log.parent], stdout=subprocess.PIPE, text=True, check=True).stdout
    made = {line.split("\t")[0] for line in recorded.splitlines()}
    assert "epoll_create1" in made or kind == "dry-run"
    assert made <= {call for call, maker in read_list().items() if maker == "suite"}
