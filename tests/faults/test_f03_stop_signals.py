"""F03: what may stand where a stop signal is expected."""

import pytest
from containers import OBEDIENT, STOP_SIGNAL

BAD = ["0", "65", "-1", "SIGFOO", "", "1000000000", "SIG", "9abc", " TERM", "TERM ", "+15", "0x0f", "SIGRTMIN+31", "RTMAX-31", "RTMIN-1", "SIGSIGTERM"]

# What is written: the number
GOOD = {
    "SIGRTMIN+3": 37, "RTMAX-1": 63, "32": 32, "33": 33, "sigterm": 15, "quit": 3, "SIGRTMINPLUS3": 37,
    "SIGRTMAXMINUS2": 62, "64": 64, "RTMIN": 34, "RTMAX": 64, "SIGCLD": 17, "iot": 6, "Poll": 29, "1": 1,
}  # fmt: skip


@pytest.mark.parametrize("text", BAD)
def test_f03_a_bad_signal_on_the_command_line_is_a_usage_error_before_anything_is_touched(any_place, text):
    web = any_place.container("web", OBEDIENT)
    for arguments in ([f"--signal={text}"], ["--schedule", f"{text}/5"]):
        ended = any_place.cstop(*arguments, web.id)
        assert (ended.status, ended.out) == (2, "")
        assert ended.err.startswith("cstop: ") and ended.err.count("\n") == 1
    assert web.is_untouched()


@pytest.mark.parametrize("text", [text for text in BAD if text])
def test_f03_a_bad_signal_in_a_file_is_a_warning_and_sigterm(place, text):
    """Else the container could not be stopped at all."""
    web = place.container("web", OBEDIENT, annotations={STOP_SIGNAL: text})
    ended = place.cstop("--json", web.id)
    assert (ended.status, web.received()) == (0, ["TERM"]), ended.err
    [told] = ended.objects
    assert told["signal"] == "SIGTERM"
    assert [warning for warning in told["warnings"] if text.strip() in warning and "SIGTERM" in warning]


def test_f03_an_empty_signal_in_a_file_is_none(place):
    web = place.container("web", OBEDIENT, annotations={STOP_SIGNAL: ""})
    ended = place.cstop(web.id)
    assert (ended.status, ended.err, web.received()) == (0, "", ["TERM"])


@pytest.mark.parametrize("text", GOOD)
def test_f03_a_good_signal_is_planned_from_a_file_and_from_the_command_line(any_place, text):
    web = any_place.container("web", OBEDIENT, annotations={STOP_SIGNAL: text})
    by_number = any_place.cstop("--dry-run", "--json", f"--signal={GOOD[text]}", web.id).objects[0]["signal"]
    assert any_place.cstop("--dry-run", "--json", web.id).objects[0]["signal"] == by_number
    assert any_place.cstop("--dry-run", "--json", f"--signal={text}", web.id).objects[0]["signal"] == by_number
    assert web.is_untouched()


@pytest.mark.parametrize(("text", "name"), [("SIGRTMIN+3", "37"), ("RTMAX-1", "63"), ("quit", "QUIT")])
def test_f03_a_good_signal_arrives(place, text, name):
    web = place.container("web", {name: "exit 3", "TERM": ":"}, annotations={STOP_SIGNAL: text})
    assert place.cstop(web.id).status == 0
    assert web.received() == [name]


def test_f03_sigstop_is_warned_of_and_the_container_ends_all_the_same(place):
    web = place.container("web", OBEDIENT, annotations={STOP_SIGNAL: "SIGSTOP"})
    ended = place.cstop("-t", "0.3", web.id)
    assert (ended.status, ended.names) == (0, [web.id]), ended.err
    assert "SIGSTOP" in ended.err and "suspends" in ended.err
    assert web.is_gone()


def test_f03_sigkill_as_a_stop_signal_is_no_escalation(place):
    web = place.container("web", OBEDIENT, annotations={STOP_SIGNAL: "SIGKILL"})
    ended = place.cstop("--json", "--fail-on-kill", web.id)
    [told] = ended.objects
    assert (told["signal"], told["exit"], told["escalated"]) == ("SIGKILL", {"signal": "SIGKILL"}, False)
    assert ended.status == 0
    assert web.is_gone()
