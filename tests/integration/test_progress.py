"""Live lines, in a real pseudo-terminal: whole screens."""

import re
import shlex
import signal
import time

import pytest
from containers import OBEDIENT, STUBBORN
from fixtures import PLACES
from screen import Terminal
from test_waiting import WAITS, is_wait


@pytest.fixture
def open_terminal():
    opened = []

    def open_(place, *arguments, before=(), **options):
        command = place.view.enter([*before, *place.command(*arguments)])
        opened.append(Terminal(command, **options))
        return opened[-1]

    yield open_
    for terminal in opened:
        terminal.close()


def is_live(lines):
    return any("SIGTERM to init" in line for line in lines)


def masked(lines):
    """Bars and times differ from run to run."""
    lines = [re.sub(r"\[#*\.*\]", "[bar]", line) for line in lines]
    return [re.sub(r"in \d+s", "in Ns", line) for line in lines]


@pytest.mark.newer_kernel("both are looked at 50 times a second, so one may be gone before the other's end of grace is told")
def test_one_line_a_container_with_signal_bar_processes_and_time(place, open_terminal):
    web, db = place.container("web", STUBBORN), place.container("db", STUBBORN)
    terminal = open_terminal(place, "-t", "2", web.id, db.id, columns=110)
    pad = " " * (len(web.id) - len(db.id))
    expected = [
        f"{web.id}  SIGTERM to init  [bar]  2 processes  SIGKILL in Ns",
        f"{db.id}{pad}  SIGTERM to init  [bar]  2 processes  SIGKILL in Ns",
    ]
    terminal.wait_until(lambda lines: masked(lines) == expected and (terminal.screen.row, terminal.screen.column) == (2, 0))
    assert terminal.ended() == 0
    said = [f"StopSignal SIGTERM failed to stop container {c.id} in 2 seconds, resorting to SIGKILL" for c in (web, db)]
    lines = terminal.screen.text()
    assert {*said, web.id, db.id} <= set(lines)
    assert not is_live(lines) and "?25" not in terminal.raw
    assert terminal.screen.column == 0


def test_an_obedient_container_has_no_live_line(any_place, open_terminal):
    web = any_place.container("web", OBEDIENT)
    terminal = open_terminal(any_place, web.id)
    assert terminal.ended() == 0
    assert terminal.screen.text() == [web.id]


def test_ctrl_c_leaves_a_clean_screen(any_place, open_terminal):
    web = any_place.container("web", STUBBORN)
    terminal = open_terminal(any_place, "-t", "60", web.id, columns=160)
    terminal.wait_until(is_live)
    terminal.type(b"\x03")
    assert terminal.ended() == -signal.SIGINT
    [line] = terminal.screen.text()
    assert re.fullmatch(
        rf"cstop: {web.id}: interrupted after \d+ ms: already sent: SIGTERM to init; nothing was escalated, "
        "it may still be running",
        line,
    )
    assert terminal.screen.column == 0 and "?25" not in terminal.raw
    assert web.init.is_alive()


def test_more_containers_than_lines(any_place, open_terminal):
    several = any_place.several(5, STUBBORN)
    terminal = open_terminal(any_place, "-t", "2", "--all", rows=4, columns=100)
    lines = terminal.wait_until(lambda lines: len(lines) == 3 and lines[2] == "... and 3 more")
    assert [line.split()[0] for line in lines] == [several[0].id, several[1].id, "..."]
    assert terminal.ended() == 0
    assert not is_live(terminal.screen.text())


def test_a_terminal_that_becomes_narrower_is_drawn_anew(any_place, open_terminal):
    web = any_place.container("web", STUBBORN)
    terminal = open_terminal(any_place, "-t", "3", web.id, columns=110)
    terminal.wait_until(lambda lines: is_live(lines) and "#" in lines[0])
    terminal.resize(50)
    terminal.wait_until(lambda lines: len(lines) == 1 and len(lines[0]) < 50 and re.search(r" SIGKILL in \d+s$", lines[0]))
    assert terminal.ended() == 0
    assert not is_live(terminal.screen.text())


@pytest.mark.parametrize(
    ("arguments", "environment", "is_drawn", "has_colors"),
    [
        ([], {}, True, True),
        ([], {"NO_COLOR": "1"}, True, False),
        (["--color=never"], {}, True, False),
        (["--color=always"], {"NO_COLOR": "1"}, True, True),
        ([], {"TERM": "dumb"}, False, False),
        ([], {"TERM": ""}, False, False),
        (["--progress=always"], {"TERM": "dumb"}, True, False),
        (["--progress=never"], {}, False, False),
        (["-q"], {}, False, False),
    ],
    ids=str,
)
def test_what_the_terminal_and_the_user_say(any_place, open_terminal, arguments, environment, is_drawn, has_colors):
    web = any_place.container("web", STUBBORN)
    terminal = open_terminal(any_place, "-t", "0.5", *arguments, web.id, environment=environment, columns=120)
    assert terminal.ended() == 0
    assert (terminal.screen.sequences > 0) == is_drawn
    assert bool(terminal.screen.colors) == has_colors


def test_no_terminal_no_escape_codes(any_place):
    web = any_place.container("web", STUBBORN)
    ended = any_place.cstop("-t", "0.5", web.id, environment={"TERM": "xterm"})
    assert ended.status == 0
    assert "\x1b" not in ended.out + ended.err


