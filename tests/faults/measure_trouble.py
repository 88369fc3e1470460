"""What runc and crun do when something around them is wrong: the last column of README.md. No test: it prints.

    CSTOP=build/src/cstop pytest -q -s tests/faults/measure_trouble.py
"""

import shutil
import subprocess
import threading

import pytest
from claims import claim, claim_process
from containers import OBEDIENT, STUBBORN
from forgery import Forgery, keys, start_time_of
from fixtures import PLACES
from measure_files import RUNTIMES, ask, tell, victim  # pylint: disable=unused-import
from measure_peers import make_command, measure
from reuse import Successor, orphans_come_here, reap
from test_f14_hung_fuse import hung_fuse
from test_f29_no_rights import NOBODY
from test_f33_injected_errors import FAULTS
from test_r07_cgroup_claims import claim_paths


@pytest.fixture(params=RUNTIMES, ids="-".join)
def place(request, make_place):
    return make_place(*request.param)


def run(place, web, *arguments, before=(), shell='exec "$@"', limit=10):
    """(status, what was said) of the runtime's command, run through another one."""
    command = place.view.enter([*before, "sh", "-c", shell, "sh", *make_command(place, web, *arguments)])
    try:
        ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=limit, check=False)
    except subprocess.TimeoutExpired:
        return "hangs", ""
    return ended.returncode, (ended.stdout + ended.stderr).decode(errors="replace").strip()[-300:]


def say(place, row, answer="", web=None):
    if web is not None:
        web.init.ends_within(1)
        answer = f"{answer}; {'init lives' if web.init.is_alive() else 'init is gone'}, it got {web.received()}"
    print(f"\n{place.runtime_name}: {row}: {answer}")


@pytest.mark.parametrize("runtime", ["runc", "crun"])
def test_measure_f14(make_place, private_view_of_kind, runtime):
    """A state directory that hangs."""
    kind = next(kind for name, kind in PLACES if name == runtime)
    place = make_place(runtime, kind, view=private_view_of_kind(kind))
    web = place.container("web", OBEDIENT)
    hung = place.root / place.id("hung")
    hung.mkdir()
    with hung_fuse(place.view, hung):
        for arguments in (["list"], ["state", web.id], ["kill", hung.name, "KILL"]):
            tell(place, f"F14 a state directory that hangs: {arguments[0]}", ask(place, *arguments))
    hung.rmdir()


@pytest.fixture(autouse=True)
def reaper():
    with orphans_come_here():
        yield


def test_measure_f24(place, clone_as):
    web = place.container("web", OBEDIENT)
    web.kill_init()
    reap(web.pid)
    successor = Successor(place, clone_as, web.pid)
    say(place, "F24 the pid is another's: kill KILL", run(place, web, "kill", "KILL"))
    say(place, "F24", f"who has the pid {'lives' if successor.is_alive() else 'IS DEAD'}")
    with claim_process(web, web.pid):
        say(place, "F24, R5 its start time too: kill KILL", run(place, web, "kill", "KILL"))
        say(place, "R5", f"who has the pid {'lives' if successor.is_alive() else 'IS DEAD'}")
    successor.close()


