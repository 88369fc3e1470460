"""What an error says that helps: what was perhaps meant, who may do it, where it was looked for."""

import shutil

import pytest
from containers import OBEDIENT
from cstop import BINARY, Running
from fixtures import PLACES
from test_rootless import NOBODY, UserPlace, open_directory, user_place  # pylint: disable=unused-import

OTHER = 65533


@pytest.fixture
def named_place(make_place, tmp_path):
    """Containers have names, as nerdctl gives them, in a root like containerd's."""
    root = tmp_path / "containerd" / "runc" / "shop"
    root.parent.mkdir(parents=True)
    return make_place(*PLACES[0], root=root)


def advice_of(ended):
    [told] = ended.objects
    return told["advice"]


def test_a_mistyped_name_brings_the_nearest_one_and_stops_nobody(named_place):
    web = named_place.container("web", OBEDIENT, annotations={"nerdctl/name": "frontend"})
    ended = named_place.cstop("forntend")
    assert (ended.status, ended.out) == (3, "")
    assert ended.err == "cstop: forntend: no such container; did you mean 'frontend' (containerd shop)?\n"
    ended = named_place.cstop("--json", "forntend")
    [told] = ended.objects
    assert (told["error"], told["advice"]) == ("no such container", "did you mean 'frontend' (containerd shop)?")
    assert web.is_untouched()


def test_a_mistyped_id_brings_the_nearest_one(place):
    web, other = place.container("web", OBEDIENT), place.container("other", OBEDIENT)
    ended = place.cstop(place.id("wbe"))
    assert ended.err == f"cstop: {place.id('wbe')}: no such container; did you mean '{web.id}' ({place.runtime_name})?\n"
    assert ended.status == 3
    assert web.is_untouched() and other.is_untouched()


def test_a_word_that_is_near_to_nothing_brings_no_suggestion(any_place):
    any_place.container("web", OBEDIENT)
    assert any_place.cstop("postgres").err == "cstop: postgres: no such container\n"


def test_a_suggestion_of_a_hostile_name_is_escaped(named_place):
    """The annotation is text that whoever built the image wrote."""
    named_place.container("web", OBEDIENT, annotations={"nerdctl/name": "front\x1b[2J\u202e\nend"})
    ended = named_place.cstop("front")
    assert "did you mean 'front\\x1b[2J\\u{202e}\\nend'" in ended.err
    assert "\x1b" not in ended.err and ended.err.count("\n") == 1
    assert "front" in advice_of(named_place.cstop("--json", "front"))


def lists_directory(calls, directory):
    """Among the lines of a strace -y."""
    return any("getdents64(" in line and f"<{directory}>, " in line for line in calls.splitlines())


def test_a_container_that_an_option_leaves_out_is_named(any_place):
    web = any_place.container("web", OBEDIENT)
    ended = any_place.cstop("--engine", "docker", web.id)
    assert ended.status == 3
    assert ended.err == f"cstop: {web.id}: no such container; there is one of runc, which --engine leaves out\n"
    assert web.is_untouched()


def test_ignore_forgives_without_looking_for_what_was_meant(any_place):
    web = any_place.container("web", OBEDIENT)
    ended = any_place.cstop("-v", "--ignore", any_place.id("wbe"))
    assert ended.status == 0 and "did you mean" not in ended.err
    assert web.is_untouched()


@pytest.mark.once  # a leak check attaches to the process, which strace already did
@pytest.mark.parametrize("options", [(), ("--dry-run",)], ids=["stop", "dry-run"])
def test_a_full_id_that_is_found_costs_no_look_at_others(any_place, options):
    web, other = any_place.container("web", OBEDIENT), any_place.container("other", OBEDIENT)
    log = any_place.directory / "strace"
    any_place.under = ("strace", "-f", "-q", "-y", "-e", "trace=%file,getdents64", "-o", log)
    ended = any_place.cstop(*options, web.id)
    assert ended.status == 0, ended
    calls = log.read_text(encoding="utf-8")
    assert f'"{web.id}"' in calls and other.id not in calls
    assert not lists_directory(calls, any_place.root)
    # The same eyes see what a prefix costs.
    assert any_place.cstop("--dry-run", other.id[:-1]).status == 0
    assert lists_directory(log.read_text(encoding="utf-8"), any_place.root)


def test_an_ambiguous_name_lists_engine_and_namespace_and_says_what_tells_them_apart(make_place, tmp_path):
    places = []
    for namespace in ("bank", "shop"):
        root = tmp_path / "containerd" / "runc" / namespace
        root.parent.mkdir(parents=True, exist_ok=True)
        places.append(make_place(*PLACES[0], root=root))
    containers = [place.container("web", OBEDIENT, annotations={"nerdctl/name": "frontend"}) for place in places]
    ended = places[0].cstop("--root", places[1].root, "frontend")
    assert (ended.status, ended.out) == (3, "")
    for container, namespace in zip(containers, ("bank", "shop")):
        assert f"{container.id} frontend (containerd {namespace}, {container.place.root})" in ended.err
        assert container.is_untouched()
    assert ended.err.endswith("; --namespace chooses one\n")
    ended = places[0].cstop("--root", places[1].root, "--namespace", "shop", "frontend")
    assert ended.status == 0
    assert containers[1].is_gone() and containers[0].is_untouched()


