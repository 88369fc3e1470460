"""Whoever starts a container again is named before the stop, and does it (test_systemd.py: a unit)."""
import pytest
from host import start_time_of, wait_for

KEEP_DOWN = {"docker": "docker update --restart=no", "podman": "podman stop", "rootless": "podman stop"}


@pytest.mark.parametrize("kind", KEEP_DOWN)
def test_restart_policy_is_warned_of_and_obeyed(engine_of, cstop, kind):
    """By docker's daemon, and by podman's conmon, which needs none."""
    engine = engine_of(kind)
    container = engine.make(options=("--restart=always",))
    keep_down = "%s %s" % (KEEP_DOWN[kind], container.name)
    (told,) = cstop("--json", container.name).objects
    assert (told["outcome"], told["escalated"]) == ("stopped", False), told
    assert told["restart"] == {"who": engine.cstop_name, "policy": "always", "keep_down": keep_down}
    assert any("(restart policy always); to keep it down: " + keep_down in warning for warning in told["warnings"]), told
    assert not container.lives
    again = wait_for(lambda: engine.pid_of(container) not in (0, container.pid) and engine.pid_of(container),
                     "another init of " + container.name)
    assert start_time_of(again) > container.start_time
    # cstop looks for a second and a half, which may be over before an emulated engine has done it.
    sightings = [warning for warning in told["warnings"] if warning.startswith("restarted by")]
    assert sightings in ([], ["restarted by %s; to keep it down: %s" % (engine.cstop_name, keep_down)])
