"""What runc and crun do with the files of R2, R3, R4 and R10: the last column of README.md. No test: it prints.

    CSTOP=build/src/cstop pytest -q -s tests/faults/measure_files.py
"""

import json
import os
import subprocess

import pytest
from containers import OBEDIENT
from fixtures import PLACES
from forgery import STRANGER, keys, start_time_of

RUNTIMES = [next(place for place in PLACES if place[0] == runtime) for runtime in ("runc", "crun")]


@pytest.fixture(params=RUNTIMES, ids="-".join)
def case(request, make_place, forge):
    place = make_place(*request.param)
    return place, forge(place, place.container("web", OBEDIENT))


@pytest.fixture
def victim():
    process = subprocess.Popen(["sleep", "1000"])
    yield process
    process.kill()
    process.wait()


def ask(place, *arguments):
    command = place.view.enter([place.runtime_name, "--root", str(place.root), *arguments])
    try:
        ended = subprocess.run(command, capture_output=True, text=True, timeout=5, check=False)
        return f"exit {ended.returncode} {ended.stderr.strip()[-160:]!r}"
    except subprocess.TimeoutExpired:
        return "hangs (5 s)"


def tell(place, what, answer, victim=None):
    fate = "" if victim is None else ("; the victim lives" if victim.poll() is None else "; THE VICTIM IS DEAD")
    print(f"\n{place.runtime_name}: {what}: {answer}{fate}")


def test_measure_fifo(case):
    place, forged = case
    forged.file.unlink()
    os.mkfifo(forged.file)
    tell(place, "FIFO, state", ask(place, "state", forged.id))
    tell(place, "FIFO, list", ask(place, "list"))


def test_measure_depth(case):
    place, forged = case
    forged.write(json.dumps(forged.state)[:-1] + ', "x": ' + "[" * 100000 + "]" * 100000 + "}")
    tell(place, "nested 100,000 deep, state", ask(place, "state", forged.id))


def test_measure_owner(case, victim):
    place, forged = case
    pid, start = keys(place)
    forged.write(**{pid: victim.pid, start: start_time_of(victim.pid)}).give_to(STRANGER)
    answer = ask(place, "kill", forged.id, "KILL")
    _dies(victim)
    tell(place, "another user's state with the pid of root's process, kill", answer, victim)


@pytest.mark.parametrize("name", ["pid plus 2^32", "no start time"])
def test_measure_numbers(case, victim, name):
    place, forged = case
    pid, start = keys(place)
    true = {pid: victim.pid, start: start_time_of(victim.pid)}
    true |= {pid: victim.pid + (1 << 32)} if name.startswith("pid") else {start: 0}
    forged.write(**true)
    answer = ask(place, "kill", forged.id, "KILL")
    _dies(victim)
    tell(place, f"{name}, kill", answer, victim)


def _dies(victim):
    try:
        victim.wait(1)
        return True
    except subprocess.TimeoutExpired:
        return False
