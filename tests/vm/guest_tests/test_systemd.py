"""systemd around and inside of containers."""
from pathlib import Path

import pytest
from host import cgroup_of, processes_in, run, wait_for

import payload


def test_systemd_container_shuts_down_in_order(engine_of, cstop):
    container = engine_of("systemd").make()
    (told,) = cstop("--json", "-t", "60", container.name, limit=120).objects
    assert (told["outcome"], told["signal"], told["escalated"]) == ("stopped", "SIGRTMIN+3", False), told
    assert not container.lives and not processes_in(container.cgroup)
    assert container.exit_code() != payload.KILLED


def test_systemd_container_is_killed_with_all_its_sub_cgroups(engine_of, cstop, record):
    container = engine_of("systemd").make()
    record(container)
    assert cgroup_of(container.pid) == container.cgroup / "init.scope"
    assert len([child for child in container.cgroup.iterdir() if child.is_dir()]) >= 2
    ended = cstop("-t", "0", container.name)
    assert ended.status == 0, ended
    assert not container.lives and not processes_in(container.cgroup)
    assert container.exit_code() == payload.KILLED


# As podman's own generator writes it for a .container file.
UNIT = """[Service]
Type=notify
NotifyAccess=all
Environment=PODMAN_SYSTEMD_UNIT=%%n
Delegate=yes
KillMode=mixed
Restart=always
RestartSec=0
SuccessExitStatus=%d
ExecStartPre=-rm -f /run/%%N.cid
ExecStart=/usr/bin/podman run --name=%s --cidfile=/run/%%N.cid --replace --rm -d --cgroups=split --sdnotify=conmon --network none localhost/img:plain sh -c '%s'
ExecStop=/usr/bin/podman rm -f -i --cidfile=/run/%%N.cid
ExecStopPost=-/usr/bin/podman rm -f -i --cidfile=/run/%%N.cid
SyslogIdentifier=%%N
"""


@pytest.fixture
def restarting_unit(engine_of):
    """A unit that starts its container again; gives the unit's name, the container, and a way to see its pid."""
    engine = engine_of("podman")
    unit, name = "cstop-quadlet.service", "quadlet"
    script = payload.OBEDIENT.replace("%", "%%").replace("$", "$$").replace('"', '\\"')
    Path("/run/systemd/system", unit).write_text(UNIT % (payload.code_of(15), name, script))
    run("systemctl", "daemon-reload")
    run("systemctl", "start", unit, timeout=300)

    def read_pid():
        asked = run("podman", "inspect", "-f", "{{.State.Pid}}", name, check=False).stdout.strip()
        return int(asked or 0)

    id_ = run("podman", "inspect", "-f", "{{.Id}}", name).stdout.strip()
    yield unit, engine.find(id_, name).await_payload(), read_pid
    run("systemctl", "stop", unit, timeout=300)
    Path("/run/systemd/system", unit).unlink()
    run("systemctl", "daemon-reload")


def test_unit_of_a_container_is_warned_of_and_starts_another(restarting_unit, cstop, record):
    unit, container, read_pid = restarting_unit
    record(container, "unit")
    assert unit in cgroup_of(container.pid).parts
    (told,) = cstop("--json", container.name).objects
    assert (told["outcome"], told["escalated"]) == ("stopped", False), told
    assert told["restart"] == {"who": "systemd", "policy": None, "keep_down": "systemctl stop " + unit}
    assert "systemd may start it again; to keep it down: systemctl stop " + unit in told["warnings"], told
    new = wait_for(lambda: read_pid() not in (0, container.pid) and read_pid(), "another container of " + unit)
    assert run("systemctl", "is-active", unit).stdout == "active\n"
    assert run("systemctl", "show", "-P", "NRestarts", unit).stdout == "1\n"
    assert Path("/proc/%d" % new).exists()
