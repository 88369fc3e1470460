"""Every malformed word gets one clear line, exit 2, and nothing is signalled."""

import json

import pytest
from containers import OBEDIENT

LONG = "x" * 300

# (arguments before the id of a running container, what the line must name)
BAD = {
    "empty-timeout": (["-t", ""], "--timeout"),
    "timeout-minus-2": (["-t", "-2"], "-2"),
    "timeout-word": (["--timeout", "ten"], "ten"),
    "timeout-exponent": (["--time", "1e3"], "1e3"),
    "timeout-blank": (["-t", "5 s"], "5 s"),
    "timeout-huge": (["-t", "99999999999999999999"], "99999999999999999999"),
    "timeout-missing": (["-t"], "--timeout"),
    "kill-timeout-word": (["--kill-timeout", "soon"], "soon"),
    "signal-0": (["-s", "0"], "0"),
    "signal-65": (["-s", "65"], "65"),
    "signal-name": (["-s", "SIGFOO"], "SIGFOO"),
    "signal-empty": (["-s", ""], "--signal"),
    "signal-SIG": (["-s", "SIG"], "SIG"),
    "signal-garbage": (["-s", "9abc"], "9abc"),
    "schedule-name": (["--schedule", "TERM/5/FOO/5"], "FOO"),
    "schedule-time": (["--schedule", "TERM/soon"], "soon"),
    "schedule-empty": (["--schedule", ""], "--schedule"),
    "image-config-missing": (["--image-config", "/nowhere/config.json"], "/nowhere/config.json"),
    "filter-key": (["--filter", "color=blue"], "color"),
    "filter-bare": (["--filter", "name"], "name"),
    "all-and-container": (["--all"], "--all"),
    "cidfile-missing": (["--cidfile", "/nowhere/cid"], "/nowhere/cid"),
    "unknown-option": (["--frobnicate"], "--frobnicate"),
    "id-slash": (["../x"], "../x"),
    "id-newline": (["a\nb"], "a\\nb"),
    "id-long": ([LONG], LONG[:20]),
    "id-empty": ([""], ""),
    "quiet-with-value": (["--quiet=yes"], "--quiet"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_usage_error_is_one_line_and_nothing_is_signalled(any_place, name):
    arguments, named = BAD[name]
    web = any_place.container("web", OBEDIENT)
    # What lacks its value must come last.
    ended = any_place.cstop(web.id, *arguments)
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.startswith("cstop: ") and ended.err.count("\n") == 1
    assert named in ended.err
    assert web.is_untouched()


def test_no_container_at_all_is_a_usage_error(any_place):
    ended = any_place.cstop()
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.startswith("cstop: ") and ended.err.count("\n") == 1


def test_an_empty_cidfile_is_a_usage_error(any_place):
    web = any_place.container("web", OBEDIENT)
    cidfile = any_place.directory / "cid"
    cidfile.write_text("\n")
    ended = any_place.cstop("--cidfile", cidfile, web.id)
    assert (ended.status, ended.out) == (2, "")
    assert str(cidfile) in ended.err
    assert web.is_untouched()


@pytest.mark.parametrize("content", ["", "{", '{"config": {"StopSignal": "SIGFOO"}}', '{"config": {"StopSignal": 15}}'])
def test_a_malformed_image_config_is_a_usage_error(any_place, content):
    web = any_place.container("web", OBEDIENT)
    config = any_place.directory / "config.json"
    config.write_text(content)
    ended = any_place.cstop("--image-config", config, web.id)
    assert (ended.status, ended.out) == (2, "")
    assert str(config) in ended.err and ended.err.count("\n") == 1
    assert web.is_untouched()


def test_an_image_layout_without_the_tag_is_a_usage_error(any_place, make_layout):
    web = any_place.container("web", OBEDIENT)
    ended = any_place.cstop("--image-config", f"{make_layout({'one': 'SIGUSR1'})}:other", web.id)
    assert (ended.status, ended.out) == (2, "")
    assert "other" in ended.err and ended.err.count("\n") == 1
    assert web.is_untouched()


def test_a_root_that_does_not_exist_is_told(any_place):
    ended = any_place.cstop("--root", "/nowhere", "web", root=False)
    assert (ended.status, ended.out) == (2, "")
    assert "/nowhere" in ended.err and ended.err.count("\n") == 1


# What a state file may say, and must not be believed.
DAMAGE = {
    "empty": "",
    "torn": '{"id": "x", "init_process_pid": 12',
    "not-an-object": "[]",
    "huge-pid": {"init_process_pid": 4294967297},
    "pid-1": {"init_process_pid": 1},
    "negative-pid": {"init_process_pid": -12},
    "pid-string": {"init_process_pid": "12"},
    "pid-true": {"init_process_pid": True},
    "pid-float": {"init_process_pid": 12.5},
    "deep": "[" * 100000,
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_state_file_is_one_line_and_the_rest_are_stopped(any_place, name):
    web, bad = any_place.container("web", OBEDIENT), any_place.container("bad", OBEDIENT)
    file = any_place.root / bad.id / "state.json"
    good = file.read_text()
    damage = DAMAGE[name]
    file.write_text(damage if isinstance(damage, str) else json.dumps(json.loads(good) | damage))
    ended = any_place.cstop(bad.id, web.id)
    file.write_text(good)
    assert (ended.status, ended.names) == (1, [web.id])
    error, summary = ended.err.splitlines()
    assert error.startswith(f"cstop: {bad.id}: ") and summary.startswith("cstop: stopped 1, failed 1, in ")
    assert bad.is_untouched()
    assert web.is_gone()
