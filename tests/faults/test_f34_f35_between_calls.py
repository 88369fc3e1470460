"""F34, F35: what happens to cstop, or to its container, between two of its system calls."""

import pytest
from containers import OBEDIENT, STUBBORN
from steps import shares


def stubborn(place, name):
    return place.container(name, STUBBORN, shared_pids=True)


def paused(place, name):
    web = place.container(name, OBEDIENT)
    web.pause()
    return web


def check_each_call_is_finished_by_another(place, step_through, make, options, first, stride):
    web = None
    number = first + 1
    while True:
        web = web or make(place, f"web{number}")
        steps = step_through(place, *options, web.id)
        if not steps.step_to(number):
            break
        steps.kill()
        # Before the first deed there is nothing to finish: the same container serves again.
        if steps.has_acted:
            ended = place.cstop(*options, "--kill-timeout", "5", web.id)
            assert (ended.status, ended.names) == (0, [web.id]), f"call {number}: {ended}"
            assert web.is_gone() and not web.is_frozen(), f"call {number}: {ended}"
            web = None
        number += stride


@pytest.mark.once
@pytest.mark.parametrize(("runtime", "view", "first", "stride"), shares(2))
def test_f34_what_a_killed_cstop_left_alive_another_one_kills(make_place, step_through, runtime, view, first, stride):
    place = make_place(runtime, view)
    check_each_call_is_finished_by_another(place, step_through, stubborn, ("-t", "0"), first, stride)


@pytest.mark.once
@pytest.mark.parametrize(("runtime", "view", "first", "stride"), shares(2, each_place=True))
def test_f34_what_a_killed_cstop_left_frozen_another_one_thaws(make_place, step_through, runtime, view, first, stride):
    place = make_place(runtime, view)
    check_each_call_is_finished_by_another(place, step_through, paused, ("-t", "10"), first, stride)


def other_cstop(web):
    ended = web.place.cstop("-t", "10", web.id)
    assert (ended.status, ended.names) == (0, [web.id]), ended


def removal(web):
    web.place.runtime("delete", "--force", web.id)


def own_end(web):
    web.kill_init()


@pytest.mark.once
@pytest.mark.parametrize("happen", [other_cstop, removal, own_end])
@pytest.mark.parametrize(("runtime", "view", "first", "stride"), shares(2))
def test_f35_a_container_that_ends_between_two_calls_is_stopped(
    make_place, step_through, canary, happen, runtime, view, first, stride
):  # fmt: skip
    """Whoever ends it: both say that it is stopped, and nobody else is touched."""
    place = make_place(runtime, view)
    other = place.container("other", OBEDIENT)
    number = None
    while True:
        web = place.container(f"web{number}", OBEDIENT)
        steps = step_through(place, "-t", "10", "--kill-timeout", "5", web.id)
        if number is None:
            steps.step_to_path("status" if runtime == "crun" else "state.json")
            number = steps.next_of(first, stride)
        if not steps.step_to(number):
            break
        happen(web)
        ended = steps.run()
        assert (ended.status, ended.names) == (0, [web.id]), f"call {number}: {ended}"
        assert web.is_gone() and not web.is_frozen(), f"call {number}: {ended}"
        number += stride
    assert other.is_untouched()
    assert canary.poll() is None
