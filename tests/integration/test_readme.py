"""The README says with which versions the engines are tested here."""

import pytest
import views
from fixtures import PLACES
from readme import PROGRAMS, read_table, version_of

TESTED = read_table("tested")


@pytest.mark.parametrize("engine", PROGRAMS)
def test_the_readme_has_the_version_that_is_tested(engine):
    version, _, _ = TESTED[engine]
    assert version == version_of(PROGRAMS[engine])


@pytest.mark.parametrize("runtime", ["runc", "crun"])
def test_the_readme_names_the_views_of_the_cgroups_that_a_runtime_is_tested_in(runtime):
    _, here, _ = TESTED[runtime]
    kinds = [kind for name, kind in PLACES if name == runtime]
    # Another host has one view, and the README tells of one that has all.
    if views.kind_of_host() == "hybrid":
        assert here.split("; ")[0] == ", ".join(kinds)
    else:
        assert kinds == [views.kind_of_host()]
