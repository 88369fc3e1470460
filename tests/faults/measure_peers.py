"""What runc and crun do in the rows of README.md that are about processes and cgroups: its last column. No test: it prints.

    CSTOP=build/src/cstop pytest -q -s tests/faults/measure_peers.py
"""

import signal
import subprocess
import tempfile
import time

import cgroups
import pytest
from containers import OBEDIENT, STUBBORN, note
from fixtures import PLACES
from stuck import wait_for_state
from test_f30_scarcity import one_task  # pylint: disable=unused-import
from test_frozen import V2, frozen_parent, freeze_parent
from test_rootless import open_directory, user_place  # pylint: disable=unused-import
from test_shared_pids import escapee, fork_bomb  # pylint: disable=unused-import
from test_starved import SPINNING, starved
from test_uninterruptible import WRITE, stuck_child
from test_zombies import neglected_place  # pylint: disable=unused-import

RUNTIMES = [next(place for place in PLACES if place[0] == runtime) for runtime in ("runc", "crun")]
PATIENCE = 2  # seconds that a process has to die
KILL = pytest.mark.parametrize("arguments", [("kill", "KILL"), ("delete", "--force")], ids=" ".join)
TERM = pytest.mark.parametrize("arguments", [("kill", "TERM"), ("delete", "--force")], ids=" ".join)
ALL = pytest.mark.parametrize("arguments", [("kill", "--all", "KILL"), ("delete", "--force")], ids=" ".join)


@pytest.fixture(params=RUNTIMES, ids="-".join)
def place(request, make_place):
    return make_place(*request.param)


@pytest.fixture
def any_place(place):
    """What one_task is made beside."""
    return place


def make_command(place, web, *arguments):
    """The runtime's command line: of kill's arguments the signal is the last one."""
    runtime = [*place.user, place.runtime_name, "--root", str(place.root)]
    if arguments[0] == "kill":
        return [*runtime, *arguments[:-1], web.id, arguments[-1]]
    return [*runtime, *arguments, web.id]


def measure(place, row, web, *arguments, shell="true"):
    """Runs the runtime's command on the container and tells what is left when its time is over."""
    runtime = make_command(place, web, *arguments)
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


@TERM
def test_measure_f01(place, arguments):
    measure(place, "F01 polite", place.container("web", OBEDIENT), *arguments)


@pytest.mark.parametrize("number", ["0", "65", "SIGFOO", "", "STOP", "RTMAX-1", "sigterm"])
def test_measure_f03(place, number):
    web = place.container("web", {"63": "exit 3", "TERM": ":"})
    measure(place, f"F03 signal {number!r}", web, "kill", number)
    print(f"it got {web.received()}, its state is {web.init.state() if web.init.is_alive() else '-'}")


@TERM
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


@pytest.fixture(params=V2, ids="-".join)
def v2_place(request, make_place):
    return make_place(*request.param)


@pytest.mark.parametrize("arguments", [("kill", "TERM"), ("kill", "KILL"), ("delete", "--force")], ids=" ".join)
def test_measure_f05(v2_place, arguments):
    v2_place.left_paused = True
    web = v2_place.container("web", OBEDIENT)
    web.pause()
    measure(v2_place, "F05 frozen on v2", web, *arguments)


@KILL
def test_measure_f06(place, arguments):
    with frozen_parent(place) as parent:
        web = place.container("web", OBEDIENT, cgroup=f"/{parent}/{place.id('web')}")
        freeze_parent(parent)
        measure(place, "F06 a frozen ancestor", web, *arguments)


@ALL
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


@KILL
def test_measure_f07(place, arguments):
    web = place.make("web", process=["actor", "leave-main"]).run().wait_for("ready")
    while web.init.state() != "Z":
        time.sleep(0.001)
    measure(place, "F07 a zombie leader with a live thread", web, *arguments)


@TERM
def test_measure_f08(place, arguments):
    """How often a process whose threads exec all the time is called stopped."""
    web = place.make("web", process=["actor", "exec-storm"]).run().wait_for("ready")
    statuses = [web.status() for _ in range(50)]
    print(f"\n{place.runtime_name}: F08 state: {statuses.count('stopped')} of {len(statuses)} times stopped")
    measure(place, "F08 a storm of execs", web, *arguments)


