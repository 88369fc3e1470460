"""What the README shows is what happens."""

import os
import re
import shlex
import subprocess

import pytest
from containers import STOP_SIGNAL, STUBBORN
from cstop import ENVIRONMENT


def blocks(source, language, heading):
    text = (source / "README.md").read_text(encoding="utf-8")
    section = text[text.index(f"\n## {heading}\n") + 1 :]
    section = section[: section.index("\n## ")]
    return re.findall(rf"^```{language}\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)


@pytest.fixture
def shell(any_place, tmp_path):
    """A shell in which `cstop` looks only at the test's own containers, which are called without their prefix."""
    directory = tmp_path / "shell"
    directory.mkdir()
    script = f"""#!/bin/bash
for word; do
    case $word in web | db) word={any_place.prefix}$word ;; esac
    words+=("$word")
done
exec {shlex.join(any_place.command())} "${{words[@]}}"
"""
    (directory / "cstop").write_text(script, encoding="utf-8")
    (directory / "cstop").chmod(0o755)
    environment = ENVIRONMENT | {"PATH": f"{directory}:{ENVIRONMENT['PATH']}", "HOME": str(directory)}

    def run(command):
        ended = subprocess.run(
            any_place.view.enter(["bash", "-c", f"cd {directory}; {command}"]),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment,
            text=True,
            timeout=120,
            check=False,
        )
        return ended.stdout.replace(any_place.prefix, "")

    run.directory = directory
    return run


def masked(line):
    """Without pids, times, and the width of columns."""
    line = re.sub(r"\b[\d.]+ m?s(?=[:,])", "N ms", " ".join(line.split()))
    line = re.sub(r"running \d+ \S+ ", "running PID UPTIME ", line)
    line = re.sub(r"^status running, up \S+$", "status running, up UPTIME", line)
    line = re.sub(r"^state file /\S+/(\w+/state\.json)$", r"state file ROOT/\1", line)
    line = re.sub(r"^init pid \d+ ", "init pid PID ", line)
    line = re.sub(r"^cgroup /\S*web \(.*v2.*\)$", "cgroup PATH (HIERARCHIES)", line)
    line = re.sub(r"^processes 2: \d+ \((sh|sleep)\), \d+ \((sh|sleep)\)$", "processes 2: NAMES", line)
    return re.sub(r" in /sys/fs/cgroup/(\S+/)?web$", " in CGROUP", line)


def is_shown(line):
    """Not a second cgroup: a machine whose hierarchies lie apart has a line for each."""
    return not re.match(r"^ +/\S+ \([\w=, ]+\)$", line)


@pytest.mark.newer_kernel("the README shows a signal that goes through a pidfd")
def test_the_console_shows_what_happens(any_place, source, shell):
    any_place.container("web", {"QUIT": "exit 3", "TERM": ":"}, annotations={STOP_SIGNAL: "SIGQUIT"})
    any_place.container("db", STUBBORN)
    [console] = blocks(source, "console", "Use")
    commands = re.findall(r"^# (.*)\n((?:(?!# ).*\n)*)", console, re.MULTILINE)
    assert len(commands) == 4
    for command, expected in commands:
        shown = [line for line in shell(command).splitlines() if is_shown(line)]
        assert [masked(line) for line in shown] == [masked(line) for line in expected.splitlines()], command



@pytest.mark.once
def test_the_clush_recipe_stops_and_tells_what_did_not_go_well(any_place, source, shell):
    web = any_place.container("web", STUBBORN)
    recipe = blocks(source, "sh", "Many hosts")[0]
    assert recipe.startswith("clush -w 'node[1-3]' ") and "-t 30" in recipe
    said = shell("set -e\n" + recipe.replace("clush ", "clush -R exec ", 1).replace("-t 30", "-t 1"))
    assert web.is_gone()
    lines = (shell.directory / "stops.json").read_text(encoding="utf-8").splitlines()
    hosts = sorted(re.search(r'^{"host":"(\w+)"', line)[1] for line in lines)
    assert hosts == ["node1", "node2", "node3"], said
    assert any("\tweb\tstopped" in line for line in said.splitlines()), said


@pytest.mark.once
def test_the_ansible_recipe_stops_and_keeps_a_file_a_host(any_place, source, shell):
    web = any_place.container("web", {"TERM": "exit 3"})
    recipe = blocks(source, "sh", "Many hosts")[1]
    assert recipe.startswith("ansible nodes -i nodes.ini ")
    (shell.directory / "nodes.ini").write_text("[nodes]\nnode1\nnode2\n", encoding="utf-8")
    local = "ansible -c local -e ansible_python_interpreter=/usr/bin/python3 "
    said = shell("set -e\n" + recipe.replace("ansible ", local, 1))
    assert web.is_gone(), said
    lines = (shell.directory / "stops.json").read_text(encoding="utf-8").splitlines()
    assert sorted(line.split('"')[3] for line in lines) == ["node1", "node2"], said
    assert any('"outcome":"stopped"' in line for line in lines)
    assert sorted(os.listdir(shell.directory / "results")) == ["node1", "node2"]
