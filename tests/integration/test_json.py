"""The objects of --json: the schema says what they are, the manual how to ask them."""

import copy
import json
import re
import subprocess

import jsonschema
import pytest
from containers import OBEDIENT, STOP_SIGNAL, STUBBORN
from cstop import ENVIRONMENT, SOURCE, check_object


def read_examples():
    """The manual's shell lines that call jq."""
    lines = (SOURCE / "man" / "cstop.1").read_text(encoding="utf-8").splitlines()
    examples = [line.removeprefix(".Dl $ ").replace("\\(dq", '"') for line in lines if line.startswith(".Dl $ ")]
    return [example for example in examples if re.search(r"(^|\| )jq ", example)]


def test_every_jq_example_of_the_manual_answers_its_question(any_place):
    quick = any_place.container("quick", OBEDIENT)
    slow = any_place.container("slow", STUBBORN, annotations={STOP_SIGNAL: "SIGQUIT"})
    listed = any_place.cstop("--list", "--json")
    deaf = any_place.make("deaf", process=["sleep", "1000"]).run()
    deaf.init.wait_until_called("sleep")
    deaf.init.wait_until_asleep()
    explained = any_place.cstop("--dry-run", "--json", deaf.id, quick.id)
    stopped = any_place.cstop("--json", "-t", "0.3", quick.id, slow.id, "nobody")
    assert stopped.status == 3
    (any_place.directory / "stops.log").write_text(stopped.out)
    duration = stopped.objects[1]["duration_ms"]
    (any_place.directory / "listed").write_text(listed.out)
    (any_place.directory / "explained").write_text(explained.out)
    (any_place.directory / "cstop").write_text("#!/bin/sh\n[ $1 = --list ] && exec cat listed\nexec cat explained\n")
    (any_place.directory / "cstop").chmod(0o755)
    answers = {}
    for example in read_examples():
        environment = ENVIRONMENT | {"PATH": f"{any_place.directory}:{ENVIRONMENT['PATH']}"}
        ended = subprocess.run(
            ["sh", "-c", example], cwd=any_place.directory, env=environment, capture_output=True, text=True, check=False
        )
        assert (ended.returncode, ended.stderr) == (0, ""), example
        answers[example] = ended.stdout
    assert list(answers.values()) == [
        f"{slow.id}\t{duration}\n",
        f"{quick.id}\t3\n{slow.id}\tSIGKILL\n",
        json.dumps(["nobody", stopped.objects[2]["error"], []], separators=(",", ":")) + "\n",
        json.dumps({"not_found": 1, "stopped": 2}, indent=2) + "\n",
        f"{slow.id}\tSIGQUIT\t{listed.objects[1]['signal_source']}\n",
        f"{deaf.id}\n",
    ]


def test_the_schema_refuses_what_is_no_such_object(any_place):
    web = any_place.container("web", OBEDIENT)
    [told] = any_place.cstop("--json", web.id).objects
    changes = {
        "version": 2, "word": "", "id": "a/b", "pid": 1, "status": "dead", "signal": "TERM", "schedule": "TERM/5",
        "timeout_ms": -1, "outcome": "gone", "exit": {"signal": 9}, "warnings": [""], "restart": {}, "error": "",
        "steps": [{"signal": "SIGTERM"}], "leftovers": None, "survivors": [{"pid": 2}], "evidence": {},
    }  # fmt: skip
    for key, value in changes.items():
        changed = copy.deepcopy(told) | {key: value}
        with pytest.raises(jsonschema.ValidationError):
            check_object(changed)
    for key in told:
        with pytest.raises(jsonschema.ValidationError):
            check_object({other: told[other] for other in told if other != key})
    with pytest.raises(jsonschema.ValidationError):
        check_object(told | {"other": 1})


def test_the_manual_names_every_key_of_the_schema():
    schema = json.loads((SOURCE / "tests" / "data" / "cstop.schema.json").read_text(encoding="utf-8"))
    manual = (SOURCE / "man" / "cstop.1").read_text(encoding="utf-8")
    section = manual[manual.index(".Sh JSON\n") : manual.index(".Sh ENVIRONMENT\n")]
    evidence = section[section.index(".It Cm evidence\n") : section.index(".It Cm warnings\n")]
    inner = schema["properties"]["evidence"]["oneOf"][1]
    of_evidence = re.findall(r"^\.It Cm (\w+)$", evidence, re.MULTILINE)
    assert of_evidence == ["evidence", *inner["required"]]
    assert set(inner["properties"]) == set(inner["required"])
    for key in inner["properties"]:
        for part in re.findall(r'"required": \[(.*?)\]', json.dumps(inner["properties"][key])):
            assert all(re.search(rf"\b{word}\b", evidence) for word in re.findall(r"\w+", part)), (key, part)
    keys = re.findall(r"^\.It Cm (\w+)$", section.replace(evidence, ".It Cm evidence\n"), re.MULTILINE)
    assert keys == schema["required"]
    assert set(schema["properties"]) == set(schema["required"])


def test_objects_are_valid_whatever_bytes_a_name_has(any_place):
    """The annotation is text that anybody may write; the source of a signal names it."""
    nasty = "\x1b[2J\u202e\x00\u6771\ud7ff\"\\"
    web = any_place.container("web", OBEDIENT, annotations={STOP_SIGNAL: nasty.replace("\x00", "\x01")})
    ended = any_place.cstop("--json", "--dry-run", web.id)
    assert ended.status == 0 and ended.out.isascii()
    [told] = ended.objects
    assert told["signal"] == "SIGTERM" and told["warnings"]
    assert any_place.cstop("--json", web.id).objects[0]["outcome"] == "stopped"
