"""Which containers are meant: ids, prefixes, --all, --filter, files, standard input, roots."""

import json
import os
import shutil

import pytest
from containers import OBEDIENT, STOP_SIGNAL


def test_an_unknown_id_exits_3(any_place):
    ended = any_place.cstop("nobody")
    assert (ended.status, ended.out) == (3, "")
    assert ended.err == f"cstop: nobody: no such container; no container at all is in {any_place.root}\n"


def test_ignore_forgives_an_unknown_id(any_place):
    ended = any_place.cstop("--ignore", "nobody")
    assert (ended.status, ended.out) == (0, "")


def test_ignore_stops_the_known_ones(any_place):
    web = any_place.container("web", OBEDIENT)
    ended = any_place.cstop("-i", "nobody", web.id)
    assert (ended.status, ended.names) == (0, [web.id]), ended.err


def test_a_bad_id_between_two_good_ones_does_not_keep_them(place):
    one, two = place.container("one", OBEDIENT), place.container("two", OBEDIENT)
    ended = place.cstop(one.id, "nobody", two.id)
    assert (ended.status, ended.names) == (3, [one.id, two.id])
    assert ended.err.splitlines()[0] == "cstop: nobody: no such container"
    assert one.is_gone() and two.is_gone()


def test_a_unique_prefix_is_enough_and_is_printed_as_typed(place):
    web, other = place.container("web", OBEDIENT), place.container("other", OBEDIENT)
    ended = place.cstop(web.id[:-1])
    assert (ended.status, ended.out, ended.err) == (0, web.id[:-1] + "\n", "")
    assert web.is_gone()
    assert other.is_untouched()


def test_an_ambiguous_prefix_names_the_candidates_and_stops_nobody(place):
    one, two = place.container("web-1", OBEDIENT), place.container("web-2", OBEDIENT)
    ended = place.cstop(place.id("web"))
    assert (ended.status, ended.out) == (3, "")
    assert ended.err.startswith(f"cstop: {place.id('web')}: ")
    assert one.id in ended.err and two.id in ended.err
    assert one.is_untouched() and two.is_untouched()


def test_a_full_id_that_is_a_prefix_of_another_means_itself(place):
    web, longer = place.container("web", OBEDIENT), place.container("web-2", OBEDIENT)
    assert place.cstop(web.id).status == 0
    assert web.is_gone()
    assert longer.is_untouched()


def test_the_same_container_named_twice_is_stopped_once(any_place):
    web = any_place.container("web", OBEDIENT)
    ended = any_place.cstop(web.id, web.id)
    assert ended.status == 0
    assert web.received() == ["TERM"]


def test_all_with_an_empty_root_stops_nothing_and_exits_0(any_place):
    ended = any_place.cstop("--all")
    assert (ended.status, ended.out, ended.err) == (0, "", "")


def test_all_stops_every_running_container_and_prints_full_ids(place):
    running = place.several(3, OBEDIENT)
    created = place.make("created", OBEDIENT).create()
    ended = place.cstop("--all")
    assert ended.status == 0
    assert sorted(ended.names) == [container.id for container in running]
    assert all(container.is_gone() for container in running)
    assert created.status() == "created"


def test_a_filter_stops_its_matches_only(place):
    blue = place.container("blue", OBEDIENT, annotations={"color": "blue"})
    red = place.container("red", OBEDIENT, annotations={"color": "red"})
    ended = place.cstop("--filter", "label=color=blue")
    assert (ended.status, ended.names) == (0, [blue.id])
    assert red.is_untouched()


def test_a_filter_without_a_match_stops_nothing_and_exits_0(place):
    web = place.container("web", OBEDIENT)
    ended = place.cstop("--filter", "id=nobody")
    assert (ended.status, ended.out) == (0, "")
    assert web.is_untouched()


def test_a_cidfile_names_a_container(any_place):
    web = any_place.container("web", OBEDIENT)
    cidfile = any_place.directory / "cid"
    cidfile.write_text(web.id + "\n")
    ended = any_place.cstop("--cidfile", cidfile)
    assert (ended.status, ended.names) == (0, [web.id]), ended.err
    assert web.is_gone()