def test_measure_f29(place, tmp_path_factory):
    web = place.container("web", OBEDIENT)
    for path in [place.root, *place.root.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    for directory in (place.root, *place.root.parents):
        if str(directory).startswith(str(tmp_path_factory.getbasetemp().parent.parent)):
            directory.chmod(0o755)
    user = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    for arguments in (("kill", "KILL"), ("delete", "--force")):
        say(place, f"F29 as nobody: {' '.join(arguments)}", run(place, web, *arguments, before=user), web)


@pytest.mark.parametrize("limit", ["ulimit -n 16", "ulimit -n 8", "ulimit -n 5", "ulimit -v 100000", "ulimit -v 20000"])
def test_measure_f31(place, limit):
    web = place.container("web", OBEDIENT)
    status, words = run(place, web, "kill", "TERM", shell=f'{limit}; exec "$@"')
    say(place, f"F31 {limit}: kill TERM", f"exit {status} {words[:160]!r}", web)


@pytest.mark.parametrize("calls", ["pidfd_open", "pidfd_send_signal", "openat2", "clone3", "all"])
def test_measure_f32(place, enosys, calls):
    web = place.container("web", OBEDIENT)
    say(place, f"F32 without {calls}: kill TERM", run(place, web, "kill", "TERM", before=[str(enosys), calls]), web)


def test_measure_f33(place, tmp_path):
    """The faults that cstop is tried with."""
    counts = {}
    for number, fault in enumerate(FAULTS):
        web = place.container(f"web{number}", OBEDIENT)
        strace = ["strace", "-f", "-o", str(tmp_path / "strace"), "-e", f"inject={fault}"]
        status, _ = run(place, web, "kill", "TERM", before=strace)
        web.init.ends_within(1)
        what = (status, "init lives" if web.init.is_alive() else "init is gone")
        counts[what] = counts.get(what, 0) + 1
        web.kill_init()
    say(place, f"F33 {len(FAULTS)} faults: kill TERM", counts)


def test_measure_f34(place, tmp_path):
    """Killed when it would thaw whom it has frozen."""
    web = place.container("web", STUBBORN, shared_pids=True, before="sleep 1000 &")
    strace = ["strace", "-f", "-o", str(tmp_path / "strace"), "-e", "trace=write", "-e", "inject=write:signal=KILL:when=2"]
    [freezer] = [cgroup / "freezer.state" for cgroup in web.cgroups() if (cgroup / "freezer.state").exists()]
    answer = run(place, web, "kill", "--all", "KILL", before=[*strace, "-P", str(freezer)])
    say(place, f"F34 killed before it thaws: {answer}; frozen: {web.is_frozen()}, {len(web.members())} members")
    measure(place, "F34 the next one", web, "kill", "--all", "KILL")


def test_measure_f35(place):
    web = place.container("web", OBEDIENT)
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(run(place, web, "delete", "--force"))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    say(place, f"F35 two delete --force at once: {answers}")
    say(place, f"F35 kill after it: {run(place, web, 'kill', 'TERM')}")


@pytest.mark.parametrize("streams", [">/dev/full 2>/dev/full", "<&- >&- 2>&-"])
def test_measure_f36(place, streams):
    web = place.container("web", OBEDIENT)
    say(place, f"F36 {streams}: kill TERM", run(place, web, "kill", "TERM", shell=f'exec "$@" {streams}')[0], web)
    full = run(place, web, "state", shell='exec "$@" >/dev/full')
    say(place, f"F36 >/dev/full: state: {full}")


def test_measure_f37(place, victim):  # pylint: disable=redefined-outer-name
    web = place.container("web", OBEDIENT)
    pid, start = keys(place)
    forged = Forgery(place, web)
    try:
        forged.write(**{pid.upper(): victim.pid, start.upper(): start_time_of(victim.pid)})
        answer = ask(place, "kill", forged.id, "KILL")
        victim_ends(victim)
        tell(place, "F37 keys in other case, kill KILL", answer, victim)
        say(place, f"F37: {'init lives' if web.init.is_alive() else 'the init of the other keys is dead'}")
    finally:
        shutil.rmtree(forged.directory)


def victim_ends(process):
    try:
        process.wait(1)
    except subprocess.TimeoutExpired:
        pass


def test_measure_r01(place, victim):  # pylint: disable=redefined-outer-name
    """A state beside the root."""
    web = place.container("web", OBEDIENT)
    pid, start = keys(place)
    forged = Forgery(place, web)
    outside = place.root.parent / "outside"
    forged.write(**{pid: victim.pid, start: start_time_of(victim.pid)})
    forged.directory.rename(outside)
    answer = ask(place, "kill", "../outside", "KILL")
    victim_ends(victim)
    tell(place, "R1 ../outside, kill KILL", answer, victim)
    for word in ("", "a\nb", "x" * 300, "\x1b[2J"):
        tell(place, f"R1 {word[:12]!r}, kill KILL", ask(place, "kill", word, "KILL"))
    shutil.rmtree(outside)


def test_measure_r05(place):
    """The state names the init of another container, start time and all."""
    web, other = place.container("web", OBEDIENT), place.container("other", OBEDIENT)
    web.kill_init()
    with claim_process(web, other.pid):
        say(place, f"R5 another container's init: kill KILL: {run(place, web, 'kill', 'KILL')}", "the other", other)


@pytest.mark.parametrize("pid", [-1, 0, 1])
def test_measure_r06(place, pid):
    """In a pid namespace of its own, whose processes are all that could be hit."""
    web = place.container("web", OBEDIENT)
    script = 'sleep 1000 & canary=$!; "$@"; echo "status $?"; kill -0 $canary && echo canary lives'
    inside = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", script, "sh"]
    for start in (0, 1):
        with claim(web, pid=pid, start=start):
            command = place.view.enter([*inside, *make_command(place, web, "kill", "KILL")])
            ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=20, check=False, text=True)
        say(place, f"R6 pid {pid}, start time {start}: kill KILL: {ended.stdout!r} {ended.stderr.strip()[-120:]!r}")


@pytest.mark.parametrize("arguments", [("kill", "--all", "KILL"), ("delete", "--force")], ids=" ".join)
def test_measure_r07(place, arguments):
    """The state names another container's cgroup."""
    web, other = place.container("web", STUBBORN), place.container("other", STUBBORN)
    with claim_paths(web, lambda path: path.replace(web.id, other.id)):
        answer = run(place, web, *arguments)
        say(place, f"R7 another's cgroup: {' '.join(arguments)}: {answer}", "the other", other)


def test_measure_r11(place):
    """A command name with an escape sequence."""
    script = "printf '\\033[2Jx' >/proc/self/comm; trap 'exit 3' TERM; echo ready >/notes/events; while :; do sleep 1; done"
    web = place.make("web", script=script).run().wait_for("ready")
    for arguments in (["ps", web.id], ["kill", "\x1b[2J", "KILL"]):
        command = place.view.enter([place.runtime_name, "--root", str(place.root), *arguments])
        ended = subprocess.run(command, capture_output=True, timeout=10, check=False)
        raw = b"\x1b" in ended.stdout + ended.stderr
        say(place, f"R11 {arguments[0]}: {'RAW' if raw else 'no raw escape'}: {(ended.stdout + ended.stderr)[-120:]!r}")


@pytest.mark.parametrize("unshare", [["--pid", "--fork", "--mount-proc"], ["--time", "--boottime", "1000", "--fork"]], ids=["pid", "time"])
def test_measure_r16(place, unshare):
    web = place.container("web", OBEDIENT)
    before = ["unshare", *unshare, "--kill-child"]
    say(place, f"R16 another {unshare[0][2:]} namespace: kill KILL", run(place, web, "kill", "KILL", before=before), web)
    say(place, f"R16 another {unshare[0][2:]} namespace: state", run(place, web, "state", before=before)[1][:120])
