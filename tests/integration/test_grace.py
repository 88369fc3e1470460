"""The stop signal, the grace, and SIGKILL."""

import pytest
from containers import OBEDIENT, STUBBORN
from cstop import is_exit
from pace import within


def test_an_obedient_container_is_stopped_within_a_second_and_its_exit_code_is_told(place):
    quickest = within(60)
    for attempt in range(5):  # when others keep every processor busy, one may have to wait for its turn
        web = place.container(f"web{attempt}", OBEDIENT)
        ended = place.cstop("--json", web.id)
        assert (ended.status, ended.err) == (0, "")
        assert web.received() == ["TERM"]
        assert web.is_gone()
        [told] = ended.objects
        assert told["outcome"] == "stopped"
        assert is_exit(told, {"code": 3})
        assert told["escalated"] is False
        quickest = min(quickest, ended.seconds)
        if quickest < within(1):
            break
    assert quickest < within(1)


def test_a_quiet_success_prints_the_name_and_nothing_else(place):
    web = place.container("web", OBEDIENT)
    ended = place.cstop(web.id)
    assert (ended.status, ended.out, ended.err) == (0, f"{web.id}\n", "")


def test_an_init_that_ignores_the_stop_signal_is_killed_after_the_grace(place):
    web = place.container("web", STUBBORN)
    ended = place.cstop("-t", "1", web.id)
    assert (ended.status, ended.names) == (0, [web.id]), ended.err
    assert f"StopSignal SIGTERM failed to stop container {web.id} in 1 second, resorting to SIGKILL" in ended.err
    assert 1 <= ended.seconds < within(8)
    assert web.received() == ["TERM"]
    assert web.is_gone()


def test_a_killed_container_is_told_as_killed(place):
    web = place.container("web", STUBBORN)
    ended = place.cstop("--json", "-t", "0.3", web.id)
    assert ended.status == 0
    [told] = ended.objects
    assert told["outcome"] == "stopped"
    assert is_exit(told, {"signal": "SIGKILL"})
    assert told["escalated"] is True
    assert told["duration_ms"] >= 300


def test_fail_on_kill_exits_5_when_sigkill_was_needed(place):
    web = place.container("web", STUBBORN)
    ended = place.cstop("--fail-on-kill", "-t", "0.2", web.id)
    assert (ended.status, ended.names) == (5, [web.id])
    assert web.is_gone()


def test_fail_on_kill_exits_0_when_the_stop_signal_was_enough(place):
    web = place.container("web", OBEDIENT)
    assert place.cstop("--fail-on-kill", web.id).status == 0


def test_a_grace_of_0_kills_at_once_and_sends_no_stop_signal(place):
    web = place.container("web", OBEDIENT)
    ended = place.cstop("-t", "0", web.id)
    assert (ended.status, ended.names) == (0, [web.id]), ended.err
    assert ended.seconds < within(8)
    assert web.received() == []
    assert web.is_gone()


@pytest.mark.parametrize("grace", ["-1", "infinity"])
def test_an_endless_grace_never_kills(place, grace):
    web = place.container("web", {"TERM": ":", "USR1": "exit 4"})
    running = place.start("--json", "-t", grace, web.id)
    web.wait_for("TERM")
    assert not web.init.ends_within(1)
    web.init.send(10)
    ended = running.ended()
    assert ended.status == 0
    assert is_exit(ended.objects[0], {"code": 4})
    assert web.received() == ["TERM", "USR1"]


def test_an_endless_grace_does_not_kill_leftovers_either(place):
    web = place.container("web", OBEDIENT, shared_pids=True)
    running = place.start("-t", "-1", web.id)
    assert web.init.ends_within(60)
    left = web.members()
    assert left
    running.send(15)
    assert running.ended().status == -15
    assert web.members() == left


def test_a_schedule_replaces_the_escalation(place):
    web = place.container("web", {"HUP": ":", "USR1": ":", "TERM": ":"})
    ended = place.cstop("--json", "--schedule", "HUP/200ms/USR1/200ms/KILL@all/5", web.id)
    assert ended.status == 0
    assert web.received() == ["HUP", "USR1"]
    assert [(step["signal"], step["target"]) for step in ended.objects[0]["steps"]] == [
        ("SIGHUP", "init"),
        ("SIGUSR1", "init"),
        ("SIGKILL", "all"),
    ]
    assert web.is_gone()


def test_a_schedule_without_kill_that_is_over_exits_4_and_leaves_the_container_running(place):
    web = place.container("web", STUBBORN)
    ended = place.cstop("--schedule", "TERM/200ms", web.id)
    assert (ended.status, ended.out) == (4, "")
    assert web.received() == ["TERM"]
    assert web.init.is_alive()


def test_forever_repeats_until_the_container_is_gone(place):
    script = """n=0; trap 'n=$((n+1)); echo HUP >/notes/events; [ $n -lt 3 ] || exit 6' HUP
    sleep 1000 &
    echo ready >/notes/events; while :; do wait $!; done"""
    web = place.make("web", script=script).run().wait_for("ready")
    ended = place.cstop("--json", "--schedule", "forever/HUP/300ms", web.id)
    assert ended.status == 0
    assert web.received() == ["HUP", "HUP", "HUP"]
    assert is_exit(ended.objects[0], {"code": 6})


def test_a_futile_grace_is_told_with_the_option_that_skips_it(place):
    web = place.container("web")
    web.init.wait_until_asleep()
    ended = place.cstop("-t", "1", web.id)
    assert (ended.status, ended.names) == (0, [web.id])
    assert 1 <= ended.seconds < within(8)
    notice = "init (sh) has no handler for SIGTERM: the kernel will drop it; SIGKILL in 1 s; --skip-futile-grace skips"
    assert f"cstop: {web.id}: warning: {notice} the wait\n" in ended.err


def test_a_futile_grace_is_skipped_when_that_is_asked_for(place):
    web = place.container("web")
    web.init.wait_until_asleep()
    ended = place.cstop("--json", "-t", "30", "--skip-futile-grace", web.id)
    assert ended.status == 0
    assert ended.seconds < within(8)
    [told] = ended.objects
    assert [(step["signal"], step["target"]) for step in told["steps"]] == [("SIGTERM", "init"), ("SIGKILL", "all")]
    assert told["escalated"] is True and is_exit(told, {"signal": "SIGKILL"})
    assert "SIGKILL at once" in ended.err
    assert web.is_gone()


def test_a_grace_that_may_be_of_use_is_not_skipped(place):
    web = place.container("web", STUBBORN)
    ended = place.cstop("-t", "1", "--skip-futile-grace", web.id)
    assert (ended.status, ended.names) == (0, [web.id])
    assert ended.seconds >= 1
    assert web.received() == ["TERM"]
