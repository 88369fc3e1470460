"""R13, R14: what a running cstop may still do, seen from outside."""

import os

from containers import STUBBORN

CAP_DAC_OVERRIDE, CAP_KILL, CAP_SYS_PTRACE = 1 << 1, 1 << 5, 1 << 19
NOBODY = 65534


def read_status(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        return dict(line.rstrip("\n").split(":\t", 1) for line in file)


class Waiting:
    """A cstop in the grace of a stubborn container, and what /proc says of it."""

    def __init__(self, place, container, *options):
        self._container = container
        self._running = place.start("-t", "60", *options, container.id)
        container.wait_for("TERM")
        # The signal is on its way before the last privilege is gone; the wait begins after that.
        while read_status(self._running.pid)["State"][0] != "S":
            pass
        self.status = read_status(self._running.pid)

    def end(self):
        self._container.kill_init()
        assert self._running.ended().status == 0

    def capabilities(self):
        return {name: int(self.status[name], 16) for name in ("CapEff", "CapPrm", "CapInh", "CapAmb")}


def test_r13_during_the_grace_only_the_capabilities_to_kill_and_to_diagnose_are_left(place):
    waiting = Waiting(place, place.container("web", STUBBORN))
    few = CAP_KILL | CAP_SYS_PTRACE
    assert waiting.capabilities() == {"CapEff": few, "CapPrm": few, "CapInh": 0, "CapAmb": 0}
    waiting.end()


def test_r13_a_container_whose_cgroup_is_a_users_can_still_be_thawed(place):
    """Root may write the files of others only with CAP_DAC_OVERRIDE."""
    web = place.container("web", STUBBORN)
    for cgroup in web.cgroups():
        os.chown(cgroup, NOBODY, NOBODY)
    waiting = Waiting(place, web)
    assert waiting.capabilities()["CapEff"] == CAP_KILL | CAP_SYS_PTRACE | CAP_DAC_OVERRIDE
    waiting.end()


def test_r14_a_filter_is_on_and_no_new_privileges_can_be_had(any_place):
    waiting = Waiting(any_place, any_place.container("web", STUBBORN))
    assert (waiting.status["Seccomp"], waiting.status["NoNewPrivs"]) == ("2", "1")
    waiting.end()


def test_r14_without_the_sandbox_nothing_is_given_up(any_place):
    web = any_place.container("web", STUBBORN)
    waiting = Waiting(any_place, web, "--no-sandbox")
    own = read_status("self")
    for key in ("CapEff", "CapPrm", "Seccomp", "NoNewPrivs"):
        assert waiting.status[key] == own[key], key
    waiting.end()
