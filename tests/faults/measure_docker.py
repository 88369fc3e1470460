"""What docker 20.10 does in some rows of README.md: its last column. No test: it prints.

    CSTOP=build/src/cstop pytest -q -s tests/faults/measure_docker.py
"""

import contextlib
import signal
import subprocess
import time

import pytest
from containers import OBEDIENT, note
from engine_container import PAIR
from engine_docker import Docker
from engine_host import IMAGES, open_host, wait_until
from stuck import StuckFilesystem, wait_for_state
from test_starved import SPINNING, starved
from test_uninterruptible import WRITE, stuck_child


@pytest.fixture(scope="module")
def engine(tmp_path_factory, rootfs):
    with open_host("hybrid", tmp_path_factory.mktemp("docker"), rootfs) as host:
        yield Docker(host).start().load(IMAGES)


@pytest.fixture
def docker(engine):
    yield engine
    engine.remove_all()


def measure(docker, row, web, *arguments):
    begin = time.monotonic()
    try:
        status, _, err = docker.host.try_run("docker", *arguments, web.name, limit=20)
        answer = f"exit {status} {err.strip()[-200:]!r}"
    except subprocess.TimeoutExpired:
        answer = "hangs (20 s)"
    seconds = time.monotonic() - begin
    left = len(web.members())
    print(f"\ndocker: {row}: {' '.join(arguments)}: {answer}, {seconds:.1f} s; {left} processes live, it got {web.received()}")


def test_measure_f01(docker):
    measure(docker, "F01 polite", docker.container("web", OBEDIENT), "stop", "-t", "5")


def test_measure_f02(docker):
    measure(docker, "F02 init without a handler", docker.make("web", process=["sleep", "1000"]), "stop", "-t", "5")


@pytest.mark.parametrize("number", ["0", "65", "SIGFOO", "", "STOP", "RTMAX-1", "sigterm"])
def test_measure_f03(docker, number):
    web = docker.container("web", {"63": "exit 3", "TERM": ":"})
    measure(docker, "F03", web, "kill", f"--signal={number}")
    with contextlib.suppress(ProcessLookupError):
        web.init.send(signal.SIGCONT)


@pytest.mark.parametrize("verb", [("stop", "-t", "5"), ("kill",)], ids=" ".join)
def test_measure_f04(docker, verb):
    web = docker.container("web", OBEDIENT)
    docker("pause", "web")
    measure(docker, "F04 paused", web, *verb)


@pytest.mark.parametrize("verb", [("stop", "-t", "2"), ("rm", "-f")], ids=" ".join)
def test_measure_f09(docker, verb):
    web = docker.container("web", OBEDIENT)
    shims = docker.host.processes_of("containerd-shim")
    docker.host.signal(signal.SIGSTOP, *shims)
    measure(docker, "F09 a zombie that its shim does not reap", web, *verb)
    docker.host.signal(signal.SIGCONT, *shims)


@pytest.mark.parametrize("verb", [("stop", "-t", "2"), ("kill",)], ids=" ".join)
def test_measure_f10(docker, verb):
    measure(docker, "F10 a shared pid namespace", docker.make("web", None, "--pid=host", process=PAIR).wait_for("ready"), *verb)


@pytest.fixture
def stuck_in_host(docker, tmp_path):
    filesystem = StuckFilesystem(docker.host, tmp_path)
    yield filesystem
    filesystem.thaw()
    docker.remove_all()
    left = filesystem.close()
    assert not left, left


@pytest.mark.parametrize("verb", [("stop", "-t", "2"), ("rm", "-f")], ids=" ".join)
def test_measure_f11(docker, stuck_in_host, verb):
    options = ["-v", f"{stuck_in_host.path}:/mnt"]
    web = docker.make("web", None, *options, process=["sh", "-c", f"{note('ready')}; {WRITE}"]).wait_for("ready")
    wait_for_state(web.init, "D")
    measure(docker, "F11 init sleeps uninterruptibly", web, *verb)