@pytest.mark.parametrize("arguments", [("kill", "KILL"), ("delete",), ("delete", "--force")], ids=" ".join)
def test_measure_f09(neglected_place, arguments):  # pylint: disable=redefined-outer-name
    web = neglected_place.container("web", OBEDIENT)
    neglected_place.parent.send(signal.SIGSTOP)
    web.kill_init()
    print(f"\n{neglected_place.runtime_name}: F09 state: {web.status()}")
    measure(neglected_place, "F09 a zombie that nobody reaps", web, *arguments)


@TERM
def test_measure_f10(place, arguments):
    web = place.container("web", OBEDIENT, shared_pids=True, before="sleep 1000 & sleep 1000 &")
    measure(place, "F10 others in a shared pid namespace", web, *arguments)


def test_measure_f10_init_is_dead(place):
    web = place.container("web", OBEDIENT, shared_pids=True, before="sleep 1000 & sleep 1000 &")
    web.kill_init()
    measure(place, "F10 init was dead before", web, "kill", "--all", "KILL")
    measure(place, "F10 init was dead before", web, "delete", "--force")


@KILL
def test_measure_f11(stuck, arguments):
    place, filesystem = stuck
    web = place.make("web", script=f"{note('ready')}; {WRITE}", mount=filesystem.path).run().wait_for("ready")
    wait_for_state(web.init, "D")
    measure(place, "F11 init sleeps uninterruptibly", web, *arguments)


@KILL
@pytest.mark.parametrize("shared_pids", [False, True], ids=["F12", "F13"])
def test_measure_f12_f13(stuck, arguments, shared_pids):
    place, filesystem = stuck
    web = place.container("web", OBEDIENT, before=f"sh -c '{WRITE}; :' &", mount=filesystem.path, shared_pids=shared_pids)
    stuck_child(web).close()
    measure(place, "F13 a child, shared pids" if shared_pids else "F12 a child, own pids", web, *arguments)


@ALL
def test_measure_f40(stuck, arguments):
    place, filesystem = stuck
    before = f"sh -c '{WRITE}; :' & sleep 1000 &"
    web = place.container("web", OBEDIENT, before=before, mount=filesystem.path, shared_pids=True)
    stuck_child(web).close()
    measure(place, "F40 a member that cannot be frozen", web, *arguments)


@TERM
def test_measure_f16(place, arguments):
    web = place.container("web", OBEDIENT).stop_init()
    measure(place, "F16 a stopped init", web, *arguments)


@TERM
def test_measure_f17(place, arguments):
    web = place.make("web", process=["actor", "wait-for-vfork"], shared_pids=True).run().wait_for("ready")
    measure(place, "F17 the parent of a vfork", web, *arguments)


@KILL
def test_measure_f18(place, arguments):
    web = place.make("web", process=SPINNING).run().wait_for("ready")
    with starved(web.id):
        measure(place, "F18 without CPU time", web, *arguments)


@ALL
@pytest.mark.parametrize("place", PLACES, indirect=True, ids="-".join)
def test_measure_f20_f21(place, fork_bomb, arguments):  # pylint: disable=redefined-outer-name
    measure(place, f"F20, F21 a fork bomb, {place.view.kind}", fork_bomb, *arguments)


@ALL
def test_measure_f22(place, escapee, arguments):  # pylint: disable=redefined-outer-name
    web, child = escapee
    measure(place, "F22 one has left the cgroups", web, *arguments)
    print(f"who left {'lives' if child.is_alive() else 'is dead'}")


@ALL
def test_measure_f23(place, arguments):
    web = place.container("web", STUBBORN, shared_pids=True, before="sleep 1000 & sleep 1000 &")
    cgroups.move_to_roots(web.pid)
    measure(place, "F23 init has left its cgroup", web, *arguments)


@KILL
def test_measure_f28(user_place, arguments):  # pylint: disable=redefined-outer-name
    """As nobody: what they would kill besides it is nobody's."""
    measure(user_place, "F28 rootless, without a cgroup", user_place.container("web", STUBBORN), *arguments)


def test_measure_f30(place, one_task):  # pylint: disable=redefined-outer-name
    web = place.container("web", OBEDIENT)
    measure(place, "F30 room for one task", web, "kill", "TERM", shell=f"echo $$ >{one_task}/cgroup.procs")
