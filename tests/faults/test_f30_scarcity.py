"""F30, F31: one task, few descriptors, little memory."""

import subprocess

import cgroups
import pytest
from containers import OBEDIENT, STUBBORN
from cstop import ENVIRONMENT, UNDER


@pytest.fixture
def one_task(any_place):
    """A cgroup beside the containers' own, in which there is room for one task."""
    mounts = {mount.name: mount for mount, kind in cgroups.mounts() if kind == "cgroup"}
    if "pids" in mounts:
        made = mounts["pids"] / f"{any_place.prefix}tasks"
    else:
        mount = next(mount for mount, kind in cgroups.mounts() if kind == "cgroup2")
        (mount / "cgroup.subtree_control").write_text("+pids", encoding="ascii")
        made = mount / f"{any_place.prefix}tasks"
    made.mkdir()
    (made / "pids.max").write_text("1", encoding="ascii")
    return made


def run(place, shell, *arguments):
    command = ["sh", "-c", f'{shell}; exec "$@"', "sh", *map(str, UNDER), *place.command(*arguments)]
    command = place.view.enter(command)
    return subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT, timeout=120, check=False)


@pytest.mark.parametrize("traps", [OBEDIENT, STUBBORN], ids=["obedient", "stubborn"])
def test_f30_one_task_is_enough(any_place, one_task, traps):
    web = any_place.container("web", traps)
    ended = run(any_place, f"echo $$ >{one_task}/cgroup.procs", "-t", "0.3", web.id)
    assert (ended.returncode, ended.stdout) == (0, web.id + "\n"), ended.stderr
    assert web.is_gone()


@pytest.mark.parametrize("most", [64, 16, 8, 5])
def test_f31_few_descriptors_are_enough_or_one_clear_error_comes_before_the_first_signal(place, most):
    web = place.container("web", OBEDIENT)
    ended = run(place, f"ulimit -n {most}", web.id)
    if ended.returncode == 0:
        assert web.is_gone()
        return
    assert most < 64
    assert (ended.returncode, ended.stdout) in ((1, ""), (2, ""), (3, ""))
    assert ended.stderr.startswith("cstop: ") and "Too many open files" in ended.stderr
    assert web.is_untouched()


def test_f31_more_containers_than_the_descriptors_allow_are_stopped_in_turns(place):
    webs = [place.container(f"web{number}", OBEDIENT) for number in range(8)]
    ended = run(place, "ulimit -n 32", *[web.id for web in webs])
    assert (ended.returncode, sorted(ended.stdout.split())) == (0, sorted(web.id for web in webs)), ended.stderr
    for web in webs:
        assert web.received() == ["TERM"]
        assert web.is_gone()


@pytest.mark.parametrize("kilobytes", [100_000, 20_000, 12_000])
def test_f31_little_memory_is_enough_or_nothing_is_signalled(any_place, kilobytes):
    web = any_place.container("web", OBEDIENT)
    ended = run(any_place, f"ulimit -v {kilobytes}", web.id)
    if ended.returncode == 0:
        assert web.is_gone()
    else:
        assert kilobytes < 100_000
        assert web.is_untouched(), ended.stderr
