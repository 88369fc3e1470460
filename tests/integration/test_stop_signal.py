"""Where the stop signal comes from."""

import json

import pytest
from containers import STOP_SIGNAL

# As images write it, as busybox's trap takes it, and the exit code that proves its arrival.
SIGNALS = [("SIGUSR1", "USR1"), ("12", "USR2"), ("HUP", "HUP"), ("sigint", "INT"), ("SIGQUIT", "QUIT"), ("SIGRTMIN+3", "37")]


@pytest.mark.parametrize(("written", "name"), SIGNALS, ids=["USR1", "USR2", "HUP", "INT", "QUIT", "RTMIN+3"])
def test_the_annotated_stop_signal_arrives(place, written, name):
    web = place.container("web", {name: "exit 3", "TERM": ":"}, annotations={STOP_SIGNAL: written})
    ended = place.cstop(web.id)
    assert (ended.status, ended.err) == (0, "")
    assert web.received() == [name]
    assert web.is_gone()


def test_signal_on_the_command_line_comes_before_the_annotation(place):
    web = place.container("web", {"USR1": "exit 3", "QUIT": ":"}, annotations={STOP_SIGNAL: "SIGQUIT"})
    ended = place.cstop("--json", "--signal", "usr1", web.id)
    assert ended.status == 0
    assert web.received() == ["USR1"]
    assert (ended.objects[0]["signal"], ended.objects[0]["signal_source"]) == ("SIGUSR1", "--signal")


def image_config(stop_signal):
    return {
        "architecture": "amd64",
        "os": "linux",
        "config": {"StopSignal": stop_signal},
        "rootfs": {"type": "layers", "diff_ids": []},
    }


def test_an_image_config_file_comes_before_the_annotation(place):
    web = place.container("web", {"USR2": "exit 3", "QUIT": ":"}, annotations={STOP_SIGNAL: "SIGQUIT"})
    config = place.directory / "config.json"
    config.write_text(json.dumps(image_config("SIGUSR2")), encoding="utf-8")
    assert place.cstop("--image-config", config, web.id).status == 0
    assert web.received() == ["USR2"]


def test_an_image_layout_gives_the_stop_signal_of_the_tag(place, make_layout):
    web = place.container("web", {"USR1": "exit 3", "USR2": "exit 4", "TERM": ":"})
    layout = make_layout({"one": "SIGUSR1", "two": "SIGUSR2"})
    assert place.cstop("--image-config", f"{layout}:two", web.id).status == 0
    assert web.received() == ["USR2"]


def test_a_stop_signal_that_cannot_be_parsed_is_a_warning_and_sigterm(place):
    web = place.container("web", {"TERM": "exit 3"}, annotations={STOP_SIGNAL: "SIGFOO"})
    ended = place.cstop(web.id)
    assert (ended.status, ended.names) == (0, [web.id]), ended.err
    assert "SIGFOO" in ended.err and "SIGTERM" in ended.err
    assert web.received() == ["TERM"]
