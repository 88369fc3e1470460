"""The machine is the host that these tests are about."""
import os
import platform
import re
import subprocess

import engines
from readme import PROGRAMS, read_table, version_of


def test_systemd_is_process_one():
    assert open("/proc/1/comm").read() == "systemd\n"


def test_cgroups_are_v2_alone_with_all_controllers():
    mounts = [line.split(" - ")[1].split()[0] for line in open("/proc/self/mountinfo")]
    assert "cgroup2" in mounts and "cgroup" not in mounts
    assert {"cpu", "io", "memory", "pids"} <= set(open("/sys/fs/cgroup/cgroup.controllers").read().split())


def test_kernel_is_older_than_the_pidfd_ioctls():
    assert platform.release().startswith("6.1.")


def test_apparmor_confines_containers_here():
    assert open("/sys/module/apparmor/parameters/enabled").read() == "Y\n"


def test_user_op_has_a_lingering_manager_with_delegated_cgroups():
    subprocess.run(["systemctl", "is-active", "user@1000.service"], check=True)
    slice_ = "/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service"
    assert os.stat(slice_).st_uid == 1000
    assert {"memory", "pids"} <= set(open(slice_ + "/cgroup.controllers").read().split())


def test_every_line_of_the_selection_means_a_test(pytestconfig):
    assert not getattr(pytestconfig, "selection_without_tests", [])


def test_readme_tells_what_this_machine_is():
    kernel, first, cgroups, driver = read_table("host")["the virtual machine, `tests/vm`"]
    assert platform.release().startswith(kernel + ".")
    said = subprocess.run(["systemctl", "--version"], capture_output=True, text=True, check=True).stdout
    assert first == " ".join(re.match(r"(systemd \d+)", said).groups())
    assert (cgroups, driver) == ("v2", "systemd")


def test_readme_tells_which_engines_are_tested_here():
    tested = {}
    for engine in [*engines.ALL, engines.SystemdInPodman]:
        tested.setdefault(engine.cstop_name, []).append(engine.told)
    tested["docker"].append("crun")  # test_docker.py, as selection.txt has it
    tested["podman"] += ["pods", "a unit with `Restart=always`"]  # test_podman.py; test_systemd.py
    table = read_table("tested")
    assert {name: (cells[0], cells[2]) for name, cells in table.items()} == {
        name: (version_of(PROGRAMS[name]), "; ".join(told)) for name, told in tested.items()
    }
