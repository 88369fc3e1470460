"""F34, F35: what happens to cstop, or to its container, between two of its system calls."""

import pytest
from containers import OBEDIENT, STUBBORN
from fixtures import PLACES

# Primes, and each place begins elsewhere: together they meet most calls.
STRIDE = 29
LONG_STRIDE = 31


def offset(place, stride):
    return PLACES.index((place.runtime_name, place.view.kind)) * stride // len(PLACES)


def stubborn(place, name):
    return place.container(name, STUBBORN, shared_pids=True, before="sleep 1000 & sleep 1000 &")


def paused(place, name):
    web = place.container(name, OBEDIENT)
    web.pause()
    return web


@pytest.mark.once
@pytest.mark.parametrize(
    ("make", "options"), [(stubborn, ("-t", "0")), (paused, ("-t", "10"))], ids=["killing", "thawing"]
)
def test_f34_what_a_killed_cstop_left_half_done_another_one_finishes(place, step_through, make, options):
    web = None
    number = 1 + offset(place, STRIDE)
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
        number += STRIDE


def other_cstop(web):
    ended = web.place.cstop("-t", "10", web.id)
    assert (ended.status, ended.names) == (0, [web.id]), ended


def removal(web):
    web.place.runtime("delete", "--force", web.id)


def own_end(web):
    web.kill_init()


@pytest.mark.once
@pytest.mark.parametrize("happen", [other_cstop, removal, own_end])
def test_f35_a_container_that_ends_between_two_calls_is_stopped(place, step_through, canary, happen):
    """Whoever ends it: both say that it is stopped, and nobody else is touched."""
    other = place.container("other", OBEDIENT)
    number = None
    while True:
        web = place.container(f"web{number}", OBEDIENT)
        steps = step_through(place, "-t", "10", "--kill-timeout", "5", web.id)
        if number is None:
            steps.step_to_path("status" if place.runtime_name == "crun" else "state.json")
            number = steps.count + 1 + offset(place, LONG_STRIDE)
        if not steps.step_to(number):
            break
        happen(web)
        ended = steps.run()
        assert (ended.status, ended.names) == (0, [web.id]), f"call {number}: {ended}"
        assert web.is_gone() and not web.is_frozen(), f"call {number}: {ended}"
        number += LONG_STRIDE
    assert other.is_untouched()
    assert canary.poll() is None
