"""R2: a state file must be a regular file of bounded size, below its root, reached without a link."""

import os
import threading

import pytest
from containers import OBEDIENT


def make_fifo(path):
    os.mkfifo(path)


def link_to_zero(path):
    path.symlink_to("/dev/zero")


def make_directory(path):
    path.mkdir()


def make_sparse(path):
    with open(path, "wb") as file:
        file.write(b"{")
        file.truncate(1 << 30)


def link_to_itself(path):
    path.symlink_to(path.name)


def link_to_a_good_one(path):
    path.symlink_to(next(path.parent.parent.glob("*-web")) / path.name)


def make_device(path):
    os.mknod(path, 0o600 | 0o020000, os.makedev(1, 5))  # /dev/zero


TRAPS = [make_fifo, link_to_zero, make_directory, make_sparse, link_to_itself, link_to_a_good_one, make_device]


@pytest.mark.parametrize("trap", TRAPS)
def test_r02_what_is_no_regular_file_of_bounded_size_holds_nobody_up(place, forge, trap):
    web = place.container("web", OBEDIENT)
    forged = forge(place, web)
    forged.file.unlink()
    trap(forged.file)
    ended = place.cstop(forged.id)
    assert (ended.status, ended.out) == (1, "")
    assert ended.err.startswith(f"cstop: {forged.id}: ") and ended.err.count("\n") == 1
    assert web.is_untouched()
    ended = place.cstop("--all")
    assert (ended.status, ended.names) == (1, [web.id])
    assert forged.id in ended.err
    assert ended.seconds < 10


def test_r02_a_symlink_in_the_place_of_a_state_directory_is_not_followed(place, forge):
    web = place.container("web", OBEDIENT)
    forged = forge(place, web)
    link = place.root / place.id("link")
    link.symlink_to(forged.directory)
    ended = place.cstop(link.name)
    link.unlink()
    assert ended.status in (1, 3)
    assert web.is_untouched()


def test_r02_a_file_that_grows_while_it_is_read_ends(any_place, forge):
    """The size that fstat tells is not what bounds the reading."""
    web = any_place.container("web", OBEDIENT)
    forged = forge(any_place, web)
    forged.write('{"id": "x", "pad": "')
    stop = threading.Event()

    def grow():
        with open(forged.file, "ab", buffering=0) as file:
            written = 0
            while not stop.is_set() and written < 64 << 20:
                written += file.write(b"x" * 65536)

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        ended = any_place.cstop(forged.id)
    finally:
        stop.set()
        writer.join()
    assert (ended.status, ended.out) == (1, "")
    assert ended.seconds < 10
