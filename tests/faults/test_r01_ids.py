"""R1: what is no id is a usage error, and reaches no file."""

import shutil

import pytest
from containers import OBEDIENT

WORDS = ["../x", "", "a/b/c/d", "a\nb", "x" * 300, ".", "..", "a b", "/", "a//b", "\x1b[2J", "a\x7f", "é", "a/../b"]


@pytest.mark.parametrize("word", WORDS, ids=[repr(word)[:12] for word in WORDS])
def test_r01_what_is_no_id_is_a_usage_error_and_reaches_no_file(any_place, word):
    web = any_place.container("web", OBEDIENT)
    ended = any_place.cstop(web.id, "--", word)
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.startswith("cstop: ") and ended.err.count("\n") == 1
    assert "\x1b" not in ended.err and "\x7f" not in ended.err
    assert web.is_untouched()


def test_r01_an_id_that_begins_with_a_dash_is_an_id_after_two_dashes(any_place):
    ended = any_place.cstop("--", "-x")
    assert ended.status == 3
    assert ended.err.startswith("cstop: -x: no such container; ") and ended.err.count("\n") == 1


@pytest.mark.parametrize("stdin", ["../x\n", "a b\n", "\x00\n", "x" * 300 + "\n"], ids=["way-out", "blank", "nul", "long"])
def test_r01_standard_input_is_held_to_the_same(any_place, stdin):
    web = any_place.container("web", OBEDIENT)
    ended = any_place.cstop(web.id, "-", stdin=stdin)
    assert (ended.status, ended.out) == (2, "")
    assert web.is_untouched()


def test_r01_a_directory_whose_name_is_no_id_is_no_container(any_place):
    web = any_place.container("web", OBEDIENT)
    odd = any_place.root / "a b"
    shutil.copytree(any_place.root / web.id, odd)
    ended = any_place.cstop("--all")
    assert (ended.status, ended.names, ended.err) == (0, [web.id], "")
    shutil.rmtree(odd)
