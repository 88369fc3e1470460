"""What is said, and where."""

import os
import subprocess

from containers import OBEDIENT, STOP_SIGNAL, STUBBORN
from cstop import KERNEL_TELLS_ENDS

KEYS = [
    "version", "word", "id", "name", "engine", "namespace", "pid", "status", "signal", "signal_source", "timeout_ms", "schedule",
    "steps", "outcome", "exit", "escalated", "leftovers", "duration_ms", "warnings", "error",
]  # fmt: skip


def test_json_has_every_key_in_every_object(place):
    web, gone = place.container("web", OBEDIENT), place.container("gone", OBEDIENT)
    gone.kill_init()
    ended = place.cstop("--json", "-t", "7", web.id, gone.id, "nobody")
    assert ended.status == 3
    stopped, not_running, unknown = ended.objects
    for told in ended.objects:
        assert set(KEYS) <= set(told)
        assert told["version"] == 1
    assert stopped["id"] == web.id
    assert stopped["engine"] == place.runtime_name
    assert stopped["pid"] == web.pid
    assert (stopped["status"], stopped["outcome"]) == ("running", "stopped")
    assert (stopped["signal"], stopped["signal_source"]) == ("SIGTERM", "default")
    assert stopped["timeout_ms"] == 7000
    assert stopped["schedule"] == "SIGTERM@init/7s/SIGKILL@all/60s/SIGKILL@init/60s"
    [step] = stopped["steps"]
    assert (step["signal"], step["target"], step["result"]) == ("SIGTERM", "init", "sent")
    assert 0 <= step["sent_at_ms"] <= stopped["duration_ms"]
    assert (stopped["leftovers"], stopped["warnings"], stopped["error"]) == (0, [], None)
    assert (not_running["id"], not_running["outcome"], not_running["steps"]) == (gone.id, "not_running", [])
    assert (unknown["name"], unknown["outcome"]) == ("nobody", "not_found")
    assert "no such container" in unknown["error"]


def test_dry_run_tells_the_plan_and_touches_nothing(place):
    web = place.container("web", {"QUIT": ":", "TERM": ":"}, annotations={STOP_SIGNAL: "SIGQUIT"})
    ended = place.cstop("--dry-run", "-t", "5", web.id)
    assert (ended.status, ended.err) == (0, "")
    assert str(web.pid) in ended.out
    assert "running" in ended.out
    assert "SIGQUIT" in ended.out and "annotation" in ended.out
    assert "SIGQUIT@init/5s/SIGKILL@all/60s/SIGKILL@init/60s" in ended.out
    assert any(str(cgroup.relative_to("/sys/fs/cgroup")).rpartition("/")[2] in ended.out for cgroup in web.cgroups())
    assert web.is_untouched() and web.status() == "running"


def test_dry_run_leaves_a_paused_container_paused(place):
    web = place.container("web", OBEDIENT)
    web.pause()
    ended = place.cstop("-n", web.id)
    assert ended.status == 0 and "paused" in ended.out
    assert web.is_frozen()
    web.resume()
    assert web.is_untouched()


def test_dry_run_of_an_unknown_id_exits_3(any_place):
    ended = any_place.cstop("-n", "nobody")
    assert (ended.status, ended.out) == (3, "")


def test_verbose_tells_every_step_and_how_init_ended(place):
    web = place.container("web", OBEDIENT)
    ended = place.cstop("-v", web.id)
    assert (ended.status, ended.out) == (0, f"{web.id}\n")
    assert "SIGTERM" in ended.err and " ms" in ended.err
    assert "exit code 3" in ended.err or not KERNEL_TELLS_ENDS  # see is_exit


def test_verbose_tells_the_kill(place):
    web = place.container("web", STUBBORN)
    ended = place.cstop("-v", "-t", "0.2", web.id)
    assert ended.status == 0
    assert "SIGKILL to all" in ended.err
    assert "killed by SIGKILL" in ended.err or not KERNEL_TELLS_ENDS


def test_quiet_prints_nothing_but_errors(place):
    web = place.container("web", STUBBORN)
    ended = place.cstop("-q", "-t", "0.2", web.id, "nobody")
    assert (ended.status, ended.out) == (3, "")
    assert ended.err == "cstop: nobody: no such container\n"
    assert web.is_gone()


def test_quiet_leaves_out_the_warning_of_a_root_that_was_not_read_whole(any_place, tmp_path):
    """Whoever was asked for is found all the same."""
    web = any_place.container("web", OBEDIENT)
    crowded = tmp_path / "crowded"
    crowded.mkdir()
    for number in range(1025):  # one more than a stranger's root may have
        (crowded / str(number)).mkdir()
    os.chown(crowded, 12345, 12345)
    arguments = ["--root", crowded, web.id[:-1]]
    told = any_place.cstop("--dry-run", *arguments)
    assert told.status == 0 and "warning" in told.err and str(crowded) in told.err, told
    ended = any_place.cstop("-q", *arguments)
    assert (ended.status, ended.err) == (0, ""), ended
    assert web.is_gone()


def test_a_closed_standard_output_does_not_keep_a_container_alive(any_place):
    web = any_place.container("web", OBEDIENT)
    shell = any_place.view.enter(["sh", "-c", '"$@" >&-', "sh", *any_place.command(web.id)])
    subprocess.run(shell, check=False, stderr=subprocess.DEVNULL)
    assert web.is_gone()


def test_version_and_help_are_answers_not_errors(any_place):
    version = any_place.cstop("--version", root=False)
    assert (version.status, version.err) == (0, "")
    assert version.out.startswith("cstop ") and version.out.count("\n") == 1
    usage = any_place.cstop("--help", root=False)
    assert (usage.status, usage.err) == (0, "")
    assert "--kill-timeout" in usage.out
