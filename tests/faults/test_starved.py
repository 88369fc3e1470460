"""Rows about containers that get no CPU time: they cannot even die."""

from contextlib import contextmanager

import cgroups
import pytest
from containers import OBEDIENT
from fixtures import PLACES
from views import kind_of_host

# On a hybrid host the v2 hierarchy has no CPU controller.
CPU_PLACES = [place for place in PLACES if kind_of_host() == "v2" or place[1] != "v2"]

SPINNING = ["actor", "spin", "300"]


@pytest.fixture(params=CPU_PLACES, ids="-".join)
def cpu_place(request, make_place):
    return make_place(*request.param)


def quota_file(cgroup):
    for name, starving, free in (("cpu.max", "1000 1000000", "max"), ("cpu.cfs_quota_us", "1000", "-1")):
        if (cgroup / name).exists():
            return cgroup / name, starving, free
    return None


@contextmanager
def starved(prefix):
    """A millisecond of CPU time a second, for the first cgroup of that name; lifted in the end. Yields its quota file."""
    file, starving, free = next(filter(None, map(quota_file, cgroups.find(prefix))))
    if file.name == "cpu.cfs_quota_us":
        (file.parent / "cpu.cfs_period_us").write_text("1000000", encoding="ascii")
    file.write_text(starving, encoding="ascii")
    try:
        yield file
    finally:
        file.write_text(free, encoding="ascii")


def test_f18_a_container_without_cpu_time_gets_its_own_quota_lifted_after_a_second(cpu_place):
    web = cpu_place.make("web", process=SPINNING).run().wait_for("ready")
    with starved(web.id) as quota:
        ended = cpu_place.cstop("--json", "-t", "0", web.id)
        assert (ended.status, ended.objects[0]["outcome"]) == (0, "stopped"), ended.err
        assert quota.read_text(encoding="ascii").split()[0] in ("-1", "max")
    [told] = ended.objects
    assert told["warnings"] == ["lifted the container's CPU quota, which kept it from dying"]
    assert told["duration_ms"] >= 1000  # not before a second of silence
    assert web.is_gone()


def test_f18_the_quota_of_an_ancestor_is_named_and_not_lifted(cpu_place):
    parent = cpu_place.prefix + "parent"
    web = cpu_place.make("web", process=SPINNING, cgroup=f"/{parent}/{cpu_place.id('web')}").run().wait_for("ready")
    with starved(parent) as quota:
        before = quota.read_text(encoding="ascii")
        ended = cpu_place.cstop("--json", "-t", "0", "--kill-timeout", "1", web.id)
        assert ended.status == 4
        assert quota.read_text(encoding="ascii") == before
    causes = {survivor["cause"] for survivor in ended.objects[0]["survivors"]}
    [cause] = causes
    assert cause.endswith(f"/{parent}, which is not the container's own, leaves it no time")
    assert web.init.ends_within(60)


def test_f18_a_polite_container_keeps_its_quota(cpu_place):
    web = cpu_place.container("web", OBEDIENT)
    with starved(web.id) as quota:
        before = quota.read_text(encoding="ascii")
        ended = cpu_place.cstop("--json", "-t", "60", web.id)
        assert (ended.status, ended.objects[0]["warnings"]) == (0, []), ended.err
        assert quota.read_text(encoding="ascii") == before
    assert ended.objects[0]["exit"] == {"code": 3}
