"""Many containers in one call, and several cstops on one container."""

import re

from containers import OBEDIENT, STUBBORN
from pace import within


def test_fifty_containers_are_stopped_at_the_same_time_in_argument_order(place):
    containers = place.several(50, OBEDIENT)
    ids = [container.id for container in reversed(containers)]
    ended = place.cstop(*ids)
    assert (ended.status, ended.names) == (0, ids)
    assert re.fullmatch(r"cstop: stopped 50, in [0-9.]+ m?s\n", ended.err), ended.err
    assert ended.seconds < within(8)
    assert all(container.received() == ["TERM"] and container.is_gone() for container in containers)


def test_stubborn_containers_share_one_grace(place):
    containers = place.several(5, STUBBORN)
    ended = place.cstop("-t", "1", *[container.id for container in containers])
    assert ended.status == 0
    assert 1 <= ended.seconds < within(8)
    assert all(container.is_gone() for container in containers)


def test_one_stubborn_container_does_not_delay_the_name_of_those_before_it(place):
    quick, slow = place.container("quick", OBEDIENT), place.container("slow", STUBBORN)
    ended = place.cstop("--json", "-t", "1", quick.id, slow.id)
    assert ended.status == 0
    assert [told["escalated"] for told in ended.objects] == [False, True]
    assert ended.objects[0]["duration_ms"] < ended.objects[1]["duration_ms"]


def test_the_last_line_counts_what_became_of_several_containers(place):
    quick, slow = place.container("quick", OBEDIENT), place.container("slow", STUBBORN)
    gone = place.container("gone", OBEDIENT).kill_init()
    ended = place.cstop("-t", "1", quick.id, slow.id, gone.id, "nobody")
    assert (ended.status, ended.names) == (3, [quick.id, slow.id, gone.id])
    counted = r"cstop: stopped 2 \(1 by SIGKILL\), not running 1, not found 1, in [0-9.]+ s"
    assert re.fullmatch(counted, ended.err.splitlines()[-1]), ended.err
    again = place.cstop("-q", quick.id, gone.id)
    assert (again.status, again.err) == (0, "")
    alone = place.cstop(quick.id)
    assert "cstop: stopped" not in alone.err


def test_two_cstops_send_one_stop_signal_and_the_shorter_grace_wins(place):
    web = place.container("web", STUBBORN)
    patient = place.start("-t", "60", web.id)
    web.wait_for("TERM")
    hasty = place.cstop("-t", "1", web.id)
    patient = patient.ended()
    assert (hasty.status, patient.status) == (0, 0)
    assert (hasty.names, patient.names) == ([web.id], [web.id])
    assert 1 <= hasty.seconds < within(8)
    assert patient.seconds < within(30)
    assert web.received() == ["TERM"]
    assert web.is_gone()


def test_an_explicit_signal_is_sent_even_when_another_stop_is_under_way(place):
    web = place.container("web", {"TERM": ":", "USR1": "exit 3"})
    patient = place.start("-t", "60", web.id)
    web.wait_for("TERM")
    assert place.cstop("--signal", "USR1", web.id).status == 0
    assert patient.ended().status == 0
    assert web.received() == ["TERM", "USR1"]


def test_nothing_is_left_on_disk(place):
    web = place.container("web", OBEDIENT)
    before = sorted(path.name for path in (place.root / web.id).iterdir())
    assert place.cstop(web.id).status == 0
    assert sorted(path.name for path in (place.root / web.id).iterdir()) == before
