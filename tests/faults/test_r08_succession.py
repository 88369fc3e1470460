"""R8, F25: an id that is deleted and given to a new container while cstop stops the old one."""

import shutil
import signal

import cgroups
import pytest
from containers import OBEDIENT, STUBBORN
from fixtures import PLACES
from steps import shares


def keep_bundle(container, name):
    container.bundle.rename(container.bundle.with_name(name))


def delete(container):
    """Whatever cstop has frozen by now."""
    container.init.send(signal.SIGKILL)
    for cgroup in container.cgroups():
        cgroups.thaw(cgroup)
    assert container.init.ends_within(60)
    container.place.runtime("delete", "--force", container.id)


def state_file(place):
    return "status" if place.runtime_name == "crun" else "state.json"


@pytest.mark.once
@pytest.mark.parametrize("grace", ["0", "10"], ids=["kill", "grace"])
@pytest.mark.parametrize(("runtime", "view", "first", "stride"), shares(2))
def test_r08_f25_whoever_gets_the_id_between_two_calls_is_left_alone(
    make_place, step_through, grace, runtime, view, first, stride
):  # fmt: skip
    """From the moment that the state is read, the old one is meant."""
    place = make_place(runtime, view)
    number = None
    while True:
        web = place.container("web", OBEDIENT)
        steps = step_through(place, "-t", grace, "--kill-timeout", "1", web.id)
        if number is None:
            steps.step_to_path(state_file(place))
            number = steps.next_of(first, stride, after=3)  # opened, looked at, read
        if not steps.step_to(number):
            break
        delete(web)
        keep_bundle(web, f"old-{number}")
        new = place.container("web", STUBBORN)
        ended = steps.run()
        assert (ended.status, ended.names) == (0, [web.id]), f"call {number}: {ended}"
        assert new.is_untouched() and not new.is_frozen(), f"call {number}: {ended}"
        delete(new)
        keep_bundle(new, f"new-{number}")
        number += stride


def make_created(place):
    return place.make("web", STUBBORN).create()


def make_directory(place):
    (place.root / place.id("web")).mkdir()


def make_empty_file(place):
    make_directory(place)
    (place.root / place.id("web") / state_file(place)).touch(mode=0o600)


@pytest.mark.once
@pytest.mark.parametrize("succeed", [make_created, make_directory, make_empty_file])
@pytest.mark.parametrize("runtime_and_kind", PLACES, ids="-".join)
def test_r08_whoever_gets_the_id_and_is_not_yet_made_is_left_alone(runtime_and_kind, make_place, step_through, succeed):
    """What a runtime leaves for a moment, and for good when it is killed then."""
    place = make_place(*runtime_and_kind)
    number = None
    while True:
        web = place.container("web", OBEDIENT)
        steps = step_through(place, "-t", "0", "--kill-timeout", "1", web.id)
        if number is None:
            steps.step_to_path(state_file(place))
            number = steps.count + 3 + PLACES.index(runtime_and_kind)
        if not steps.step_to(number):
            break
        delete(web)
        keep_bundle(web, f"old-{number}")
        new = succeed(place)
        ended = steps.run()
        assert (ended.status, ended.names) == (0, [web.id]), f"call {number}: {ended}"
        assert (place.root / web.id).exists()
        if new is not None:
            assert new.status() == "created" and not new.is_frozen(), f"call {number}: {ended}"
            delete(new)
            keep_bundle(new, f"new-{number}")
        else:
            shutil.rmtree(place.root / web.id)
        number += 13


@pytest.mark.once
@pytest.mark.parametrize(("runtime", "view", "first", "stride"), shares(2))
def test_r08_whoever_outlives_an_init_whose_state_is_removed_by_hand_is_killed(
    make_place, step_through, runtime, view, first, stride
):  # fmt: skip
    """No other container has the id then."""
    place = make_place(runtime, view)
    number = None
    while True:
        web = place.container(f"web{number}", OBEDIENT, shared_pids=True).kill_init()
        steps = step_through(place, "--kill-timeout", "1", web.id)
        steps.step_to_path(state_file(place))
        number = number or steps.next_of(first, stride, after=3)
        if not steps.step_to(number):
            break
        shutil.rmtree(place.root / web.id)
        ended = steps.run()
        assert (ended.status, ended.names) == (0, [web.id]), f"call {number}: {ended}"
        assert web.is_gone(), f"call {number}: {ended}"
        number += stride
