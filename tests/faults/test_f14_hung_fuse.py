"""F14: a file system that a process serves, and that process never answers."""

import contextlib
import os
import shutil
import subprocess

import pytest
from containers import OBEDIENT
from fixtures import PLACES
from forgery import STRANGER, Forgery

# Mounts a FUSE that nobody serves: its first request (FUSE_INIT) is never answered, so every other one waits for ever.
# Ends with its standard input, and with it the last descriptor: then all who wait get an error.
SERVE = """
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
device = os.open("/dev/fuse", os.O_RDWR)
options = f"fd={device},rootmode=40000,user_id=0,group_id=0,allow_other".encode()
if libc.mount(b"hung", sys.argv[1].encode(), b"fuse", 0, options) != 0:
    raise OSError(ctypes.get_errno(), "mount")
print("mounted", flush=True)
sys.stdin.read()
libc.umount2(sys.argv[1].encode(), 2)
"""


@contextlib.contextmanager
def hung_fuse(view, directory):
    command = view.enter(["/usr/bin/python3", "-c", SERVE, str(directory)])
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert server.stdout.readline() == b"mounted\n"
        yield
    finally:
        server.stdin.close()
        server.stdout.close()
        server.wait(60)


@pytest.fixture
def fuse_place(make_place, private_view_of_kind):
    """In a view of its own: no other test's mount namespace shall have such a mount."""
    return make_place(*PLACES[0], view=private_view_of_kind(PLACES[0][1]))


def test_f14_a_root_that_hangs_is_named_and_the_others_containers_are_stopped(fuse_place, tmp_path):
    web = fuse_place.container("web", OBEDIENT)
    hung = tmp_path / "hung"
    hung.mkdir()
    with hung_fuse(fuse_place.view, hung):
        ended = fuse_place.cstop("--root", hung, web.id)
        missing = fuse_place.cstop("--root", hung, "nobody")
        everybody = fuse_place.cstop("--root", hung, "--dry-run", "--all")
    assert (ended.status, ended.names) == (0, [web.id]), ended
    assert ended.seconds < 8
    assert missing.status in (1, 3) and str(hung) in missing.err and "FUSE" in missing.err
    assert str(hung) in everybody.err
    assert web.received() == ["TERM"]


def test_f14_a_state_directory_that_hangs_is_named_and_hides_nobody(fuse_place):
    web = fuse_place.container("web", OBEDIENT)
    hung = fuse_place.root / fuse_place.id("hung")
    hung.mkdir()
    with hung_fuse(fuse_place.view, hung):
        alone = fuse_place.cstop(hung.name)
        ended = fuse_place.cstop("--all")
    assert (alone.status, alone.out) == (1, "")
    assert hung.name in alone.err
    assert (ended.status, ended.names) == (1, [web.id]), ended
    assert hung.name in ended.err
    assert ended.seconds < 8
    os.rmdir(hung)


def test_f14_a_file_system_in_a_users_runtime_directory_holds_root_up_nowhere(fuse_place, tmp_path):
    """Whoever may mount there could keep root from stopping anything."""
    web = fuse_place.container("web", OBEDIENT)
    session = tmp_path / "session"
    hung = session / "runc"
    hung.mkdir(parents=True)
    with hung_fuse(fuse_place.view, hung):
        ended = fuse_place.cstop("nobody-is-called-so", root=False, environment={"XDG_RUNTIME_DIR": str(session)})
    assert ended.status in (1, 3)
    assert str(hung) in ended.err
    assert web.is_untouched()


def name_docker(hung, name):
    source = f"{hung}/containers/{name}/hostname"
    bundle = f"bundle=/run/docker/containerd/daemon/io.containerd.runtime.v2.task/moby/{name}"
    return {"mounts": [{"source": source, "destination": "/etc/hostname"}], "labels": [bundle]}


# What a state file can make cstop look into: the engine's own directory, or the bundle.
NAMED = {
    "docker's directory": name_docker,
    "containerd's bundle": lambda hung, name: {
        "labels": [f"bundle={hung}/io.containerd.runtime.v2.task/default/{name}"]
    },
    "podman's bundle": lambda hung, name: {"labels": [f"bundle={hung}/overlay-containers/{name}/userdata"]},
    "a bundle by hand": lambda hung, name: {"labels": [f"bundle={hung}"]},
    "a bundle behind a link": lambda hung, name: {"labels": [f"bundle={hung.parent}/link/deep"]},
    "a bundle below a file system": lambda hung, name: {"labels": [f"bundle={hung.parent}"]},
}


@pytest.mark.parametrize("named", NAMED)
def test_f14_a_path_in_a_strangers_state_that_hangs_holds_root_up_nowhere(fuse_place, tmp_path, named):
    """They may mount where they like: whatever their state names is asked for nothing there."""
    web = fuse_place.container("web", OBEDIENT)
    home = tmp_path / "home"
    hung = home / ("config.json" if "below" in named else "hung")
    hung.mkdir(parents=True)
    (home / "link").symlink_to(hung)
    os.chown(home, STRANGER, STRANGER)
    forged = Forgery(fuse_place, web)
    config = forged.state["config"] | {"labels": []} | NAMED[named](hung, forged.id)
    forged.write(config=config, init_process_pid=4_000_000, init_process_start=1).give_to(STRANGER)
    try:
        with hung_fuse(fuse_place.view, hung):
            alone = fuse_place.cstop("--dry-run", forged.id)
            by_name = fuse_place.cstop("--dry-run", "shop/nobody")
            ended = fuse_place.cstop("--all")
    finally:
        shutil.rmtree(forged.directory)
    assert alone.seconds < 8, alone
    assert by_name.status == 3 and by_name.seconds < 8, by_name
    assert web.id in ended.names and ended.seconds < 8, ended
    assert web.received() == ["TERM"]


def test_f14_a_users_runtime_directory_that_hangs_holds_root_up_nowhere(fuse_place, tmp_path):
    """It belongs to the user, who may mount there as well."""
    web = fuse_place.container("web", OBEDIENT)
    session = tmp_path / "session"
    session.mkdir()
    environment = {"XDG_RUNTIME_DIR": str(session)}
    with hung_fuse(fuse_place.view, session):
        ended = fuse_place.cstop("nobody-is-called-so", root=False, environment=environment)
    assert ended.status in (1, 3) and ended.seconds < 8, ended
    assert str(session) in ended.err
    assert web.is_untouched()
