"""Rows about processes that look dead and are not, and others that are and look alive."""

import signal
import time

import pytest
from actor import Played
from containers import OBEDIENT, STUBBORN, Place
from fixtures import PLACES


@pytest.mark.parametrize("shared_pids", (False, True), ids=("private", "shared"))
def test_f07_a_zombie_leader_with_a_live_thread_is_stopped(place, shared_pids):
    web = place.make("web", process=["actor", "leave-main"], shared_pids=shared_pids).run().wait_for("ready")
    while web.init.state() != "Z":
        time.sleep(0.001)
    assert web.init.is_alive()
    ended = place.cstop("--json", web.id)
    assert (ended.status, ended.err) == (0, "")
    [told] = ended.objects
    assert (told["status"], told["outcome"], told["exit"]) == ("running", "stopped", {"code": 3})
    assert web.received() == ["TERM"]
    assert web.is_gone()


def test_f07_a_zombie_leader_with_a_live_thread_is_killed(place):
    web = place.make("web", process=["actor", "leave-main"]).run().wait_for("ready")
    ended = place.cstop("-t", "0", web.id)
    assert (ended.status, ended.names) == (0, [web.id]), ended.err
    assert web.is_gone()


def test_f08_a_process_whose_threads_exec_all_the_time_is_not_taken_for_dead(place):
    web = place.make("web", process=["actor", "exec-storm"]).run().wait_for("ready")
    ended = place.cstop("--json", "--schedule", "TERM/0.1/HUP/0.1/TERM/1", web.id)
    assert ended.status == 4
    assert [step["result"] for step in ended.objects[0]["steps"]] == ["sent"] * 3
    assert web.init.is_alive()
    ended = place.cstop("--json", "-t", "1", web.id)
    assert ended.status == 0
    [told] = ended.objects
    assert told["escalated"] is True
    assert told["duration_ms"] >= 1000
    assert web.is_gone()


@pytest.mark.once  # a sanitizer dislikes being traced
@pytest.mark.parametrize("name", ("stat", "status", "cgroup"))
def test_f08_an_init_that_has_no_pid_for_a_moment_is_asked_again(any_place, tmp_path, name):
    """The error that a read gives now and then while a thread that is not the first calls exec."""
    web = any_place.container("web", OBEDIENT)
    log = tmp_path / "strace"
    path = f"/proc/{web.pid}/{name}"
    any_place.under = ("strace", "-o", log, "-P", path, "-e", "inject=read:error=ESRCH:when=1..3")
    ended = any_place.cstop("--json", web.id)
    assert "(INJECTED)" in log.read_text(encoding="utf-8")
    assert (ended.status, ended.err) == (0, "")
    assert web.received() == ["TERM"]
    assert web.is_gone()


class NeglectedPlace(Place):
    """Containers whose parent does not reap."""

    actor = None
    parent = None

    def runtime(self, *arguments, check=True):
        if arguments[0] != "run":
            return super().runtime(*arguments, check=check)
        command = self.view.enter([self.runtime_name, "--root", str(self.root), *map(str, arguments)])
        self.parent = Played([self.actor, "adopt", *command])
        assert self.parent.word == "0"
        return ""


@pytest.fixture(params=PLACES, ids="-".join)
def neglected_place(request, make_place, actor):
    place = make_place(*request.param, kind_of_place=NeglectedPlace)
    place.actor = actor
    yield place
    place.parent.send(signal.SIGCONT)
    place.parent.end()


def test_f09_a_zombie_that_a_stopped_parent_does_not_reap_is_gone_and_the_parent_is_named(neglected_place):
    web = neglected_place.container("web", OBEDIENT)
    neglected_place.parent.send(signal.SIGSTOP)
    ended = neglected_place.cstop("--json", web.id)
    assert ended.status == 0
    [told] = ended.objects
    assert (told["outcome"], told["exit"]) == ("stopped", {"code": 3})
    assert told["duration_ms"] < 8000
    assert told["warnings"] == [f"init is a zombie that actor (pid {neglected_place.parent.pid}) does not reap"]
    assert web.init.state() == "Z"


def test_f09_a_zombie_that_was_there_before_is_not_running_and_its_parent_is_named(neglected_place):
    web = neglected_place.container("web", OBEDIENT).kill_init()
    ended = neglected_place.cstop("--json", web.id)
    assert ended.status == 0
    [told] = ended.objects
    assert (told["outcome"], told["exit"]) == ("not_running", {"signal": "SIGKILL"})
    assert told["warnings"] == [f"init is a zombie that actor (pid {neglected_place.parent.pid}) does not reap"]
