"""R2: an engine's own files, grown to a gigabyte: what they would have said is not known, and the container is stopped."""

import json

import pytest
from containers import OBEDIENT

GIGABYTE = 1 << 30


def name_docker(directory, name):
    store = directory / "containers" / name
    bundle = f"bundle=/run/docker/containerd/daemon/io.containerd.runtime.v2.task/moby/{name}"
    mount = {"source": f"{store}/hostname", "destination": "/etc/hostname"}
    return store / "config.v2.json", {"labels": [bundle], "mounts": [mount]}


def name_podman(directory, name):
    bundle = f"bundle={directory}/overlay-containers/{name}/userdata"
    return directory / "overlay-containers" / "containers.json", {"labels": [bundle]}


def name_libpod(directory, name):
    bundle = f"bundle={directory}/overlay-containers/{name}/userdata"
    return directory / "libpod" / "bolt_state.db", {"labels": [bundle]}


@pytest.mark.parametrize("name_store", [name_docker, name_podman, name_libpod], ids=["docker", "podman", "libpod"])
def test_r02_a_store_of_a_gigabyte_keeps_nobody_from_being_stopped(any_place, tmp_path, name_store):
    web = any_place.container("web", OBEDIENT)
    store, config = name_store(tmp_path, web.id)
    store.parent.mkdir(parents=True)
    with open(store, "wb") as file:
        file.truncate(GIGABYTE)
    state_file = any_place.root / web.id / "state.json"
    state = json.loads(state_file.read_text(encoding="utf-8"))
    state["config"] |= config
    state_file.write_text(json.dumps(state), encoding="utf-8")
    ended = any_place.cstop(web.id)
    assert (ended.status, ended.names, web.received()) == (0, [web.id], ["TERM"]), ended
    assert ended.seconds < 8
