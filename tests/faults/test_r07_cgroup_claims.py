"""R7, R9, F23: which cgroups are killed. Not what a state file says, unless they are the container's."""

import json
from pathlib import Path

import cgroups
import pytest
from claims import claim, read_claim
from containers import OBEDIENT, STUBBORN
from cstop import BINARY, Running
from processes import Process
from views import kind_of_host

FAKES = {"cgroup.kill": "", "cgroup.procs": "", "cgroup.freeze": "0\n", "freezer.state": "THAWED\n"}


@pytest.fixture
def fake(tmp_path, canary):
    """A directory that looks like a cgroup with the canary in it."""
    directory = tmp_path / "fake"
    directory.mkdir()
    for name, content in FAKES.items():
        (directory / name).write_text(f"{canary.pid}\n" if name == "cgroup.procs" else content)
    yield directory
    for name, content in FAKES.items():
        assert name == "cgroup.procs" or (directory / name).read_text() == content


def claim_paths(container, change):
    """Each path in the state, changed."""
    truth = read_claim(container, "cgroups")
    changed = {key: change(path) for key, path in truth.items()} if isinstance(truth, dict) else change(truth)
    return claim(container, cgroups=changed)


def check_only_init_is_killed(place, web, other):
    ended = place.cstop("-v", "-t", "0", "--kill-timeout", "2", web.id)
    assert (ended.status, ended.names) == (0, [web.id]), ended.err
    assert "only init was killed" in ended.err
    assert not web.init.is_alive()
    assert other.is_untouched() and not other.is_frozen()


@pytest.mark.parametrize("kind", ["nothing", "another's", "a fake", "a climb to a fake", "a symlink"])
def test_r07_a_cgroup_that_is_not_the_containers_is_not_killed(place, fake, tmp_path, kind):
    web, other = place.container("web", STUBBORN), place.container("other", STUBBORN)
    link = tmp_path / "link"
    link.symlink_to(other.cgroups()[0])
    change = {
        "nothing": lambda path: "",
        "another's": lambda path: path.replace(web.id, other.id),
        "a fake": lambda path: str(fake),
        "a climb to a fake": lambda path: path + "/.." * 20 + str(fake),
        "a symlink": lambda path: path + "/.." * 20 + str(link),
    }[kind]
    with claim_paths(web, change):
        check_only_init_is_killed(place, web, other)


def test_r07_a_cgroup_above_the_container_is_not_killed(place):
    parent = place.prefix + "parent"
    web, other = (place.container(name, STUBBORN, cgroup=f"/{parent}/{place.id(name)}") for name in ("web", "other"))
    with claim_paths(web, lambda path: path.removesuffix("/" + web.id)):
        check_only_init_is_killed(place, web, other)


def make_room(cgroup):
    """A v2 cgroup with controllers below it has no processes of its own (cgroups(7))."""
    if not (cgroup / "cgroup.controllers").exists():
        return cgroup
    room = cgroup / "room"
    room.mkdir()
    return room


def write_join(directory, joined):
    """A program that runs another one in these cgroups."""
    join = directory / "join"
    entries = "".join(f"echo $$ >{cgroup}/cgroup.procs\n" for cgroup in joined)
    join.write_text(f'#!/bin/sh -e\n{entries}exec "$@"\n')
    join.chmod(0o755)
    return join


def test_r07_a_cgroup_that_cstop_itself_is_in_is_not_killed(place, tmp_path):
    """A throw-away one: nobody else is in it, should it be killed after all."""
    parent = place.prefix + "parent"
    web = place.container("web", STUBBORN, cgroup=f"/{parent}/{place.id('web')}")
    other = place.container("other", STUBBORN)
    join = write_join(tmp_path, [make_room(cgroup) for cgroup in cgroups.find(parent)])
    usual, place.view.enter = place.view.enter, lambda command: [str(join), *usual(command)]
    try:
        with claim_paths(web, lambda path: path.removesuffix("/" + web.id)):
            check_only_init_is_killed(place, web, other)
    finally:
        place.view.enter = usual


def show_host(container, rootfs):
    """What cstop needs of the host, at its own place in the container."""
    rootfs.mkdir()
    file = container.bundle / "config.json"
    config = json.loads(file.read_text(encoding="utf-8"))
    config["root"] = {"path": str(rootfs), "readonly": False}
    config["mounts"] = [mount for mount in config["mounts"] if mount["destination"] != "/notes"]
    config["process"]["args"] = ["sleep", "1000"]
    needed = ["/usr", "/bin", "/lib", "/lib64", *("/" + path.parts[1] for path in (BINARY, container.place.root))]
    for path in filter(Path.exists, map(Path, dict.fromkeys(needed))):
        if path.is_symlink():
            (rootfs / path.name).symlink_to(path.readlink())
        else:
            config["mounts"].append(
                {"destination": str(path), "type": "bind", "source": str(path), "options": ["rbind", "rw"]}
            )
    file.write_text(json.dumps(config), encoding="utf-8")


def test_r07_from_within_a_container_its_init_alone_is_killed(place, tmp_path):
    """As with `docker exec` into a container that sees the processes and the state files of the host."""
    web = place.make("web", shared_pids=True)
    show_host(web, tmp_path / "rootfs")
    web.run()
    join = write_join(tmp_path, web.cgroups())
    inside = ["nsenter", f"--mount=/proc/{web.pid}/ns/mnt", "--", *place.command("-t", "0", web.id)]
    ended = Running([str(join), *inside]).ended()
    assert (ended.status, ended.names) == (0, [web.id]), ended.err
    assert "only init was killed" in ended.err
    assert not web.init.is_alive()


