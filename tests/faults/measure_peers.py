"""What runc and crun do in the rows of README.md that are about processes and cgroups: its last column. No test: it prints.

    CSTOP=build/src/cstop pytest -q -s tests/faults/measure_peers.py
"""

import subprocess
import tempfile
import time

import cgroups
import pytest
from containers import OBEDIENT, STUBBORN
from fixtures import PLACES
from test_f30_scarcity import one_task  # pylint: disable=unused-import
from test_frozen import frozen_parent, freeze_parent

RUNTIMES = [next(place for place in PLACES if place[0] == runtime) for runtime in ("runc", "crun")]
PATIENCE = 2  # seconds that a process has to die


@pytest.fixture(params=RUNTIMES, ids="-".join)
def place(request, make_place):
    return make_place(*request.param)


@pytest.fixture
def any_place(place):
    """What one_task is made beside."""
    return place


def measure(place, row, web, *arguments, shell="true"):
    """Runs the runtime's command on the container and tells what is left when its time is over."""
    runtime = [place.runtime_name, "--root", str(place.root), *arguments, web.id]
    if arguments[0] == "kill":
        runtime.append(runtime.pop(-2) if arguments[-1].isupper() else "KILL")
    command = place.view.enter(["sh", "-c", f'{shell}; exec "$@"', "sh", *runtime])
    begin = time.monotonic()
    # To a file: a pipe that children of the runtime hold open would be waited for.
    with tempfile.TemporaryFile() as words:
        try:
            ended = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=words, stderr=words, timeout=20, check=False)
            words.seek(0)
            answer = f"exit {ended.returncode} {words.read().decode(errors='replace').strip()[-160:]!r}"
        except subprocess.TimeoutExpired:
            answer = "hangs (20 s)"
    seconds = time.monotonic() - begin
    web.init.ends_within(PATIENCE)
    init = "init lives" if web.init.is_alive() else "init is gone"
    frozen = ", FROZEN" if web.is_frozen() else ""
    others = len([pid for pid in web.members() if pid != web.pid])
    print(f"\n{place.runtime_name}: {row}: {' '.join(arguments)}: {answer}, {seconds:.1f} s; {init}, {others} others{frozen}")


@pytest.mark.parametrize("arguments", [("kill", "TERM"), ("delete", "--force")], ids=" ".join)
def test_measure_f02(place, arguments):
    web = place.container("web")
    web.init.wait_until_asleep()
    measure(place, "F02 init without a handler", web, *arguments)


@pytest.mark.parametrize("arguments", [("kill", "TERM"), ("kill", "KILL"), ("delete", "--force")], ids=" ".join)
def test_measure_f04(place, arguments):
    place.left_paused = True
    web = place.container("web", OBEDIENT)
    web.pause()
    measure(place, "F04 paused", web, *arguments)


@pytest.mark.parametrize("arguments", [("kill", "KILL"), ("delete", "--force")], ids=" ".join)
def test_measure_f06(place, arguments):
    with frozen_parent(place) as parent:
        web = place.container("web", OBEDIENT, cgroup=f"/{parent}/{place.id('web')}")
        freeze_parent(parent)
        measure(place, "F06 a frozen ancestor", web, *arguments)


@pytest.mark.parametrize("arguments", [("kill", "--all", "KILL"), ("delete", "--force")], ids=" ".join)
def test_measure_f06b(place, arguments):
    web = place.container("web", STUBBORN, shared_pids=True, before="sleep 1000 &")
    child = next(pid for pid in web.members() if pid != web.pid)
    below = next(cgroup for cgroup in web.cgroups() if cgroups.can_freeze(cgroup) and cgroups.members(cgroup)) / "below"
    below.mkdir()
    (below / "cgroup.procs").write_text(str(child), encoding="ascii")
    cgroups.freeze(below)
    try:
        measure(place, "F06b a frozen cgroup below", web, *arguments)
        print(f"below: {'frozen' if below.exists() and cgroups.is_frozen(below) else 'thawed or gone'}")
    finally:
        if below.exists():
            cgroups.thaw(below)


@pytest.mark.parametrize("arguments", [("kill", "KILL"), ("delete", "--force")], ids=" ".join)
def test_measure_f07(place, arguments):
    web = place.make("web", process=["actor", "leave-main"]).run().wait_for("ready")
    while web.init.state() != "Z":
        time.sleep(0.001)
    measure(place, "F07 a zombie leader with a live thread", web, *arguments)


@pytest.mark.parametrize("arguments", [("kill", "TERM"), ("delete", "--force")], ids=" ".join)
def test_measure_f10(place, arguments):
    web = place.container("web", OBEDIENT, shared_pids=True, before="sleep 1000 & sleep 1000 &")
    measure(place, "F10 others in a shared pid namespace", web, *arguments)


def test_measure_f10_init_is_dead(place):
    web = place.container("web", OBEDIENT, shared_pids=True, before="sleep 1000 & sleep 1000 &")
    web.kill_init()
    measure(place, "F10 init was dead before", web, "kill", "--all", "KILL")
    measure(place, "F10 init was dead before", web, "delete", "--force")


@pytest.mark.parametrize("arguments", [("kill", "TERM"), ("delete", "--force")], ids=" ".join)
def test_measure_f16(place, arguments):
    web = place.container("web", OBEDIENT).stop_init()
    measure(place, "F16 a stopped init", web, *arguments)


@pytest.mark.parametrize("arguments", [("kill", "TERM")], ids=" ".join)
def test_measure_f30(place, one_task, arguments):  # pylint: disable=redefined-outer-name
    web = place.container("web", OBEDIENT)
    measure(place, "F30 room for one task", web, *arguments, shell=f"echo $$ >{one_task}/cgroup.procs")
