"""R10: bounded parsing."""

import json
import subprocess

import pytest
from containers import OBEDIENT


def deep(text, depth):
    return text[:-1] + ', "x": ' + "[" * depth + "]" * depth + "}"


PARSING = {
    "nested-100000": lambda text: deep(text, 100_000),
    "nested-65": lambda text: deep(text, 65),
    "nested-objects": lambda text: '{"a":' * 50_000,
    "nul": lambda text: text.replace('"id"', '"i\x00d"') if '"id"' in text else text[:-1] + ', "a\x00b": 1}',
    "escaped-nul": lambda text: text[:-1] + ', "id": "a\\u0000b"}' if '"id"' not in text else text.replace('"id": "', '"id": "\\u0000'),
    "larger-than-4-MiB": lambda text: text[:-1] + ', "x": "' + "y" * (5 << 20) + '"}',
    "many-numbers": lambda text: text[:-1] + ', "x": [' + "0," * (3 << 20) + "0]}",
    "torn": lambda text: text[: len(text) // 2],
    "empty": lambda text: "",
    "two-documents": lambda text: text + text,
    "bom": lambda text: "\ufeff" + text,
    "not-an-object": lambda text: "[" + text + "]",
}


@pytest.mark.parametrize("name", PARSING)
def test_r10_a_state_that_no_parser_should_see_is_one_line_and_little_memory(place, forge, name):
    web = place.container("web", OBEDIENT)
    forged = forge(place, web)
    forged.write(PARSING[name](json.dumps(forged.state)))
    # 64 MiB of address space would not hold a tree of what these files could make of themselves.
    limited = ["sh", "-c", 'ulimit -v 65536; exec "$@"', "sh", *place.command("--all")]
    is_sanitized = b"__asan_init" in open(place.command()[0], "rb").read()
    ended = run(place.view.enter(place.command("--all") if is_sanitized else limited))
    assert (ended.returncode, ended.stdout.splitlines()) == (1, [web.id]), ended
    assert forged.id in ended.stderr and ended.stderr.count("\n") == 1
    assert web.is_gone()


def run(command):
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False)


def test_r10_a_large_state_that_is_true_is_read(place):
    """Real ones have some kilobytes; a container with many annotations has more."""
    web = place.container("web", OBEDIENT, annotations={f"key{number}": "x" * 1000 for number in range(300)})
    assert place.cstop(web.id).status == 0
    assert web.received() == ["TERM"]
