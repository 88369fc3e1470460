"""Images of busybox with a StopSignal, in the one format that docker, containerd and podman all load."""

import hashlib
import io
import json
import tarfile

# {tag: StopSignal}. The first has none.
IMAGES = {"plain": None, "quit": "SIGQUIT", "usr2": "12", "rtmin": "SIGRTMIN+3"}
# containerd's CRI insists on an image for its sandboxes.
PAUSE = "registry.k8s.io/pause:3.6"


def name_of(tag):
    return f"localhost/img:{tag}"


def write_archive(path, rootfs):
    """A docker-archive of every image, all of the one layer that `rootfs` is."""
    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w") as tar:
        for entry in sorted(rootfs.rglob("*")):
            tar.add(entry, entry.relative_to(rootfs), recursive=False, filter=_as_root)
    layer = layer.getvalue()
    diff_id = hashlib.sha256(layer).hexdigest()
    manifest = []
    with tarfile.open(path, "w") as archive:
        _add(archive, f"{diff_id}/layer.tar", layer)
        for name, options in _configs():
            config = {
                "architecture": "amd64",
                "os": "linux",
                "created": "2024-01-01T00:00:00Z",
                "config": {"Env": ["PATH=/bin"], "Cmd": ["sleep", "1000"]} | options,
                "rootfs": {"type": "layers", "diff_ids": [f"sha256:{diff_id}"]},
                "history": [{"created": "2024-01-01T00:00:00Z", "created_by": name}],
            }
            content = json.dumps(config).encode()
            digest = hashlib.sha256(content).hexdigest()
            _add(archive, f"{digest}.json", content)
            manifest.append({"Config": f"{digest}.json", "RepoTags": [name], "Layers": [f"{diff_id}/layer.tar"]})
        _add(archive, "manifest.json", json.dumps(manifest).encode())


def _configs():
    for tag, stop_signal in IMAGES.items():
        yield name_of(tag), {"StopSignal": stop_signal} if stop_signal else {}
    # As the real one, it reaps and ends when told to.
    yield PAUSE, {"Cmd": ["sh", "-c", "trap 'exit 0' TERM; sleep 100000 & wait"]}


def _as_root(member):
    member.uid = member.gid = 0
    member.uname = member.gname = "root"
    member.mtime = 0
    return member


def _add(archive, name, content):
    member = tarfile.TarInfo(name)
    member.size = len(content)
    archive.addfile(member, io.BytesIO(content))
