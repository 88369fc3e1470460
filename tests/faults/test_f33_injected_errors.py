"""F33, F41: an error at a system call. The stop completes, or says what is wrong and exits; nothing stays frozen."""

import re
from itertools import islice

import pytest
from containers import OBEDIENT, STUBBORN
from steps import shares

# What a stop of one container calls once it is confined, with errors that the kernel may give.
FAULTS = [
    *(f"{call}:error={error}:when={when}" for call in ("read", "openat", "openat2", "poll") for error in ("EINTR", "EIO")
      for when in ("1", "12", "25")),
    "epoll_pwait2:error=EINTR:when=1",
    "pidfd_open:error=EMFILE",
    "pidfd_open:error=EPERM",
    "pidfd_send_signal:error=EPERM",
    "epoll_ctl:error=ENOMEM:when=1",
    "signalfd4:error=EMFILE",
    "flock:error=EINTR:when=1",
    "flock:error=ENOLCK",
    "write:error=EINTR:when=1",
]


@pytest.fixture
def inject(any_place, tmp_path):
    def use(fault):
        any_place.under = ("strace", "-o", tmp_path / "strace", "-e", f"inject={fault}")
        return any_place

    return use


@pytest.mark.parametrize("fault", FAULTS)
def test_f33_the_stop_completes_or_says_why_not(inject, fault, canary):
    place = inject(fault)
    web, other = place.container("web", OBEDIENT), place.container("other", OBEDIENT)
    ended = place.cstop("-t", "1", "--kill-timeout", "1", web.id)
    if ended.status == 0:
        assert web.is_gone()
    else:
        # Before the loader is through, the message is its own.
        assert ended.status in (1, 2, 3, 4, 127)
        assert ended.err
    assert not web.is_frozen()
    assert other.is_untouched()
    assert canary.poll() is None


# What the kernel may answer, in turn; EIO where nothing is listed.
ERRORS = {
    "mmap": ["ENOMEM"],
    "mprotect": ["ENOMEM"],
    "openat": ["EACCES", "EINTR", "EMFILE", "ENOENT"],
    "openat2": ["EACCES", "EAGAIN", "EMFILE", "ENOENT"],
    "read": ["EIO", "EINTR", "EAGAIN"],
    "write": ["EIO", "EINTR", "EAGAIN"],
    "pwritev2": ["EIO", "EINTR", "EAGAIN", "EOPNOTSUPP"],
    "poll": ["EINTR", "ENOMEM"],
    "epoll_pwait2": ["EINTR", "EIO", "ENOSYS"],
    "epoll_ctl": ["ENOMEM"],
    "epoll_create1": ["EMFILE"],
    "signalfd4": ["EMFILE"],
    "pidfd_open": ["EMFILE", "EPERM", "ENOSYS"],
    "pidfd_send_signal": ["EPERM", "EACCES", "ENOSYS"],
    "flock": ["EINTR", "ENOLCK"],
    "newfstatat": ["EACCES", "ENOENT"],
    "close": ["EINTR"],
    "seccomp": ["EINVAL"],
    "prctl": ["EINVAL"],
}


class Calls:
    """The system calls of a run, in their order, from a strace of it: each as (name, its number among its kind, errors)."""

    def __init__(self, log):
        seen = {}
        self.all = []
        self.first_deed = None
        is_loaded = False
        for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
            name = re.match(r"\w*", line)[0]
            seen[name] = seen.get(name, 0) + 1
            if name == "pidfd_send_signal" or re.search(r'"cgroup\.kill"|"(cgroup\.freeze|freezer\.state)", O_WRONLY', line):
                self.first_deed = self.first_deed or len(self.all)
            # What the loader does with errors is its own.
            is_loaded = is_loaded or line.startswith("rt_sigaction(SIGPIPE")
            # brk(2) of the kernel has no errors: it answers with the break that there is.
            if is_loaded and name not in ("", "brk", "exit_group"):
                errors = ERRORS.get(name, ["EIO"])
                # Of a process that is there no kernel says that it is not, and whoever is believed dead is not waited for.
                is_process = 'openat(AT_FDCWD, "/proc/' in line
                self.all.append((name, seen[name], [e for e in errors if e != "ENOENT" or not is_process]))

    def faults(self, first, stride):
        """(place in the run, what to inject)"""
        for index, (name, number, errors) in islice(enumerate(self.all), first, None, stride):
            yield index, f"{name}:error={errors[number % len(errors)]}:when={number}"