def test_an_ambiguous_prefix_says_to_use_more_of_it(any_place):
    for name in ("web-1", "web-2"):
        any_place.container(name, OBEDIENT)
    ended = any_place.cstop(any_place.id("web"))
    assert ended.status == 3 and ended.err.endswith("; use a full id, or more of it\n")


def test_where_no_runtime_keeps_its_state_the_places_that_were_looked_at_are_named(any_place):
    """As on a machine without engines: nothing is below /run."""

    def run(*arguments):
        script = 'mount -t tmpfs none /run && exec "$@"'
        command = ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh"]
        return Running(any_place.view.enter([*command, *any_place.command(*arguments, root=False)])).ended()

    sentence = "no runtime keeps its state here: looked at /run/runc, /run/crun, "
    ended = run("web")
    assert ended.status == 3
    assert ended.err.startswith(f"cstop: web: no such container; {sentence}") and "/run/docker/runtime-*/*" in ended.err
    for arguments in (["--list"], ["--all"], ["--filter", "engine=docker"]):
        ended = run(*arguments)
        assert ended.status == 0
        assert ended.err.startswith(f"cstop: warning: {sentence}"), ended
        assert run("-q", *arguments).err == ""


def readable_copy(place, directory):
    """The state of root's containers, where only the signal is refused."""
    shutil.copytree(place.root, directory)
    for path in directory.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    directory.chmod(0o755)
    return directory


@pytest.mark.parametrize("arguments", [[], ["-t", "0"], ["--signal", "HUP"]], ids=str)
def test_who_may_not_signal_roots_container_is_told_to_be_root(user_place, make_place, arguments):
    place = make_place(user_place.runtime_name, user_place.view.kind)
    web = place.container("web", OBEDIENT)
    readable = readable_copy(place, user_place.directory / "readable")
    ended = user_place.cstop_as_user("--root", readable, *arguments, web.id, root=False)
    assert (ended.status, ended.out) == (1, "")
    assert ended.err.endswith("Operation not permitted; run as root\n"), ended.err
    assert web.is_untouched()
    told = user_place.cstop_as_user("--json", "--root", readable, *arguments, web.id, root=False)
    assert advice_of(told) == "run as root"


def test_who_may_not_read_the_state_is_told_who_owns_it(user_place):
    """A user's directory, closed to another user."""
    web = user_place.container("web", OBEDIENT)
    user_place.root.chmod(0o700)
    binary = shutil.copy(BINARY, user_place.directory.parent / "cstop")
    user = ["setpriv", f"--reuid={OTHER}", f"--regid={OTHER}", "--clear-groups"]
    ended = Running(user_place.view.enter([*user, binary, "--root", str(user_place.root), web.id])).ended()
    assert (ended.status, ended.out) == (1, "")
    owner = f"run as root, or as uid {NOBODY}, who owns it"
    assert ended.err == f"cstop: open --root {user_place.root}: Permission denied; {owner}\n"
    user_place.root.chmod(0o755)
    (user_place.root / web.id).chmod(0o700)
    ended = Running(user_place.view.enter([*user, binary, "--root", str(user_place.root), web.id])).ended()
    assert ended.status == 1
    assert ended.err == f"cstop: {web.id}: open {user_place.root}/{web.id}: Permission denied; {owner}\n"
    assert web.init.is_alive()


def test_who_may_not_signal_a_users_container_is_told_who_owns_it(user_place):
    web = user_place.container("web", OBEDIENT)
    for path in [user_place.root, *user_place.root.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    binary = shutil.copy(BINARY, user_place.directory.parent / "cstop")
    user = ["setpriv", f"--reuid={OTHER}", f"--regid={OTHER}", "--clear-groups"]
    ended = Running(user_place.view.enter([*user, binary, "--root", str(user_place.root), web.id])).ended()
    assert (ended.status, ended.out) == (1, "")
    assert ended.err.endswith(f"; run as root, or as uid {NOBODY}, who owns it\n"), ended.err
    assert web.is_untouched()


def test_root_without_the_capability_is_told_which_one(user_place):
    web = user_place.container("web", OBEDIENT)
    without = ["setpriv", "--bounding-set=-kill", "--inh-caps=-kill"]
    ended = Running(user_place.view.enter([*without, *user_place.command(web.id)])).ended()
    assert (ended.status, ended.out) == (1, "")
    assert ended.err.endswith("Operation not permitted; run as root with CAP_KILL\n"), ended.err
    assert web.is_untouched()


def test_root_of_a_user_namespace_is_told_that_it_is_not_the_hosts(user_place, make_place):
    place = make_place(user_place.runtime_name, user_place.view.kind)
    web = place.container("web", OBEDIENT)
    readable = readable_copy(place, user_place.directory / "readable")
    binary = shutil.copy(BINARY, user_place.directory / "cstop")
    command = [*user_place.user, "unshare", "--user", "--map-root-user", binary, "--root", str(readable), web.id]
    ended = Running(user_place.view.enter(command)).ended()
    assert (ended.status, ended.out) == (1, "")
    assert ended.err.endswith("; cstop is root of a user namespace only: run it as root of the host\n"), ended.err
    assert web.is_untouched()