def test_r07_a_neighbour_whose_id_is_the_end_of_its_id_does_not_claim_an_init(place):
    """Where cstop sees no cgroup, as in a container of its own: the longest id tells whose a cgroup is."""
    other = place.container("web", OBEDIENT)
    web = place.container(f"app-{other.id}", OBEDIENT)
    blind = ["unshare", "--mount", "--propagation", "private", "sh", "-c", 'umount -R /sys/fs/cgroup && exec "$@"', "sh"]
    ended = Running(place.view.enter([*blind, *place.command(web.id)])).ended()
    assert (ended.status, ended.names) == (0, [web.id]), ended.err
    assert web.received() == ["TERM"]
    assert other.is_untouched()


@pytest.mark.parametrize("runtime", ["runc", "crun"] if kind_of_host() != "v1" else [])
def test_r07_a_cgroup_of_the_same_id_in_cstops_own_namespace_is_not_killed(make_place, canary, runtime):
    """As in an engine's container that sees the processes and the state files of the host: "/ID" is another there."""
    place = make_place(runtime, "v2")
    parent = place.prefix + "parent"
    web = place.container("web", STUBBORN)
    place.container("other", STUBBORN, cgroup=f"/{parent}/{place.id('other')}")
    room = next(cgroup for cgroup in cgroups.find(parent) if (cgroup / "cgroup.kill").exists()) / "room"
    same = room / web.id
    same.mkdir(parents=True)
    (same / "cgroup.procs").write_text(str(canary.pid), encoding="ascii")
    mount = 'umount -R /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup && exec "$@"'
    inside = ["unshare", "--cgroup", "--mount", "--propagation", "private", "sh", "-c", mount, "sh"]
    script = f'echo $$ >{room}/cgroup.procs; exec "$@"'
    options = ["-t", "0", "--kill-timeout", "2"]
    ended = Running(["sh", "-c", script, "sh", *inside, *place.command(*options, web.id)]).ended()
    cgroups.move_to_roots(canary.pid)  # whoever is in the test's cgroups is killed in its end
    assert (ended.status, ended.names) == (0, [web.id]), ended.err
    assert "only init was killed" in ended.err and "cgroup namespace" in ended.err
    assert not web.init.is_alive()
    assert canary.poll() is None


@pytest.mark.parametrize("runtime", ["runc", "crun"] if kind_of_host() != "v1" else [])
def test_r07_cstop_inside_with_a_cgroup_namespace_does_not_kill_itself(make_place, runtime):
    """There cstop is in "/", as if it were not below anything; the hierarchy is mounted whole, as on the host."""
    place = make_place(runtime, "v2")
    web = place.container("web", STUBBORN)
    own = next(cgroup for cgroup in cgroups.find(web.id) if (cgroup / "cgroup.kill").exists())
    script = f'echo $$ >{own}/cgroup.procs; exec "$@"'
    inside = place.view.enter(["unshare", "--cgroup", *place.command("-t", "0", "--kill-timeout", "2", web.id)])
    ended = Running(["sh", "-c", script, "sh", *inside]).ended()
    assert (ended.status, ended.names) == (0, [web.id]), ended.err
    assert "only init was killed" in ended.err
    assert not web.init.is_alive()


def leave(pid, *, but):
    """Out of the container's cgroup in every hierarchy but one."""
    for mount, _ in cgroups.mounts():
        if not but.is_relative_to(mount):
            (mount / "cgroup.procs").write_text(str(pid), encoding="ascii")


@pytest.mark.parametrize("runtime_and_kind", [("runc", "hybrid"), ("crun", "v1")] if kind_of_host() == "hybrid" else [], ids="-".join)
@pytest.mark.parametrize("grace", ["0", "10"])
@pytest.mark.parametrize("shared_pids", [False, True], ids=["private-pids", "shared-pids"])
def test_r09_whoever_is_left_in_one_hierarchy_only_is_killed(runtime_and_kind, make_place, shared_pids, grace):
    place = make_place(*runtime_and_kind)
    web = place.container("web", OBEDIENT, shared_pids=shared_pids, before="sleep 1000 &" * 16)
    children = [Process(pid) for pid in web.members() if pid != web.pid]
    hierarchies = [cgroup for cgroup in web.cgroups() if (cgroup / "tasks").exists()]
    assert len(hierarchies) > 4
    # One more than is there of each kind stays in all.
    for child, hierarchy in zip(children, hierarchies, strict=False):
        leave(child.pid, but=hierarchy)
    ended = place.cstop("--json", "-t", grace, web.id)
    assert ended.status == 0, ended.err
    if shared_pids and grace != "0":
        assert ended.objects[0]["leftovers"] == len(children)
    for child in children:
        assert not child.is_alive()
        child.close()
    assert web.is_gone() and not web.is_frozen()


@pytest.mark.parametrize("grace", ["0", "0.2"])
def test_f23_an_init_that_left_its_cgroup_and_those_that_stayed_are_killed(place, grace):
    web = place.container("web", STUBBORN, shared_pids=True, before="sleep 1000 & sleep 1000 &")
    cgroups.move_to_roots(web.pid)
    assert len(web.members()) == 3
    ended = place.cstop("-t", grace, "--kill-timeout", "2", web.id)
    assert (ended.status, ended.names) == (0, [web.id]), ended.err
    assert web.is_gone() and not web.is_frozen()
