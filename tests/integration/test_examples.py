"""The commands that the README and the manual show do what they are shown for."""

import json
import re
import shlex
import subprocess

import pytest
from containers import OBEDIENT
from cstop import ENVIRONMENT, SOURCE
from fixtures import PLACES

# Whom each of them stops; web, db and the two of the pod are all that is there.
STOPPED = {
    # README, Use
    "cstop web": {"web"},
    "cstop -t 1m30s web db": {"web", "db"},
    "cstop -t 0 web": {"web"},
    "cstop -t -1 web": {"web"},
    "cstop --list": set(),
    "cstop --dry-run web": set(),
    "cstop --all": {"web", "db", "shop/web", "sandbox"},
    "cstop --filter label=app=shop": {"web"},
    "cstop --all --engine docker": set(),
    "cstop shop/web": {"shop/web"},
    "cstop --pod shop": {"shop/web", "sandbox"},
    "cstop --json web": {"web"},
    "cstop --cidfile /run/web.cid": {"web"},
    "generate-ids | cstop -": {"web", "db"},
    # manual, EXAMPLES
    "cstop --list --filter status=paused": set(),
    "cstop --dry-run --all": set(),
    "cstop --ignore --fail-on-kill --cidfile job.cid": {"web"},
    "runc list -q | cstop -t 5 -": {"web", "db"},
    "cstop --schedule HUP/5/forever/TERM/1 web": {"web"},
    "cstop --all -t 30 --json > stops.log": {"web", "db", "shop/web", "sandbox"},
}


