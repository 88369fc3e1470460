"""Completions, asked of the real shells; and the same options everywhere."""

import json
import os
import pty
import re
import select
import signal
import subprocess
import time

import pytest
from containers import OBEDIENT
from cstop import BINARY, ENVIRONMENT
from fixtures import PLACES

SHELL_ENVIRONMENT = ENVIRONMENT | {"PATH": f"{BINARY.parent}:{ENVIRONMENT['PATH']}", "TERM": "dumb"}

BASH = r"""
source /usr/share/bash-completion/bash_completion
source "$1"
shift
COMP_LINE=$1
shift
COMP_POINT=${#COMP_LINE} COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
compopt() { :; }  # only for a completion that readline asked for
_cstop cstop
printf '%s\n' "${COMPREPLY[@]}"
"""


def run(directory, *command):
    ended = subprocess.run(
        command,
        cwd=directory,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env=SHELL_ENVIRONMENT | {"HOME": str(directory), "XDG_CONFIG_HOME": str(directory)},
        timeout=120,
        check=False,
    )
    assert not ended.stderr, ended.stderr
    return ended.stdout.splitlines()


def bash_offers(source, directory, words, wanted):
    # Readline hands them over in parts, and wants only what stands behind the last `=`.
    parts = [part for word in words for part in re.split(r"(=)", word) if part]
    script = str(source / "completions" / "cstop.bash")
    offered = set(run(directory, "bash", "-c", BASH, "bash", script, " ".join(words), *parts))
    return {word if word.endswith("=") else word.rpartition("=")[2] for word in wanted} <= offered


def fish_offers(source, directory, words, wanted):
    script = f"source {source}/completions/cstop.fish; complete -C '{' '.join(words)}'"
    return wanted <= {line.split("\t")[0] for line in run(directory, "fish", "--no-config", "-c", script)}


def zsh_offers(source, directory, words, wanted):
    """Typed at a prompt, with a tab after it: everything that is offered appears."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(directory)
        os.execve("/usr/bin/zsh", ["zsh", "-f", "-i"], SHELL_ENVIRONMENT | {"HOME": str(directory)})
    shown = ""

    def wait_for(is_there):
        nonlocal shown
        deadline = time.monotonic() + 60
        while not is_there(shown) and time.monotonic() < deadline:
            if select.select([terminal], [], [], 0.5)[0]:
                shown += os.read(terminal, 65536).decode(errors="replace")
        return is_there(shown)

    try:
        os.write(terminal, b"stty columns 4000; PROMPT='ready> '; LISTMAX=1000\n")
        setup = f"fpath=({source}/completions $fpath); autoload -Uz compinit; compinit -u -D; print is-set-${{:-up}}\n"
        os.write(terminal, setup.encode())
        assert wait_for(lambda text: "is-set-up" in text), shown
        shown = ""
        os.write(terminal, " ".join(words).encode() + b"\t\t")
        typed = words[-1]
        return wait_for(lambda text: all(one in text.replace(typed + "\x07", "") for one in wanted))
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(terminal)


@pytest.fixture(params=[bash_offers, fish_offers, zsh_offers], ids=["bash", "fish", "zsh"])
def offers(request, source, tmp_path):
    return lambda words, *wanted: request.param(source, tmp_path, ["cstop", *words], set(wanted))


def test_ids_of_running_containers_are_offered(any_place, offers):
    web, db = any_place.container("web", OBEDIENT), any_place.container("db", OBEDIENT)
    assert offers(["--root", str(any_place.root), any_place.prefix], web.id, db.id)


def test_names_of_running_containers_are_offered(make_place, tmp_path, offers):
    """As nerdctl names them, in a root like containerd's."""
    root = tmp_path / "containerd" / "runc" / "shop"
    root.parent.mkdir(parents=True)
    place = make_place(*PLACES[0], root=root)
    place.container("web", OBEDIENT, annotations={"nerdctl/name": "frontend"})
    assert offers(["--root", str(root), "fron"], "frontend")
    assert offers(["--root", str(root), "--namespace", "sh"], "shop")


def test_options_and_their_values_are_offered(offers):
    assert offers(["--fail"], "--fail-on-kill")
    assert offers(["--engine", "crun"[:2]], "crun")
    assert offers(["--signal", "QU"], "QUIT")
    assert offers(["--color", "al"], "always")
    assert offers(["--filter", "sta"], "status=")


@pytest.fixture
def pod_place(make_place, tmp_path):
    """Containers of Kubernetes, as containerd's CRI tells runc of them."""
    root = tmp_path / "containerd" / "runc" / "k8s.io"
    root.parent.mkdir(parents=True)
    place = make_place(*PLACES[0], root=root)
    cri = "io.kubernetes.cri."
    place.container(
        "web", OBEDIENT,
        annotations={cri + "container-type": "container", cri + "container-name": "web", cri + "sandbox-name": "shop-6c",
                     cri + "sandbox-namespace": "default", cri + "sandbox-id": place.id("box")},
    )  # fmt: skip
    return place


def test_pods_are_offered(pod_place, offers):
    assert offers(["--root", str(pod_place.root), "--pod", "def"], "default/shop-6c")


