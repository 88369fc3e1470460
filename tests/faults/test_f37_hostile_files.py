"""F37: files of other versions, and files that are not what they should be."""

import json

import pytest
from containers import OBEDIENT
from fixtures import PLACES
from forgery import keys, start_time_of


def test_f37_a_state_of_a_future_version_is_read(any_place, forge, canary):
    web = any_place.container("web", OBEDIENT)
    forged = forge(any_place, web)
    config = forged.state["config"] | {"version": "9.0.0", "labels": {"not": "a list"}, "namespaces": 5, "new": {"a": [1]}}
    forged.write(config=config, future={"pid": canary.pid})
    [told] = any_place.cstop("--dry-run", "--json", forged.id).objects
    assert (told["pid"], told["status"]) == (web.pid, "running")
    assert web.is_untouched()


def test_f37_keys_in_other_case_are_other_keys(place, forge, canary):
    """Go's decoder takes them for the same, and the last one wins."""
    web = place.container("web", OBEDIENT)
    pid, start = keys(place)
    forged = forge(place, web)
    forged.write(**{pid.upper(): canary.pid, start.upper(): start_time_of(canary.pid)})
    [told] = place.cstop("--dry-run", "--json", forged.id).objects
    assert told["pid"] == web.pid
    assert web.is_untouched()


@pytest.mark.parametrize("text", ["{}", "[]", '{"annotations": 5}', '{"linux": null}', "{", "", '{"linux": {"namespaces": {}}}'])
def test_f37_an_oci_config_without_what_it_should_have_keeps_nobody_alive(make_place, text):
    """crun's copy of config.json: its annotations and namespaces are then unknown."""
    place = make_place(*[each for each in PLACES if each[0] == "crun"][0])
    web = place.container("web", OBEDIENT)
    (place.root / web.id / "config.json").write_text(text, encoding="utf-8")
    ended = place.cstop(web.id)
    assert (ended.status, ended.names) == (0, [web.id]), ended
    assert web.received() == ["TERM"]
    assert web.is_gone()


def test_f37_files_beside_the_state_are_nobodys_business(place):
    web = place.container("web", OBEDIENT)
    for name in ("state.json.tmp", "status.tmp", "persist.json", "notify", "..json"):
        (place.root / web.id / name).write_text("{", encoding="utf-8")
    (place.root / "stray").write_text("{", encoding="utf-8")
    (place.root / ".hidden").mkdir()
    (place.root / place.id("empty")).mkdir()
    ended = place.cstop("--all")
    for name in ("stray",):
        (place.root / name).unlink()
    (place.root / ".hidden").rmdir()
    (place.root / place.id("empty")).rmdir()
    assert (ended.status, ended.names, ended.err) == (0, [web.id], "")
