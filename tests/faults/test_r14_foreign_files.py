"""R14: files of strangers are parsed in a child that can do nothing; files of root and of the caller are not."""

import json
import os
import re
import shutil

import pytest
from containers import OBEDIENT

STRANGER = 12345


@pytest.fixture
def strace(any_place, tmp_path):
    """cstop under strace: (what it did, every line of the trace)."""

    def run(*arguments, inject=()):
        log = tmp_path / "strace"
        any_place.under = ("strace", "-f", "-o", log, *inject)
        ended = any_place.cstop(*arguments)
        return ended, log.read_text(encoding="utf-8", errors="replace").splitlines()

    return run


@pytest.fixture
def strangers_file(any_place, canary):
    """The state of a running container, copied, as a stranger would forge it: its pid is the canary's."""
    web = any_place.container("web", OBEDIENT)
    forged = any_place.root / any_place.id("forged")
    shutil.copytree(any_place.root / web.id, forged)
    file = forged / "state.json"
    state = json.loads(file.read_text())
    with open(f"/proc/{canary.pid}/stat", encoding="ascii") as stat:
        start_time = int(stat.read().rpartition(")")[2].split()[19])
    state |= {"id": forged.name, "init_process_pid": canary.pid, "init_process_start": start_time}
    file.write_text(json.dumps(state))
    for path in (forged, file):
        os.chown(path, STRANGER, STRANGER)
    yield file
    shutil.rmtree(forged)


def forks(trace):
    return [line for line in trace if re.search(r" (clone3?|v?fork)\(", line)]


def test_r14_a_strangers_state_is_parsed_by_a_confined_child_and_still_refused(strace, strangers_file, canary):
    ended, trace = strace("--dry-run", strangers_file.parent.name)
    assert len(forks(trace)) == 1
    # strace writes the call and its result on two lines when the child is faster.
    child = re.search(r" (?:<\.\.\. )?(?:clone3?|v?fork)(?:\(| resumed>).*= (\d+)$", "\n".join(trace), re.MULTILINE)[1]
    calls = [line.split(" ", 1)[1].lstrip() for line in trace if line.split()[0] == child]
    last_filter = max(i for i, call in enumerate(calls) if "SECCOMP_SET_MODE_FILTER, 0, {" in call)
    names = {call.split("(")[0] for call in calls[last_filter + 1 :] if "(" in call}
    assert names <= {"write", "brk", "mmap", "munmap", "mremap", "mprotect", "madvise", "exit_group"}
    before = "\n".join(calls[:last_filter])
    assert "landlock_restrict_self(" in before and "effective=0, permitted=0" in before
    assert canary.poll() is None
    assert ended.status in (0, 1)


def test_r14_a_stop_that_meets_only_files_of_root_starts_no_child(any_place, strace):
    web = any_place.container("web", OBEDIENT)
    ended, trace = strace(web.id)
    assert (ended.status, ended.names) == (0, [web.id]), ended.err
    assert not forks(trace)


@pytest.mark.parametrize("fault", ["KILL", "SEGV"])
def test_r14_a_parser_that_dies_makes_a_damaged_file(strace, strangers_file, fault, canary):
    # Only the child makes this call.
    inject = ("-e", f"inject=landlock_restrict_self:signal={fault}")
    ended, _ = strace("--dry-run", strangers_file.parent.name, inject=inject)
    assert (ended.status, ended.out) == (1, "")
    why = f"read {strangers_file}: its parser was killed by SIG{fault}"
    assert ended.err == f"cstop: {strangers_file.parent.name}: {why}\n"
    assert canary.poll() is None


def test_r14_without_a_process_to_be_had_the_file_is_parsed_in_place(strace, strangers_file, canary):
    name = strangers_file.parent.name
    inject = ("-e", "inject=clone,clone3,fork,vfork:error=EAGAIN")
    in_place, _ = strace("-t", "0", name, inject=inject)
    in_child, _ = strace("-t", "0", name)
    assert (in_place.status, in_place.err) == (in_child.status, in_child.err)
    assert in_child.status == 1 and str(STRANGER) in in_child.err
    assert canary.poll() is None


DAMAGE = {
    "deep": "[" * 1_000_000,
    "long-number": '{"init_process_pid":' + "9" * 100_000 + "}",
    "many-values": "[" + "0," * 1_000_000 + "0]",
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_r14_a_strangers_damaged_file_is_one_line(any_place, strangers_file, damage, canary):
    strangers_file.write_text(DAMAGE[damage])
    ended = any_place.cstop("-t", "0", strangers_file.parent.name)
    assert (ended.status, ended.out) == (1, "")
    assert ended.err.startswith(f"cstop: {strangers_file.parent.name}: ") and ended.err.count("\n") == 1
    assert canary.poll() is None
