"""What docker 20.10 does in some rows of README.md: its last column. No test: it prints.

    CSTOP=build/src/cstop pytest -q -s tests/faults/measure_docker.py
"""

import subprocess
import time

import pytest
from containers import OBEDIENT
from engine_docker import Docker
from engine_host import IMAGES, open_host


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


@pytest.mark.parametrize("verb", [("stop", "-t", "5"), ("kill",)], ids=" ".join)
def test_measure_f04(docker, verb):
    web = docker.container("web", OBEDIENT)
    docker("pause", "web")
    measure(docker, "F04 paused", web, *verb)


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
