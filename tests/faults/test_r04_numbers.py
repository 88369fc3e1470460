"""R4: pids and start times are integers, checked before they are narrowed."""

import json

import pytest
from containers import OBEDIENT
from forgery import keys, start_time_of

NUMBERS = {
    "2-32-plus-1": "4294967297",
    "2-32-plus-pid": "4294967296+PID",
    "2-63": "9223372036854775808",
    "2-64-plus-pid": "18446744073709551616+PID",
    "above-pid-max": "4194305",
    "one": "1",
    "minus": "-PID",
    "fraction": "PID.9",
    "fraction-zero": "PID.0",
    "exponent": "PIDe0",
    "string": '"PID"',
    "true": "true",
    "null": "null",
    "array": "[PID]",
    "infinite": "1e400",
    "hexadecimal": "0xPID",
    "leading-zero": "0PID",
}


def spell(text, number):
    if "+PID" in text:
        return str(int(text.partition("+")[0]) + number)
    return text.replace("PID", str(number))


@pytest.mark.parametrize("which", ["pid", "start"])
@pytest.mark.parametrize("name", NUMBERS)
def test_r04_a_number_that_is_none_signals_nobody(place, forge, canary, which, name):
    web = place.container("web", OBEDIENT)
    pid, start = keys(place)
    true = {pid: canary.pid, start: start_time_of(canary.pid)}
    key = pid if which == "pid" else start
    spelled = spell(NUMBERS[name], true[key])
    forged = forge(place, web)
    text = json.dumps(forged.state | true | {key: "@@"}).replace('"@@"', spelled)
    ended = place.cstop("-t", "0", forged.write(text).id)
    # A start time may be any integer above 0: one that is not the process's own names another process, which is gone.
    is_other_time = which == "start" and name in ("2-32-plus-1", "2-32-plus-pid", "2-63", "above-pid-max", "one")
    assert ended.status == (0 if is_other_time else 1), ended
    if is_other_time:
        assert "not running" in ended.err
    else:
        assert ended.out == "" and ended.err.startswith(f"cstop: {forged.id}: ") and ended.err.count("\n") == 1
    assert canary.poll() is None
    assert web.is_untouched()


@pytest.mark.parametrize("which", ["pid", "start"])
def test_r04_a_key_that_is_there_twice_is_refused(place, forge, canary, which):
    web = place.container("web", OBEDIENT)
    pid, start = keys(place)
    true = {pid: canary.pid, start: start_time_of(canary.pid)}
    forged = forge(place, web)
    text = json.dumps(forged.state | true)
    key = pid if which == "pid" else start
    forged.write(text[:-1] + f', "{key}": {true[key]}}}')
    ended = place.cstop("-t", "0", forged.id)
    assert (ended.status, ended.out) == (1, "")
    assert "duplicate key" in ended.err
    assert canary.poll() is None


@pytest.mark.parametrize("which", ["pid", "start", "both"])
def test_r04_a_key_that_is_missing_or_zero_signals_nobody(place, forge, canary, which):
    """crun takes a start time of 0 for "do not compare"."""
    web = place.container("web", OBEDIENT)
    pid, start = keys(place)
    gone = {"pid": [pid], "start": [start], "both": [pid, start]}[which]
    forged = forge(place, web)
    true = forged.state | {pid: canary.pid, start: start_time_of(canary.pid)}
    for text in (
        json.dumps({key: value for key, value in true.items() if key not in gone}),
        json.dumps(true | {key: 0 for key in gone}),
    ):
        ended = place.cstop("-t", "0", forged.write(text).id)
        assert ended.status in (0, 1)
        assert ("not running" in ended.err) == (ended.status == 0)
        assert canary.poll() is None
    assert web.is_untouched()
