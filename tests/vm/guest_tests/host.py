"""The machine as the tests see it: processes, cgroups, units, commands."""
import contextlib
import os
import subprocess
import time
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")


def run(*command, user=None, timeout=120, check=True, **more):
    """Runs a command and gives its completed process; a failure carries what the command said."""
    if user:
        command = ("runuser", "-u", user, "--", "env", "XDG_RUNTIME_DIR=/run/user/1000", "HOME=/home/" + user, *command)
        more.setdefault("cwd", "/")
    done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, stdin=more.pop("stdin", subprocess.DEVNULL)
                          if "input" not in more else None, **more)
    if check and done.returncode != 0:
        raise AssertionError("%s: exit %d\n%s%s" % (" ".join(command), done.returncode, done.stdout, done.stderr))
    return done


def wait_for(condition, what, seconds=60):
    """Returns the first true answer of condition."""
    end = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        assert time.monotonic() < end, "not within %d s: %s" % (seconds, what)
        time.sleep(0.05)


def stat_of(pid):
    """The fields of /proc/PID/stat from the state on (index 0 is field 3), or None when there is no such process."""
    try:
        return Path("/proc/%d/stat" % pid).read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def start_time_of(pid):
    return int(stat_of(pid)[19])


def parent_of(pid):
    return int(stat_of(pid)[1])


def lives(pid, start_time):
    stat = stat_of(pid)
    return stat is not None and int(stat[19]) == start_time and stat[0] not in "ZX"


def cgroup_of(pid):
    """The cgroup of a process as a directory."""
    line = Path("/proc/%d/cgroup" % pid).read_text()
    assert line.startswith("0::/") and line.count("\n") == 1, line
    return CGROUPS / line[4:-1]


def processes_in(cgroup):
    """The pids in a cgroup and below it; none when it is gone, also when it goes meanwhile."""
    found = set()
    for directory, _, _ in os.walk(cgroup):
        with contextlib.suppress(OSError):
            found.update(map(int, Path(directory, "cgroup.procs").read_text().split()))
    return sorted(found)


def has_own_pid_namespace(pid):
    """True when the process is the init of a pid namespace."""
    lines = Path("/proc/%d/status" % pid).read_text().splitlines()
    return next(line for line in lines if line.startswith("NSpid:")).split()[-1] == "1"


def command_of(pid):
    return Path("/proc/%d/comm" % pid).read_text().strip()


def has_trap(pid, signal):
    """True when the process catches or ignores the signal: the payload has come that far."""
    stat = Path("/proc/%d/status" % pid).read_text()
    masks = [int(line.split()[1], 16) for line in stat.splitlines() if line.startswith(("SigCgt", "SigIgn"))]
    return any(mask >> (signal - 1) & 1 for mask in masks)


def failed_units():
    listing = ["systemctl", "list-units", "--failed", "--no-legend", "--plain"]
    failed = run(*listing).stdout
    if Path("/run/user/1000/bus").exists():
        failed += run(*listing[:1], "--user", *listing[1:], user="op").stdout
    return [line.split()[0] for line in failed.splitlines()]


def as_op(*command, **more):
    """Runs a command below op's own systemd, as a command typed after op's login is."""
    return run("systemd-run", "--user", "--quiet", "--wait", "--pipe", "--collect", "env", "-u", "INVOCATION_ID", *command,
               user="op", **more)
