"""F33, F41: an error at a system call. The stop completes, or says what is wrong and exits; nothing stays frozen."""

import pytest
from containers import OBEDIENT, STUBBORN

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
    ended = place.cstop("-t", "1", "--kill-timeout", "1", web.id, limit=20)
    if ended.status == 0:
        assert web.is_gone()
    else:
        # Before the loader is through, the message is its own.
        assert ended.status in (1, 2, 3, 4, 127)
        assert ended.err
    assert not web.is_frozen()
    assert other.is_untouched()
    assert canary.poll() is None


def test_f41_a_denied_signal_is_told_and_the_cgroup_is_killed_when_its_time_comes(inject, canary):
    """What a profile of AppArmor does to the signal (EACCES): this machine has none."""
    place = inject("pidfd_send_signal:error=EACCES")
    web = place.container("web", STUBBORN)
    ended = place.cstop("-t", "0.3", "--kill-timeout", "2", web.id, limit=20)
    assert "Permission denied" in ended.err
    assert (ended.status, ended.names) == (0, [web.id]), ended.err
    assert web.is_gone()
    assert web.received() == []
    assert canary.poll() is None