def commands_of_readme():
    text = (SOURCE / "README.md").read_text(encoding="utf-8")
    block = re.search(r"^## Use\n\n```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)[1]
    return [line.partition("  #")[0].rstrip() for line in block.splitlines()]


def commands_of_manual():
    text = (SOURCE / "man" / "cstop.1").read_text(encoding="utf-8")
    section = text[text.index(".Sh EXAMPLES\n") : text.index(".Sh SEE ALSO\n")]
    return [re.sub(r"\\-", "-", line[6:]) for line in re.findall(r"^\.Dl [$#] .*$", section, re.MULTILINE)]


COMMANDS = list(dict.fromkeys(commands_of_readme() + commands_of_manual()))


def test_every_command_that_is_shown_is_known_here():
    assert len(commands_of_readme()) > 10 and len(commands_of_manual()) > 5
    assert set(COMMANDS) == set(STOPPED)


@pytest.fixture
def world(any_place, make_place, tmp_path):
    """{name: container}, and a shell in which `cstop` and `runc` know only these."""
    root = tmp_path / "containerd" / "runc" / "k8s.io"
    root.parent.mkdir(parents=True)
    pods = make_place(*PLACES[0], root=root)
    cri = "io.kubernetes.cri."
    pod = {cri + "sandbox-name": "shop", cri + "sandbox-namespace": "default", cri + "sandbox-id": pods.id("sandbox")}
    containers = {
        "web": any_place.container("web", OBEDIENT | {"HUP": ":"}, annotations={"app": "shop"}),
        "db": any_place.container("db", OBEDIENT),
        "sandbox": pods.container("sandbox", OBEDIENT, annotations=pod | {cri + "container-type": "sandbox"}),
        "shop/web": pods.container(
            "web", OBEDIENT, annotations=pod | {cri + "container-type": "container", cri + "container-name": "web"}
        ),
    }
    directory = tmp_path / "shell"
    directory.mkdir()
    ids = {name: containers[name].id for name in ("web", "db")}
    for name in ("web.cid", "job.cid"):
        (directory / name).write_text(ids["web"])
    programs = {
        # The test's containers are called without their prefix.
        "cstop": f"""
            for word; do
                case $word in web) word={ids["web"]};; db) word={ids["db"]};; esac
                words+=("$word")
            done
            exec {shlex.join(any_place.command("--root", root))} "${{words[@]}}" """,
        "runc": f'exec /usr/sbin/runc --root {any_place.root} "$@"',
        "generate-ids": f"echo {ids['web']}; echo; echo {ids['db']}",
    }
    for name, text in programs.items():
        (directory / name).write_text(f"#!/bin/bash\n{text}\n")
        (directory / name).chmod(0o755)

    def run(command):
        script = f"set -o pipefail; cd {directory}; {command.replace('/run/web.cid', str(directory / 'web.cid'))}"
        return subprocess.run(
            any_place.view.enter(["bash", "-c", script]), stdin=subprocess.DEVNULL, capture_output=True, text=True,
            env=ENVIRONMENT | {"PATH": f"{directory}:{ENVIRONMENT['PATH']}"}, timeout=120, check=False,
        )  # fmt: skip

    return containers, run


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_that_is_shown_stops_whom_it_is_shown_for(world, command):
    containers, run = world
    ended = run(command)
    assert ended.returncode == 0, ended
    assert {name for name, container in containers.items() if not container.init.is_alive()} == STOPPED[command], ended
    untouched = [container for name, container in containers.items() if name not in STOPPED[command]]
    assert all(container.is_untouched() for container in untouched)
    if command == "cstop -t 0 web":
        assert containers["web"].received() == []
    if "HUP/5" in command:
        assert containers["web"].received() == ["HUP", "TERM"]
    if command == "cstop --list":
        assert all(container.id in ended.stdout for container in containers.values())


def test_the_kubectl_recipe_stops_from_a_privileged_container_in_the_hosts_namespaces(world, make_place, source):
    """`kubectl` is played by the runtime: what `kubectl debug node/... --profile=sysadmin` makes of the node is a container in
    the host's pid, network and IPC namespaces, with all capabilities and the host's root at /host. There is no API server."""
    containers, _ = world
    target = containers["shop/web"].place
    place = make_place(*PLACES[0])
    text = (source / "README.md").read_text(encoding="utf-8")
    recipe = re.search(r"^```sh\n(kubectl debug .*?)^```$", text, re.MULTILINE | re.DOTALL)[1]
    debugger = make_debugger(place)
    binary = place.directory / "cstop-on-the-node"
    directory = place.directory / "shell"
    directory.mkdir()
    runtime = shlex.join([place.runtime_name, "--root", str(place.root)])
    (directory / "kubectl").write_text(f"""#!/bin/bash
        set -e
        verb=$1; shift
        case $verb in
            debug) [ "$*" = "node/node1 --image=busybox --profile=sysadmin -- sleep 600" ];;
            cp) exec {runtime} exec {debugger.id} sh -c "cat >${{2#*:}} && chmod 755 ${{2#*:}}" <"$1";;
            exec) [ "$1 $2" = "{debugger.id} --" ]; shift 2; exec {runtime} exec {debugger.id} "$@";;
            delete) [ "$*" = "pod {debugger.id}" ];;
            *) exit 2;;
        esac
        """)
    (directory / "kubectl").chmod(0o755)
    recipe = recipe.replace("/tmp/cstop ", f"{binary} --root {target.root} ").replace("/tmp/cstop\"", f'{binary}"')
    recipe = recipe.replace("build/src/cstop", str(place.command()[-3]))
    ended = subprocess.run(
        place.view.enter(["bash", "-c", f"set -e; pod={debugger.id}\n{recipe}"]), stdin=subprocess.DEVNULL,
        capture_output=True, text=True, env=ENVIRONMENT | {"PATH": f"{directory}:{ENVIRONMENT['PATH']}"}, timeout=120, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended
    assert "default/shop/web" in ended.stdout and ended.stdout.endswith("shop/web\n")
    assert containers["shop/web"].received() == ["TERM"] and containers["shop/web"].is_gone()
    assert containers["sandbox"].is_untouched() and containers["web"].is_untouched()
    assert debugger.init.is_alive()


def make_debugger(place):
    debugger = place.make("debugger", script="", process=["sleep", "600"])
    file = debugger.bundle / "config.json"
    config = json.loads(file.read_text(encoding="utf-8"))
    dump = subprocess.run(["setpriv", "--dump"], capture_output=True, text=True, check=True).stdout
    bounding = re.search(r"Capability bounding set: (.*)", dump)[1].split(",")
    names = [f"CAP_{name.upper()}" for name in bounding if not name.startswith("cap_")]
    config["process"]["capabilities"] = {key: names for key in ("bounding", "effective", "permitted")}
    config["linux"]["namespaces"] = [{"type": "mount"}]
    for key in ("maskedPaths", "readonlyPaths", "seccomp"):
        config["linux"].pop(key, None)
    config.pop("hostname", None)
    config["mounts"].append(
        {"destination": "/host", "type": "bind", "source": "/", "options": ["rbind", "rprivate", "rw"]}
    )
    file.write_text(json.dumps(config), encoding="utf-8")
    return debugger.run()
