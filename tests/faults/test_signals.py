"""Rows about the stop signal and who gets it."""

import signal

import pytest
from actor import playing
from containers import OBEDIENT, STUBBORN
from stuck import wait_for_state


def test_f01_a_polite_container_ends_at_its_own_pace_with_its_own_exit_code(place):
    web = place.container("web", OBEDIENT)
    ended = place.cstop("--json", web.id)
    assert (ended.status, ended.err) == (0, "")
    assert web.received() == ["TERM"]
    assert web.is_gone()
    [told] = ended.objects
    assert told["exit"] == {"code": 3}
    assert [step["signal"] for step in told["steps"]] == ["SIGTERM"]
    assert told["duration_ms"] < 8000


def test_f02_an_init_without_a_handler_is_told_while_its_grace_runs(place):
    web = place.container("web")
    web.init.wait_until_asleep()
    running = place.start("-t", "-1", web.id)
    running.wait_for("init (sh) has no handler for SIGTERM: the kernel will drop it")
    assert web.init.is_alive()
    running.send(signal.SIGINT)
    assert running.ended().status == -signal.SIGINT
    assert web.init.is_alive()


def test_f02_an_init_without_a_handler_is_killed_after_the_grace(place):
    web = place.container("web")
    web.init.wait_until_asleep()
    ended = place.cstop("-t", "0.5", web.id)
    assert (ended.status, ended.names) == (0, [web.id]), ended.err
    futile, escalated = ended.err.splitlines()
    assert futile.endswith("the kernel will drop it; SIGKILL in 500 ms; --skip-futile-grace skips the wait")
    assert escalated.endswith("in 0.5 seconds, resorting to SIGKILL")
    assert ended.seconds >= 0.5
    assert web.is_gone()


def test_f02_an_init_that_reads_its_signals_from_a_descriptor_is_not_called_deaf(place):
    web = place.make("web", process=["actor", "read-signals"]).run().wait_for("ready")
    ended = place.cstop("--json", web.id)
    assert (ended.status, ended.err) == (0, "")
    assert ended.objects[0]["exit"] == {"code": 3}
    assert web.received() == ["TERM"]


@pytest.mark.parametrize(
    ("part", "reception", "words"),
    [
        ("read-signals", "blocked", "init blocks SIGTERM: it may wait for it in sigwait(3)"),
        ("wait-for-signal", "unproven", "init has no handler for SIGTERM, but runs now or may wait for it in sigwait(3)"),
    ],
)
def test_f02_an_init_that_waits_for_its_signal_is_not_called_deaf_by_a_dry_run(place, part, reception, words):
    web = place.make("web", process=["actor", part]).run().wait_for("ready")
    web.init.wait_until_asleep()
    told = place.cstop("--dry-run", "--skip-futile-grace", web.id)
    assert (told.status, told.err) == (0, "")
    assert f"  handling    {words}\n" in told.out and "SIGTERM to init, wait up to 10 s" in told.out
    assert "warning" not in told.out
    [told] = place.cstop("--dry-run", "--json", web.id).objects
    assert told["evidence"]["handling"]["reception"] == reception
    ended = place.cstop("--json", "--skip-futile-grace", web.id)
    assert (ended.status, ended.objects[0]["exit"]) == (0, {"code": 3})
    assert web.received() == ["TERM"]


def test_f16_a_stopped_init_is_continued_after_the_stop_signal(place):
    web = place.container("web", {"TERM": "exit 3", "CONT": ":"}).stop_init()
    ended = place.cstop("--json", web.id)
    assert (ended.status, ended.err) == (0, "")
    assert "TERM" in web.received()
    assert ended.objects[0]["exit"] == {"code": 3}
    assert web.is_gone()


def test_f16_a_stopped_init_dies_of_sigkill(place):
    web = place.container("web", STUBBORN).stop_init()
    ended = place.cstop("-t", "0", web.id)
    assert (ended.status, ended.names) == (0, [web.id]), ended.err
    assert web.is_gone()


def test_f16_a_traced_init_is_not_continued_and_its_tracer_is_named(place, actor):
    web = place.container("web", {"TERM": "exit 3", "CONT": ":"})
    with playing(actor, "trace", web.pid) as tracer:
        ended = place.cstop("--json", "--schedule", "TERM/0.2", web.id)
        assert ended.status == 4
        survivor = next(survivor for survivor in ended.objects[0]["survivors"] if survivor["pid"] == web.pid)
        assert (survivor["state"], survivor["cause"]) == ("t", f"traced by actor (pid {tracer.pid})")
    assert web.init.ends_within(60)
    assert web.received() == ["TERM"]


def test_f16_a_traced_init_dies_of_sigkill(place, actor):
    web = place.container("web", OBEDIENT)
    with playing(actor, "trace", web.pid):
        ended = place.cstop("-t", "0.2", web.id)
        assert (ended.status, ended.names) == (0, [web.id]), ended.err
        assert web.is_gone()


def test_f17_a_parent_that_waits_for_its_vfork_is_not_called_unkillable(place):
    web = place.make("web", process=["actor", "wait-for-vfork"], shared_pids=True).run().wait_for("ready")
    wait_for_state(web.init, "D")  # the child may be faster
    ended = place.cstop("--json", web.id)
    assert (ended.status, ended.err) == (0, "")
    [told] = ended.objects
    assert (told["exit"], told["escalated"], told["leftovers"]) == ({"signal": "SIGTERM"}, False, 1)
    assert web.is_gone()
