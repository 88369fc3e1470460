"""R2: state directories that come, go and turn into something else while they are looked at."""

import json
import os
import shutil
import threading

from containers import OBEDIENT


class Bustle:
    """A root in which somebody never rests: each name is by turns a container, a file, a link, a FIFO, and nothing."""

    def __init__(self, place, model):
        self._root = place.root
        self._names = [place.id(f"busy{number}") for number in range(8)]
        self._model = json.loads((place.root / model.id / "state.json").read_text(encoding="utf-8"))
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.rounds = 0

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._is_over.set()
        self._thread.join()

    def _run(self):
        while not self._is_over.is_set():
            for turn in (self._container, self._file, self._link, self._fifo, self._half):
                for name in self._names:
                    turn(self._root / name, name)
            self.rounds += 1
        for name in self._names:
            clear(self._root / name)

    def _container(self, path, name):
        clear(path)
        path.mkdir()
        state = self._model | {"id": name, "init_process_pid": 4_000_000, "init_process_start": 1, "cgroup_paths": {}}
        temporary = path / "state-1"
        temporary.write_text(json.dumps(state), encoding="utf-8")
        temporary.rename(path / "state.json")

    def _file(self, path, name):
        clear(path)
        path.write_text(name, encoding="utf-8")

    def _link(self, path, name):
        clear(path)
        path.symlink_to("/proc/self")

    def _fifo(self, path, name):
        clear(path)
        path.mkdir()
        os.mkfifo(path / "state.json")

    def _half(self, path, name):
        clear(path)
        path.mkdir()


def clear(path):
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.exists():
        shutil.rmtree(path)


def test_r02_who_is_made_and_deleted_meanwhile_hides_nobody_and_holds_nobody_up(any_place):
    web = any_place.container("web", OBEDIENT)
    with Bustle(any_place, web) as bustle:
        lists = [any_place.cstop("--list", "--all", "--json") for _ in range(15)]
        by_prefix = any_place.cstop("--dry-run", web.id[:-1])
        ended = any_place.cstop("--all")
    assert bustle.rounds > 0
    for each in lists:
        assert each.status in (0, 1), each
        assert web.id in [told["id"] for told in each.objects]
        assert all("busy" in line for line in each.err.splitlines()), each.err
    assert by_prefix.status == 0, by_prefix
    assert web.id in ended.names
    assert web.received() == ["TERM"]
