"""F32: a kernel without the newer system calls. Either the older way is really gone, or cstop refuses before it acts."""

import pytest
from containers import OBEDIENT, STUBBORN

CALLS = ("pidfd_open", "pidfd_send_signal", "openat2", "close_range", "epoll_pwait2", "clone3")

# Older than every kernel with pidfds: whoever forbids them gets one clear line instead of a stop that cannot end well.
OLD_CALLS = ("signalfd4", "epoll_create1")


@pytest.mark.parametrize("calls", CALLS)
def test_f32_without_one_call_an_obedient_container_is_stopped(any_place, enosys, calls):
    any_place.under = (enosys, calls)
    web = any_place.container("web", OBEDIENT)
    ended = any_place.cstop(web.id)
    assert (ended.status, ended.names) == (0, [web.id]), ended.err
    assert web.received() == ["TERM"]
    assert web.is_gone()


@pytest.mark.parametrize("calls", OLD_CALLS)
def test_f32_without_what_waiting_needs_nothing_is_signalled(any_place, enosys, calls):
    any_place.under = (enosys, calls)
    web = any_place.container("web", OBEDIENT)
    ended = any_place.cstop(web.id)
    assert (ended.status, ended.out) == (1, ""), ended.err
    assert ended.err.startswith("cstop: ") and ended.err.count("\n") == 1
    assert f"Function not implemented; cstop needs {calls}, of Linux 2.6.27: this kernel (" in ended.err
    assert web.is_untouched()


def test_f32_what_is_missing_and_what_is_done_instead_is_said_with_verbose(any_place, enosys):
    web = any_place.container("web", OBEDIENT)
    any_place.under = ()
    assert " here (Linux " not in any_place.cstop("-v", "--dry-run", web.id).err
    any_place.under = (enosys, "all")
    ended = any_place.cstop("-v", "--dry-run", web.id)
    assert ended.status == 0
    for call, version in (("pidfd_send_signal", "5.1"), ("pidfd_open", "5.3"), ("openat2", "5.6")):
        assert f"cstop: no {call} here (Linux {version}): " in ended.err
    assert " here (Linux " not in any_place.cstop("--dry-run", web.id).err


def test_f32_without_any_of_them_an_obedient_container_is_stopped(place, enosys):
    place.under = (enosys, "all")
    web = place.container("web", OBEDIENT)
    ended = place.cstop(web.id)
    assert (ended.status, ended.names) == (0, [web.id]), ended.err
    assert web.received() == ["TERM"]
    assert web.is_gone()


def test_f32_without_any_of_them_a_stubborn_paused_container_is_killed_and_nobody_else(place, enosys, canary):
    place.under = (enosys, "all")
    web, other = place.container("web", STUBBORN), place.container("other", OBEDIENT)
    web.pause()
    ended = place.cstop("-t", "0.3", web.id)
    assert (ended.status, ended.names) == (0, [web.id]), ended.err
    assert web.is_gone()
    assert other.is_untouched()
    assert canary.poll() is None


def test_f32_without_any_of_them_leftovers_in_a_shared_pid_namespace_are_killed(place, enosys):
    place.under = (enosys, "all")
    web = place.container("web", OBEDIENT, before="sleep 1000 & sleep 1001 &", shared_pids=True)
    ended = place.cstop(web.id)
    assert (ended.status, ended.names) == (0, [web.id]), ended.err
    assert web.is_gone()


def test_f32_without_cgroup_kill_the_cgroup_is_frozen_walked_and_thawed(make_place, without_file):
    place = make_place("crun", "v2")
    web = place.container("web", STUBBORN, before="sleep 1000 & sleep 1001 &")
    other = place.container("other", STUBBORN, before="sleep 1000 & sleep 1001 &")
    ended = place.cstop("-v", "-t", "0", other.id)
    assert "(cgroup.kill)" in ended.err, ended.err
    place.under = (without_file, "cgroup.kill")
    ended = place.cstop("-v", "-t", "0", web.id)
    assert (ended.status, ended.names) == (0, [web.id]), ended.err
    assert "(freeze and walk)" in ended.err, ended.err
    assert web.is_gone() and not web.is_frozen()