def test_values_of_filters_are_offered(pod_place, offers):
    root = ["--root", str(pod_place.root), "--filter"]
    assert offers([*root, "na"], "name=", "namespace=")
    assert offers([*root, "engine=k"], "engine=kubernetes")
    assert offers([*root, "status=pau"], "status=paused")
    assert offers([*root, "name=w"], "name=web")
    assert offers([*root, "id=cstop-"], "id=" + pod_place.id("web"))
    assert offers([*root, "namespace=k"], "namespace=k8s.io")
    assert offers([*root, "pod=sh"], "pod=shop-6c")


def test_files_are_offered_for_a_cidfile(offers, tmp_path):
    (tmp_path / "web-7.cid").write_text("web")
    assert offers(["--cidfile", "web-"], "web-7.cid")


@pytest.mark.parametrize("shell", ["bash", "zsh"])
@pytest.mark.parametrize(
    ("typed", "wanted"),
    [("-f engine=pod", "-f engine=podman"), ("--filter=status=pau", "--filter=status=paused"), ("--filter lab", "--filter label=")],
)
def test_a_filter_is_completed_on_the_line(source, tmp_path, shell, typed, wanted):
    """What really stands at the prompt after a tab."""
    setup = {
        "bash": f"source /usr/share/bash-completion/bash_completion; source {source}/completions/cstop.bash",
        "zsh": f"fpath=({source}/completions $fpath); autoload -Uz compinit; compinit -u -D",
    }[shell]
    command = {"bash": ["bash", "--norc", "--noprofile", "-i"], "zsh": ["zsh", "-f", "-i"]}[shell]
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(tmp_path)
        os.execvpe(command[0], command, SHELL_ENVIRONMENT | {"HOME": str(tmp_path)})
    shown = ""
    try:
        os.write(terminal, f"{setup}; stty columns 4000; print() {{ printf '%s\\n' \"$1\"; }}; print is-set-$((40+2))\n".encode())
        for keys, end in (("", "is-set-42"), (f"cstop {typed}\t\x01print 'LINE \x05'\n", f"LINE cstop {wanted}")):
            os.write(terminal, keys.encode())
            deadline = time.monotonic() + 60
            while f"\n{end}" not in shown.replace("\r", "\n"):
                assert time.monotonic() < deadline, shown
                if select.select([terminal], [], [], 0.5)[0]:
                    shown += os.read(terminal, 65536).decode(errors="replace")
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(terminal)


def test_a_name_that_a_shell_would_execute_is_neither_offered_nor_executed(make_place, tmp_path, offers):
    """The annotation is text that whoever built the image wrote, and the name would stand on root's command line."""
    root = tmp_path / "containerd" / "runc" / "shop"
    root.parent.mkdir(parents=True)
    place = make_place(*PLACES[0], root=root)
    name = "front$(touch${IFS}marker)`touch${IFS}marker`;touch${IFS}marker"
    place.container("web", OBEDIENT, annotations={"nerdctl/name": name})
    assert json.loads(place.cstop("--list", "--json").out)["name"] == name
    # The other word shows that everything was offered.
    assert offers(["--root", str(root), "cstop-"], place.id("web"))
    assert not offers(["--root", str(root), "fro"], name)
    assert not list(tmp_path.rglob("marker"))


def options_of_help():
    text = subprocess.run([BINARY, "--help"], capture_output=True, text=True, check=True).stdout
    text = text[: text.index("Examples:")]
    rows = re.findall(r"^ {2,6}(?:(-\w), )?(--[a-z-]+)", text, re.MULTILINE)
    aliases = re.findall(r"(--[a-z-]+) is\s+the same", text)
    return {name for row in rows for name in row if name} | set(aliases)


def options_of_manual(source):
    names = set()
    for line in (source / "man" / "cstop.1").read_text(encoding="utf-8").splitlines():
        if re.match(r"\.It Fl ", line):
            names |= {f"--{name}" for name in re.findall(r"Fl Fl ([a-z-]+)", line)}
            names |= {f"-{name}" for name in re.findall(r"(?<!Fl )Fl (\w)(?= |$)", line)}
    return names


def test_help_manual_and_completions_have_the_same_options(source):
    completions = source / "completions"
    bash = re.search(r"-W '(-a --all.*?)'", (completions / "cstop.bash").read_text(encoding="utf-8"), re.DOTALL)[1].split()
    zsh = (completions / "_cstop").read_text(encoding="utf-8")
    zsh = re.findall(r"(?<=['\"{,*])(--?[a-z-]+|-V)(?=[=\[,}])", zsh[zsh.index("_arguments") :])
    fish = (completions / "cstop.fish").read_text(encoding="utf-8")
    fish = "\n".join(line for line in fish.splitlines() if line.startswith("complete "))
    fish = [f"--{name}" for name in re.findall(r" -l ([a-z-]+)", fish)] + [f"-{c}" for c in re.findall(r" -s (\w)", fish)]
    wanted = options_of_help()
    assert len(wanted) > 30
    assert options_of_manual(source) == wanted
    assert set(bash) == wanted
    assert set(zsh) == wanted
    assert set(fish) == wanted