def check_truth(ended, web, fault):
    """What the exit status says, and nothing else, is so."""
    if ended.status == 0:
        assert ended.names == [web.id]
        assert web.is_gone()
    elif ended.status == 4:
        assert web.init.is_alive() or web.members()
        assert "still running" in ended.err
    else:
        assert ended.status in (1, 2, 3)
        # Output that is lost is told by the status alone.
        assert ended.err or "write" in fault
    if ended.status != 0:
        assert ended.out == ""


@pytest.mark.once
@pytest.mark.parametrize("traps", [OBEDIENT, STUBBORN], ids=["obedient", "disobedient"])
@pytest.mark.parametrize(("runtime", "view", "first", "stride"), shares(2))
def test_f33_wherever_an_error_comes_the_exit_status_tells_the_truth(
    make_place, tmp_path, canary, traps, runtime, view, first, stride
):  # fmt: skip
    place = make_place(runtime, view)
    options = ("-t", "3" if traps is OBEDIENT else "0.05", "--kill-timeout", "0.3")
    log = tmp_path / "strace"
    other = place.container("other", OBEDIENT)

    def run(web, *injection):
        place.under = ("strace", "-o", str(log), *injection)
        try:
            return place.cstop(*options, web.id)
        finally:
            place.under = ()

    web = place.container("web", traps, shared_pids=True)
    assert run(web).status == 0
    calls = Calls(log)
    web = None
    for index, fault in calls.faults(first, stride):
        web = web or place.container(f"web{index}", traps, shared_pids=True)
        ended = None
        try:
            ended = run(web, "-e", f"inject={fault}")
            check_truth(ended, web, fault)
            assert not web.is_frozen()
            assert other.is_untouched()
            assert canary.poll() is None
        except AssertionError as error:
            raise AssertionError(f"{fault}: {ended}: {error}") from error
        # Before the first deed nothing has happened to it, unless the error made a deed of something else.
        if index >= calls.first_deed or ended.status == 0 or not web.is_untouched():
            again = place.cstop("-t", "0", web.id)
            assert (again.status, again.names) == (0, [web.id]), f"{fault}: {ended}: {again}"
            web = None


def test_f41_a_denied_signal_is_told_and_the_cgroup_is_killed_when_its_time_comes(inject, canary):
    """What a profile of AppArmor does to the signal (EACCES): this machine has none."""
    place = inject("pidfd_send_signal:error=EACCES")
    web = place.container("web", STUBBORN)
    ended = place.cstop("-t", "0.3", "--kill-timeout", "2", web.id)
    assert "Permission denied" in ended.err
    assert (ended.status, ended.names) == (0, [web.id]), ended.err
    assert web.is_gone()
    assert web.received() == []
    assert canary.poll() is None


def test_f41_a_denied_signal_is_told_with_the_profile_that_denies_it(any_place, tmp_path):
    """Opening the file with the profile's name gives one of the test's own; the signal through the pidfd is denied."""
    web = any_place.container("web", STUBBORN)
    profile = tmp_path / "profile"
    profile.write_text("docker-default (enforce)\n", encoding="ascii")
    strace = [
        "strace", "-o", "/dev/null", "-P", f"/proc/{web.pid}/attr/current", "-P", "anon_inode:[pidfd]",
        "-e", "inject=pidfd_send_signal:error=EACCES", "-e", "inject=openat:retval=9",
    ]  # fmt: skip
    any_place.under = ("sh", "-c", f'exec 9<{profile} && exec "$@"', "sh", *strace)
    ended = any_place.cstop("-t", "0.3", "--kill-timeout", "2", web.id)
    assert "SIGTERM was denied by a security module: security profile docker-default (enforce): " in ended.err
    assert (ended.status, ended.names) == (0, [web.id]), ended.err
    assert web.is_gone()
    assert web.received() == []