def test_plain_lines_are_not_torn(any_place, open_terminal):
    web, db = any_place.container("web", STUBBORN), any_place.container("db", STUBBORN)
    terminal = open_terminal(any_place, "-v", "--schedule", "HUP/0.5/TERM/0.5/KILL@all/60", web.id, db.id, columns=150)
    terminal.wait_until(lambda lines: any("[" in line for line in lines))
    assert terminal.ended() == 0
    for line in terminal.screen.text():
        assert line.startswith(("cstop: ", "StopSignal ", "stopped ")) or line in (web.id, db.id), line


def test_a_terminal_that_was_stopped_does_not_hold_up_sigkill(any_place, open_terminal):
    """As after Ctrl-S, or behind a connection that is dead: nobody reads."""
    several = any_place.several(4, {"TERM": ":"})
    terminal = open_terminal(any_place, "-t", "4", "--all", columns=200)
    terminal.wait_until(is_live)
    terminal.type(b"\x13")
    for container in several:
        assert container.init.ends_within(60)
    terminal.type(b"\x11")
    assert terminal.ended() == 0


@pytest.mark.newer_kernel("without pidfd_open init is looked at 50 times a second")
def test_at_most_ten_wake_ups_a_second_with_a_terminal(any_place, open_terminal):
    web = any_place.container("web", STUBBORN)
    log = any_place.directory / "strace"
    trace = ["strace", "-f", "-q", "-e", f"trace={WAITS}", "-e", "signal=none", "-o", log]
    begin = time.monotonic()
    terminal = open_terminal(any_place, "-t", "3", web.id, before=trace)
    assert terminal.ended() == 0
    seconds = time.monotonic() - begin
    waits = [line for line in log.read_text(encoding="utf-8").splitlines() if "(" in line and is_wait(line)]
    assert 10 <= len(waits) <= 10 * seconds + 5, (len(waits), seconds)


def test_names_wider_than_the_screen_are_cut_by_the_columns_they_take(make_place, tmp_path, open_terminal):
    """Names as nerdctl gives them, in a root like containerd's."""
    root = tmp_path / "containerd" / "runc" / "shop"
    root.parent.mkdir(parents=True)
    place = make_place(*PLACES[0], root=root)
    place.container("wide", STUBBORN, annotations={"nerdctl/name": "東京" * 30})
    place.container("long", STUBBORN, annotations={"nerdctl/name": "x" * 300})
    terminal = open_terminal(place, "-t", "2", "--all", columns=60)
    # Above them stand warnings: the store of such a containerd is missing.
    # Whole characters in 19 columns: nine of two and the dots, eighteen of one and the dots.
    expected = [
        "xxxxxxxxxxxxxxxxxx…  SIGTERM to init  SIGKILL in Ns",
        "東京東京東京東京東…  SIGTERM to init  SIGKILL in Ns",
    ]
    terminal.wait_until(lambda lines: sorted(masked(lines)[-2:]) == expected)
    assert terminal.ended() == 0
    assert not is_live(terminal.screen.text())


def test_nothing_is_lost_but_the_lines_when_cstop_is_killed(any_place, open_terminal):
    """The cursor is never hidden, so nobody has to bring it back."""
    web = any_place.container("web", STUBBORN)
    terminal = open_terminal(any_place, "-t", "60", web.id, columns=120)
    terminal.wait_until(is_live)
    terminal.process.kill()
    assert terminal.ended() == -signal.SIGKILL
    assert terminal.screen.column == 0 and "?25" not in terminal.raw
    assert web.init.is_alive()


def test_a_job_in_the_background_does_not_draw(any_place, open_terminal):
    web = any_place.container("web", STUBBORN)
    # A group of its own that does not have the terminal, as a shell's job after `&`.
    job = ["/usr/bin/python3", "-c", "import os, sys; os.setpgid(0, 0) if os.fork() == 0 else sys.exit(os.wait()[1]); "
           "os.execvp(sys.argv[1], sys.argv[1:])"]  # fmt: skip
    terminal = open_terminal(any_place, "-t", "0.5", web.id, before=job)
    terminal.ended()
    assert web.is_gone()
    assert terminal.screen.sequences == 0


def test_what_a_shell_wrote_while_cstop_was_stopped_stays(any_place):
    """Ctrl-Z, a command, fg: the live lines that were drawn before are no longer the last ones."""
    several = any_place.several(4, STUBBORN)
    terminal = Terminal(any_place.view.enter(["dash", "-i"]), columns=200, environment={"PS1": "$ "})
    try:
        command = shlex.join(any_place.command("-t", "60", "--all"))
        terminal.wait_until(lambda lines: lines == ["$"])
        terminal.type(command.encode() + b"\n")
        terminal.wait_until(is_live)
        terminal.type(b"\x1a")
        terminal.wait_until(lambda lines: lines[-1] == "$")
        terminal.type(b"echo one; echo two\n")
        terminal.wait_until(lambda lines: lines[-3:] == ["one", "two", "$"])
        terminal.type(b"fg\n")
        # Drawn anew below what `fg` says, and then over itself.
        terminal.wait_until(lambda lines: is_live(lines[-1:]))
        drawn = terminal.screen.sequences

        def is_drawn(lines):
            """A whole picture, not one that is half drawn."""
            live = sum(is_live([line]) for line in lines[lines.index("one") :])
            return terminal.screen.sequences > drawn + 10 and live == len(several)

        lines = terminal.wait_until(is_drawn)
        at = lines.index("one")
        assert lines[at : at + 3] == ["one", "two", "$ fg"]
        terminal.type(b"\x03")
        terminal.wait_until(lambda lines: lines[-1] == "$")
    finally:
        terminal.close()
