"""Processes beside init: shared pid namespaces, sub-cgroups, an init that left."""

import cgroups
from containers import OBEDIENT, STUBBORN, note
from cstop import is_exit
from pace import within

PAIR = ["sh", "-c", f"sleep 1000 & {note('ready')}; sleep 1000"]


def test_a_shared_pid_namespace_leaves_nobody(place):
    web = place.make("web", process=PAIR, shared_pids=True).run().wait_for("ready")
    ended = place.cstop(web.id)
    assert (ended.status, ended.names) == (0, [web.id]), ended.err
    assert ended.seconds < within(8)
    assert web.is_gone()


def test_leftovers_are_counted(place):
    web = place.container("web", OBEDIENT, shared_pids=True, before="sleep 1000 & sleep 1000 &")
    ended = place.cstop("--json", web.id)
    assert ended.status == 0
    assert web.is_gone()
    [told] = ended.objects
    assert told["leftovers"] == 3
    assert is_exit(told, {"code": 3})
    assert told["escalated"] is False


def test_leftovers_of_a_dead_init_are_killed(place):
    web = place.container("web", OBEDIENT, shared_pids=True).kill_init()
    assert web.members()
    ended = place.cstop(web.id)
    assert (ended.status, ended.names) == (0, [web.id]), ended.err
    assert web.is_gone()
    assert web.received() == []


def test_leftovers_of_a_dead_init_in_a_paused_container_are_killed(place):
    web = place.container("web", OBEDIENT, shared_pids=True).kill_init()
    web.freeze()
    ended = place.cstop(web.id)
    assert (ended.status, ended.names) == (0, [web.id]), ended.err
    assert web.is_gone()


def test_sub_cgroups_are_emptied_too(place):
    web = place.container("web", STUBBORN, shared_pids=True, before="sleep 1000 & sleep 1000 &")
    children = [pid for pid in web.members() if pid != web.pid]
    for cgroup in web.cgroups():
        for number, pid in enumerate(children):
            child = cgroup / f"sub{number}" / "deeper"
            child.mkdir(parents=True)
            # A new cpuset has neither processors nor memory until it is told.
            for name in ("cpuset.cpus", "cpuset.mems"):
                if (cgroup / name).exists() and cgroup.parts[4] == "cpuset":
                    (child.parent / name).write_text((cgroup / name).read_text())
                    (child / name).write_text((cgroup / name).read_text())
            (child / "cgroup.procs").write_text(str(pid))
    ended = place.cstop("-t", "0.2", web.id)
    assert ended.status == 0
    assert web.is_gone()


def test_an_init_that_was_moved_out_of_its_cgroup_is_stopped(place):
    web = place.container("web", OBEDIENT)
    cgroups.move_to_roots(web.pid)
    assert web.pid not in web.members()
    ended = place.cstop("--json", web.id)
    assert ended.status == 0
    assert is_exit(ended.objects[0], {"code": 3})
    assert web.is_gone()


def test_a_stubborn_init_that_was_moved_out_of_its_cgroup_is_killed(place):
    web = place.container("web", STUBBORN)
    cgroups.move_to_roots(web.pid)
    ended = place.cstop("-t", "0.2", "--kill-timeout", "1", web.id)
    assert (ended.status, ended.names) == (0, [web.id]), ended.err
    assert web.is_gone()


def test_the_neighbours_of_a_nested_cgroup_live(place):
    """Two containers below one parent, as engines make them."""
    parent = f"/{place.prefix}pod"
    web = place.container("web", STUBBORN, cgroup=f"{parent}/{place.id('web')}")
    other = place.container("other", STUBBORN, cgroup=f"{parent}/{place.id('other')}")
    assert place.cstop("-t", "0.2", web.id).status == 0
    assert web.is_gone()
    assert other.is_untouched()