@pytest.mark.parametrize("pids", ["private", "host"])
def test_measure_f12_f13(docker, stuck_in_host, pids):
    options = ["-v", f"{stuck_in_host.path}:/mnt", *(["--pid=host"] if pids == "host" else [])]
    web = docker.container("web", OBEDIENT, *options, before=f"sh -c '{WRITE}; :' &")
    web.pid = web.init.pid
    stuck_child(web).close()
    measure(docker, f"F12, F13 a child sleeps, {pids} pids", web, "stop", "-t", "2")


@pytest.mark.parametrize("verb", [("stop", "-t", "2"), ("kill",)], ids=" ".join)
def test_measure_f16(docker, verb):
    web = docker.container("web", OBEDIENT)
    web.init.send(signal.SIGSTOP)
    wait_for_state(web.init, "T")
    measure(docker, "F16 a stopped init", web, *verb)


def test_measure_f18(docker):
    web = docker.make("web", process=SPINNING)
    web.wait_for("ready")
    with contextlib.suppress(FileNotFoundError), starved(web.id):  # docker has removed the cgroup when it is stopped
        measure(docker, "F18 without CPU time", web, "stop", "-t", "1")


@pytest.mark.parametrize("verb", [("stop", "-t", "2"), ("kill",)], ids=" ".join)
def test_measure_f26(docker, verb):
    web = docker.container("web", OBEDIENT, "--restart=always")
    measure(docker, "F26 a restart policy", web, *verb)
    time.sleep(3)
    print(f"three seconds later: running: {docker.inspect('web')['State']['Running']}")


@pytest.mark.parametrize("streams", [">/dev/full", ">&-", "<&- >&- 2>&-"])
def test_measure_f36(docker, streams):
    web = docker.container("web", OBEDIENT)
    status, _, err = docker.host.try_run("sh", "-c", f"exec docker stop web {streams}", limit=20)
    print(f"\ndocker: F36 stop {streams}: exit {status} {err!r}, {len(web.members())} live, it got {web.received()}")


@pytest.mark.parametrize("word", ["../web", "", "a\nb", "x" * 300, "\x1b[2J"], ids=repr)
def test_measure_r01(docker, word):
    docker.container("web", OBEDIENT)
    status, out, err = docker.host.try_run("docker", "stop", word, limit=20)
    raw = "RAW" if "\x1b" in out + err else "no raw escape"
    print(f"\ndocker: R1, R11 {word[:10]!r}: stop: exit {status} {(out + err)[-120:]!r}, {raw}")


@pytest.mark.parametrize("limit", ["ulimit -n 16", "ulimit -n 8", "ulimit -v 100000"])
def test_measure_f31(docker, limit):
    web = docker.container("web", OBEDIENT)
    status, _, err = docker.host.try_run("sh", "-c", f"{limit}; exec docker stop web", limit=20)
    print(f"\ndocker: F31 {limit}: stop: exit {status} {err[:80]!r}, {len(web.members())} live, it got {web.received()}")


@pytest.mark.parametrize("verb", [("stop", "-t", "2"), ("kill",), ("rm", "-f")], ids=" ".join)
def test_measure_f27(docker, verb):
    web = docker.container("web", OBEDIENT)
    docker.hang()
    measure(docker, "F27 dockerd is stopped", web, *verb)
    docker.go_on()


def test_measure_f27_dead(docker):
    web = docker.container("web", OBEDIENT)
    docker.kill()
    measure(docker, "F27 dockerd is dead", web, "stop", "-t", "2")


def test_measure_f20(docker):
    """The last one: docker has been seen to hang when it was to remove what is left of it."""
    bomb = docker.make(
        "bomb", None, "--pid=host", "--user=7654321", "--pids-limit=3000", process=["actor", "fork-bomb", "3000"]
    ).wait_for("ready", 120)
    wait_until(lambda: len(bomb.members()) > 2700, 60, "the bomb is complete")
    measure(docker, "F20 a fork bomb", bomb, "stop", "-t", "1")
