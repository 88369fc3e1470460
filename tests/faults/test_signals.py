"""Rows about the stop signal and who gets it."""

import signal

from containers import OBEDIENT


def test_f01_a_polite_container_ends_at_its_own_pace_with_its_own_exit_code(place):
    web = place.container("web", OBEDIENT)
    ended = place.cstop("--json", web.id)
    assert (ended.status, ended.err) == (0, "")
    assert web.received() == ["TERM"]
    assert web.is_gone()
    [told] = ended.objects
    assert told["exit"] == {"code": 3}
    assert [step["signal"] for step in told["steps"]] == ["SIGTERM"]
    assert told["duration_ms"] < 1000


def test_f02_an_init_without_a_handler_is_told_while_its_grace_runs(place):
    web = place.make("web", process=["sleep", "1000"]).run()
    running = place.start("-t", "-1", web.id)
    running.wait_for("init (sleep) has no handler for SIGTERM: the kernel will drop it")
    assert web.init.is_alive()
    running.send(signal.SIGINT)
    assert running.ended().status == -signal.SIGINT
    assert web.init.is_alive()


def test_f02_an_init_without_a_handler_is_killed_after_the_grace(place):
    web = place.make("web", process=["sleep", "1000"]).run()
    ended = place.cstop("-t", "0.5", web.id)
    assert (ended.status, ended.names) == (0, [web.id]), ended.err
    futile, escalated = ended.err.splitlines()
    assert futile.endswith("the kernel will drop it; SIGKILL in 500ms")
    assert escalated.endswith("in 0.5 seconds, resorting to SIGKILL")
    assert ended.seconds >= 0.5
    assert web.is_gone()


def test_f02_an_init_that_reads_its_signals_from_a_descriptor_is_not_called_deaf(place):
    web = place.make("web", process=["actor", "read-signals"]).run().wait_for("ready")
    ended = place.cstop("--json", web.id)
    assert (ended.status, ended.err) == (0, "")
    assert ended.objects[0]["exit"] == {"code": 3}
    assert web.received() == ["TERM"]
