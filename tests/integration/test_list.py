"""What --list shows."""

import fcntl
import os
import pty
import struct
import subprocess
import termios

from containers import OBEDIENT, STOP_SIGNAL
from cstop import ENVIRONMENT


def rows_of(ended):
    """The table's lines as fields: no text of these tests has two blanks in a row."""
    titles, *rows = [line.split(None, 10) for line in ended.out.splitlines()]
    return [dict(zip(titles, row, strict=True)) for row in rows]


def read_terminal(place, columns, *arguments):
    """What cstop writes to a terminal of so many columns."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    command = place.view.enter(place.command(*arguments))
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=theirs, stderr=subprocess.PIPE, env=ENVIRONMENT)
    os.close(theirs)
    text = b""
    try:
        while chunk := os.read(ours, 65536):
            text += chunk
    except OSError:
        pass  # EIO: nobody has the other side open any more
    os.close(ours)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, b"")
    return text.decode().replace("\r\n", "\n")


def test_a_list_shows_each_container_with_its_settings(place):
    web = place.container("web", OBEDIENT, annotations={STOP_SIGNAL: "SIGQUIT"})
    db = place.container("db", OBEDIENT)
    ended = place.cstop("--list")
    assert (ended.status, ended.err) == (0, "")
    rows = {row["ID"]: row for row in rows_of(ended)}
    assert set(rows) == {web.id, db.id}
    assert rows[web.id]["ENGINE"] == place.runtime_name
    assert (rows[web.id]["STATUS"], rows[web.id]["PID"]) == ("running", str(web.pid))
    assert rows[web.id]["SIGNAL"] == "SIGQUIT" and "annotation" in rows[web.id]["FROM"]
    assert (rows[db.id]["SIGNAL"], rows[db.id]["FROM"]) == ("SIGTERM", "default")
    assert (rows[db.id]["GRACE"], rows[db.id]["RESTART"], rows[db.id]["NAME"]) == ("10s", "-", "-")
    assert rows[db.id]["UPTIME"].endswith("s")
    assert web.is_untouched() and db.is_untouched()


def test_a_list_has_what_lives_and_with_all_what_is_stopped(place):
    running, paused = place.container("running", OBEDIENT), place.container("paused", OBEDIENT)
    paused.pause()
    created = place.make("created", OBEDIENT).create()
    stopped = place.container("stopped", OBEDIENT).kill_init()

    def listed(*arguments):
        ended = place.cstop("--list", *arguments)
        assert (ended.status, ended.err) == (0, "")
        return {row["ID"].removeprefix(place.prefix): row["STATUS"] for row in rows_of(ended)}

    living = {"running": "running", "paused": "paused", "created": "created"}
    assert listed() == living
    assert listed("--all") == living | {"stopped": "stopped"}
    assert listed("--filter", "status=stopped") == {"stopped": "stopped"}
    assert listed("--filter", f"name={place.prefix}p*") == {"paused": "paused"}
    assert listed("--engine", "docker") == {}
    assert paused.is_frozen() and stopped.is_gone() and created.status() == "created"
    paused.resume()
    assert running.is_untouched() and paused.is_untouched()


def test_a_quiet_list_is_ids_that_cstop_takes(place):
    web, db = place.container("web", OBEDIENT), place.container("db", OBEDIENT)
    ids = place.cstop("-lq")
    assert (ids.status, ids.err, sorted(ids.names)) == (0, "", sorted([web.id, db.id]))
    ended = place.cstop("-", stdin=ids.out)
    assert (ended.status, ended.names) == (0, ids.names), ended.err
    assert web.is_gone() and db.is_gone()


def test_a_list_of_objects_has_one_object_a_container(place):
    web = place.container("web", OBEDIENT, annotations={STOP_SIGNAL: "SIGQUIT"})
    ended = place.cstop("--list", "--json")
    assert (ended.status, ended.err) == (0, "")
    [told] = ended.objects
    assert (told["id"], told["pid"], told["status"]) == (web.id, web.pid, "running")
    assert (told["signal"], told["outcome"], told["steps"]) == ("SIGQUIT", None, [])


def test_a_list_of_nothing_is_no_error(any_place):
    ended = any_place.cstop("--list")
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.startswith("ID ") and ended.out.count("\n") == 1
    assert any_place.cstop("-lq").out == ""


def test_a_list_fits_the_terminal(any_place):
    web = any_place.container("web-" + "w" * 80, OBEDIENT)
    whole = any_place.cstop("--list").out.splitlines()
    assert len(whole[1]) > 120 and web.id in whole[1]
    for columns in (120, 80, 40):
        lines = read_terminal(any_place, columns, "--list").splitlines()
        assert len(lines) == 2 and max(map(len, lines)) <= columns, lines
        assert lines[1].startswith(web.id[:11])
        assert "running" in lines[1]


def test_a_damaged_state_is_told_and_hides_nobody(any_place):
    web = any_place.container("web", OBEDIENT)
    damaged = any_place.root / any_place.id("damaged")
    damaged.mkdir(mode=0o700)
    (damaged / "state.json").write_text("{")
    ended = any_place.cstop("--list")
    assert ended.status == 1
    assert [row["ID"] for row in rows_of(ended)] == [web.id]
    assert ended.err.startswith(f"cstop: {damaged.name}: ") and ended.err.count("\n") == 1
    (damaged / "state.json").unlink()
    damaged.rmdir()
