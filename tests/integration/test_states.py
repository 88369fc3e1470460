"""Containers that are not simply running."""

import signal

from containers import OBEDIENT, STUBBORN
from cstop import is_exit
from pace import within


def test_a_paused_container_sees_the_stop_signal_and_exits_by_itself(place):
    web = place.container("web", OBEDIENT)
    web.pause()
    ended = place.cstop("--json", web.id)
    assert ended.status == 0
    assert ended.seconds < within(8)
    assert web.received() == ["TERM"]
    assert is_exit(ended.objects[0], {"code": 3})
    assert ended.objects[0]["status"] == "paused"
    assert web.is_gone() and not web.is_frozen()


def test_a_paused_container_that_ignores_the_stop_signal_is_killed(place):
    web = place.container("web", STUBBORN)
    web.pause()
    ended = place.cstop("-t", "0.3", web.id)
    assert (ended.status, ended.names) == (0, [web.id]), ended.err
    assert web.is_gone() and not web.is_frozen()


def test_a_paused_container_is_killed_at_once_with_a_grace_of_0(place):
    web = place.container("web", OBEDIENT)
    web.pause()
    ended = place.cstop("-t", "0", web.id)
    assert (ended.status, ended.names) == (0, [web.id]), ended.err
    assert web.received() == []
    assert web.is_gone() and not web.is_frozen()


def test_an_init_stopped_by_job_control_is_continued_and_sees_the_stop_signal(place):
    web = place.container("web", OBEDIENT).stop_init()
    ended = place.cstop("--json", web.id)
    assert ended.status == 0
    assert ended.seconds < within(8)
    assert web.received() == ["TERM"]
    assert is_exit(ended.objects[0], {"code": 3})


def test_a_created_container_is_not_running_and_is_left_alone(place):
    web = place.make("web", OBEDIENT).create()
    ended = place.cstop(web.id)
    assert (ended.status, ended.names) == (0, [web.id]), ended.err
    assert "not running" in ended.err
    assert web.status() == "created"
    web.start()
    web.wait_for("ready")
    assert web.is_untouched()


def test_a_stopped_container_is_not_running_however_often_it_is_stopped(place):
    web = place.container("web", OBEDIENT)
    assert place.cstop(web.id).status == 0
    for _ in range(2):
        ended = place.cstop(web.id)
        assert (ended.status, ended.names) == (0, [web.id]), ended.err
        assert "not running" in ended.err
    assert web.received() == ["TERM"]
    assert web.status() == "stopped"


def test_a_container_that_ended_by_itself_is_not_running(place):
    web = place.container("web", {"USR1": "exit 0"})
    web.init.send(signal.SIGUSR1)
    assert web.init.ends_within(60)
    ended = place.cstop("--json", web.id)
    assert ended.status == 0
    assert ended.objects[0]["outcome"] == "not_running"
