"""Ctrl-C and its kin."""

import signal

import pytest
from containers import STUBBORN


def test_ctrl_c_during_the_grace_escalates_nothing(place):
    web = place.container("web", STUBBORN)
    running = place.start("-t", "2", web.id)
    web.wait_for("TERM")
    running.send(signal.SIGINT)
    ended = running.ended()
    assert (ended.status, ended.out) == (-signal.SIGINT, "")
    assert web.id in ended.err and "SIGTERM" in ended.err
    assert not web.init.ends_within(5)
    assert web.received() == ["TERM"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=["TERM", "HUP"])
def test_the_signal_that_interrupted_is_raised_again(any_place, number):
    web = any_place.container("web", STUBBORN)
    running = any_place.start("-t", "60", web.id)
    web.wait_for("TERM")
    running.send(number)
    assert running.ended().status == -number
    assert web.init.is_alive()


def test_an_interrupted_stop_of_a_paused_container_leaves_nothing_frozen(place):
    web = place.container("web", STUBBORN)
    web.pause()
    running = place.start("-t", "60", web.id)
    web.wait_for("TERM")
    running.send(signal.SIGINT)
    assert running.ended().status == -signal.SIGINT
    assert not web.is_frozen()
    assert web.init.is_alive()


def test_a_stop_after_an_interrupted_one_finishes(place):
    web = place.container("web", STUBBORN)
    running = place.start("-t", "60", web.id)
    web.wait_for("TERM")
    running.send(signal.SIGINT)
    running.ended()
    assert place.cstop("-t", "0.2", web.id).status == 0
    assert web.is_gone()
