"""R11: what others wrote never reaches a terminal raw, and JSON is always JSON."""

import os

import pytest
from containers import OBEDIENT, STOP_SIGNAL

NASTY = {
    "clear": "\x1b[2J\x1b[31mred",
    "newline": "a\nweb",
    "return": "a\rweb",
    "c1": "a\x9b2J",
    "bidirectional": "a\u202eb",
    "null-like": "\\u0000",
    "bell": "\x07",
    "delete": "\x7f",
}
FORBIDDEN = [chr(code) for code in (*range(10), *range(11, 32), 127, 0x9B, 0x202E)]


def assert_plain(text):
    found = [character for character in FORBIDDEN if character in text]
    assert not found, (found, text)


@pytest.mark.parametrize("name", NASTY)
def test_r11_a_stop_signal_of_control_characters_is_shown_escaped(place, name):
    web = place.container("web", OBEDIENT, annotations={STOP_SIGNAL: NASTY[name]})
    for arguments in (["--dry-run"], ["--dry-run", "-v"], ["--json", "--dry-run"], ["--list"], ["-v"]):
        ended = place.cstop(*arguments, *([] if "--list" in arguments else [web.id]))
        assert ended.status == 0, ended
        assert_plain(ended.out)
        assert_plain(ended.err)
        if "--json" in arguments:
            [told] = ended.objects
            assert told["signal"] == "SIGTERM"
    assert web.received() == ["TERM"]


@pytest.mark.parametrize("name", NASTY)
def test_r11_a_path_of_control_characters_is_shown_escaped(place, forge, name):
    """The bundle's name goes into the source of the signal and into warnings."""
    web = place.container("web", OBEDIENT)
    forged = forge(place, web)
    nasty = "/run/" + NASTY[name]
    if place.runtime_name == "runc":
        labels = [label for label in forged.state["config"]["labels"] if not label.startswith("bundle=")]
        forged.write(config=forged.state["config"] | {"labels": [*labels, f"bundle={nasty}"]})
    else:
        forged.write(bundle=nasty)
    ended = place.cstop("--dry-run", "-v", forged.id)
    assert_plain(ended.out)
    assert_plain(ended.err)
    # The model's process: nothing may be done to it here.
    assert web.is_untouched()


def test_r11_json_is_valid_for_any_command_name(place):
    """And /proc/PID/stat is read after its last parenthesis."""
    name = ') Z 1 2 3\n\\"('
    script = f"printf '%s' '{name}' >/proc/self/comm; trap '' TERM; echo ready >/notes/events; while :; do read x </notes/never; done"
    web = place.make("web", script=script)
    os.mkfifo(web.bundle / "notes" / "never")
    web.run().wait_for("ready")
    ended = place.cstop("--json", "--schedule", "TERM@init/0.3", web.id)
    assert ended.status == 4
    [told] = ended.objects
    [survivor] = told["survivors"]
    assert survivor["pid"] == web.pid
    assert survivor["state"] in "SDR"
    assert ") Z 1 2 3" in survivor["command"]
    ended = place.cstop("--schedule", "TERM@init/0.3", web.id)
    assert ended.status == 4
    assert_plain(ended.err)
    assert place.cstop("-t", "0", web.id).status == 0
