"""Containers of a user who is not root, without delegated cgroups."""

import json
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from containers import OBEDIENT, STOP_SIGNAL, STUBBORN, Place, make_rootfs
from cstop import BINARY, Running
from fixtures import PLACES

NOBODY = 65534


class UserPlace(Place):
    """A place whose runtime, and whose cstop if asked for, run as nobody."""

    user = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
    spec_options = ("--rootless",)

    def make_config(self):
        config = super().make_config()
        # Without delegated cgroups and with one mapped user there is nothing to limit and nobody to become.
        config["linux"].pop("resources", None)
        config["process"].pop("rlimits", None)
        return config

    def cstop_as_user(self, *arguments, environment=None, root=True):
        # The build directory may be below a directory that only root may enter.
        binary = shutil.copy(BINARY, self.directory / "cstop")
        command = [binary if word == str(BINARY) else word for word in self.command(*arguments, root=root)]
        return Running(self.view.enter([*self.user, *command]), environment=environment).ended()


@pytest.fixture
def open_directory():
    """Below /tmp, because pytest's own directories are closed to other users."""
    directory = Path(tempfile.mkdtemp(prefix="cstop-rootless-"))
    directory.chmod(0o755)
    yield directory
    shutil.rmtree(directory)


RUNC_PLACES = [place for place in PLACES if place[0] == "runc"]


@pytest.fixture(params=RUNC_PLACES, ids=["-".join(place) for place in RUNC_PLACES])
def user_place(request, open_directory, make_place):
    runtime, kind = request.param
    home = open_directory / "home"
    session = home / "session"
    session.mkdir(parents=True)
    for directory in (home, session):
        os.chown(directory, NOBODY, NOBODY)
    rootfs = make_rootfs(open_directory / "rootfs")
    return make_place(
        runtime, kind, root=session / runtime, kind_of_place=UserPlace, rootfs=rootfs, directory=home
    )


def test_a_user_stops_the_own_container(user_place):
    web = user_place.container("web", {"QUIT": "exit 3", "TERM": ":"}, annotations={STOP_SIGNAL: "SIGQUIT"})
    ended = user_place.cstop_as_user(web.id)
    assert (ended.status, ended.names) == (0, [web.id]), ended.err
    assert web.received() == ["QUIT"]
    assert not web.init.is_alive()


def test_a_user_finds_the_own_container_in_the_root_of_the_session(user_place):
    web = user_place.container("web", OBEDIENT)
    session = str(user_place.root.parent)
    ended = user_place.cstop_as_user(web.id, root=False, environment={"XDG_RUNTIME_DIR": session})
    assert (ended.status, ended.names) == (0, [web.id]), ended.err
    assert web.received() == ["TERM"]


def test_root_stops_the_container_of_a_user(user_place):
    web = user_place.container("web", OBEDIENT)
    ended = user_place.cstop("--json", web.id)
    assert ended.status == 0
    assert ended.objects[0]["outcome"] == "stopped"
    assert web.received() == ["TERM"]


def test_f28_a_stubborn_container_without_a_cgroup_is_killed_and_nobody_else(user_place, canary):
    """Its init is in the root cgroup, with everything else of this machine."""
    web = user_place.container("web", STUBBORN)
    ended = user_place.cstop("-t", "0.2", web.id)
    assert (ended.status, ended.names) == (0, [web.id]), ended.err
    assert "only init was killed" in ended.err
    assert not web.init.is_alive()
    assert canary.poll() is None


def test_a_state_file_of_a_user_cannot_name_a_process_of_root(user_place, canary):
    web = user_place.container("web", OBEDIENT)
    start_time = int(Path(f"/proc/{canary.pid}/stat").read_text().rpartition(")")[2].split()[19])
    forged = user_place.root / user_place.id("forged")
    shutil.copytree(user_place.root / web.id, forged)
    state = json.loads((forged / "state.json").read_text())
    state |= {"id": forged.name, "init_process_pid": canary.pid, "init_process_start": start_time}
    (forged / "state.json").write_text(json.dumps(state))
    for path in (forged, forged / "state.json"):
        os.chown(path, NOBODY, NOBODY)
    ended = user_place.cstop("-t", "0", forged.name)
    assert (ended.status, ended.out) == (1, "")
    assert forged.name in ended.err
    assert canary.poll() is None
    shutil.rmtree(forged)


def test_a_user_may_not_stop_a_container_of_root(user_place, make_place):
    place = make_place(user_place.runtime_name, user_place.view.kind)
    web = place.container("web", OBEDIENT)
    # Even when the state file can be read.
    readable = user_place.directory / "readable"
    shutil.copytree(place.root, readable)
    for path in (readable, readable / web.id):
        path.chmod(0o755)
    (readable / web.id / "state.json").chmod(0o644)
    ended = user_place.cstop_as_user("--root", readable, web.id, root=False)
    assert (ended.status, ended.out) == (1, "")
    assert ended.err.startswith(f"cstop: {web.id}: ") and "ermi" in ended.err
    assert web.is_untouched()


def test_a_list_counts_what_a_user_may_not_read(user_place, make_place):
    """The own containers are listed, those of root are counted."""
    web = user_place.container("web", OBEDIENT)
    place = make_place(user_place.runtime_name, user_place.view.kind)
    of_root = [place.container(name, OBEDIENT) for name in ("one", "two")]
    readable = user_place.directory / "readable"
    shutil.copytree(place.root, readable)
    readable.chmod(0o755)
    for container in of_root:
        (readable / container.id).chmod(0o700)
    ended = user_place.cstop_as_user("--list", "-q", "--root", readable)
    assert (ended.status, ended.names) == (1, [web.id])
    assert ended.err.startswith("cstop: 2 containers could not be read") and "root" in ended.err
    each = user_place.cstop_as_user("--list", "-v", "--root", readable)
    assert all(f"{container.id}: " in each.err for container in of_root)