def test_standard_input_names_containers(any_place):
    one, two = any_place.container("one", OBEDIENT), any_place.container("two", OBEDIENT)
    ended = any_place.cstop("-", stdin=f"{one.id}\n{two.id}\n")
    assert (ended.status, ended.names) == (0, [one.id, two.id])
    assert one.is_gone() and two.is_gone()


def test_only_the_named_roots_are_searched(make_place, place):
    other = make_place(place.runtime_name, place.view.kind)
    web = place.container("web", OBEDIENT)
    assert other.cstop(web.id).status == 3
    assert web.is_untouched()
    assert other.cstop("--root", place.root, web.id).status == 0
    assert web.is_gone()


@pytest.mark.parametrize("runtime", ["runc", "crun"])
def test_the_default_root_is_searched_when_none_is_named(make_place, runtime):
    kind = "hybrid" if runtime == "runc" else "v1"
    place = make_place(runtime, kind_here(kind), root=f"/run/{runtime}")
    web = place.container("web", OBEDIENT)
    ended = place.cstop(web.id, root=False)
    assert (ended.status, ended.names) == (0, [web.id]), ended.err
    assert web.received() == ["TERM"]


def test_a_root_of_a_session_is_searched(any_place, make_place):
    """XDG_RUNTIME_DIR moves crun's default root even for root."""
    session = any_place.directory / "session"
    place = make_place("crun", kind_here("v1"), root=session / "crun")
    web = place.container("web", OBEDIENT)
    ended = place.cstop(web.id, root=False, environment={"XDG_RUNTIME_DIR": str(session)})
    assert (ended.status, ended.names) == (0, [web.id]), ended.err


def test_the_format_is_recognised_by_content_not_by_the_root(make_place):
    """docker keeps crun's containers below a directory named after runc."""
    place = make_place("crun", kind_here("v1"))
    place.root = place.directory / "runtime-runc"
    web = place.container("web", {"QUIT": "exit 3", "TERM": ":"}, annotations={STOP_SIGNAL: "SIGQUIT"})
    assert place.cstop(web.id).status == 0
    assert web.received() == ["QUIT"]


def test_one_damaged_state_file_hides_nobody(place):
    web = place.container("web", OBEDIENT)
    damaged = place.root / place.id("damaged")
    shutil.copytree(place.root / web.id, damaged)
    name = "state.json" if place.runtime_name == "runc" else "status"
    (damaged / name).write_text('{"pid": ')
    ended = place.cstop("--all")
    assert (ended.status, ended.names) == (1, [web.id])
    assert damaged.name in ended.err
    assert web.is_gone()
    shutil.rmtree(damaged)


def test_a_state_file_with_a_reused_pid_signals_nobody(place, canary):
    """The state says the pid of somebody else, and a start time that is not his."""
    web = place.container("web", OBEDIENT)
    forged = place.root / place.id("forged")
    shutil.copytree(place.root / web.id, forged)
    name, key = ("state.json", "init_process_pid") if place.runtime_name == "runc" else ("status", "pid")
    state = json.loads((forged / name).read_text())
    state[key] = canary.pid
    if place.runtime_name == "runc":
        state["id"] = forged.name
        state["cgroup_paths"] = {}
    else:
        state["cgroup-path"] = ""
    (forged / name).write_text(json.dumps(state))
    ended = place.cstop(forged.name)
    assert ended.status == 0
    assert "not running" in ended.err
    assert canary.poll() is None
    assert web.is_untouched()
    shutil.rmtree(forged)


def kind_here(kind):
    """The view wanted, or the only one that this host has."""
    import views

    return kind if views.kind_of_host() == "hybrid" else views.kind_of_host()


def test_the_word_is_the_name_of_the_right_container_among_many(any_place):
    containers = any_place.several(6, OBEDIENT)
    chosen = containers[3]
    assert any_place.cstop(chosen.id).status == 0
    assert [container.is_gone() for container in containers] == [container is chosen for container in containers]
    assert os.path.isdir(any_place.root / chosen.id)
