"""A fixed sample of all laws over the fixtures. ``make laws`` tries all of them; see ``docs/laws.md``."""

from __future__ import annotations

from functools import cache

import pytest

from tests.laws import corpus
from tests.laws.known_faults import KNOWN, known
from tests.laws.law import Before, Law, looked_at, tried
from tests.laws.laws import LAWS, laws_for
from tests.laws.pairs import pairs
from tests.laws.project import Project
from tests.laws.sample import order, shuffled

pytestmark = pytest.mark.slow

CASES = 3
"""Projects for each law."""
PAIRS = 40
PROJECTS = {project.name: project for project in corpus.fixtures()}
APPLICABLE = {name: frozenset(law.name for law in laws_for(project)) for name, project in PROJECTS.items()}


@cache
def before(name: str) -> Before:
    return looked_at(PROJECTS[name])


def projects_for(law: Law) -> list[Project]:
    wanted = [project for name, project in PROJECTS.items() if law.name in APPLICABLE[name]]
    return [project for project in shuffled(law, wanted) if known(law.name, project.name) is None]


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name)
def test_law(law: Law) -> None:
    if known(law.name, "*"):
        pytest.skip(f"known: {known(law.name, '*')}")
    cases = 0
    for project in projects_for(law):
        found = tried(law, before(project.name))
        if found is not None:
            assert found[1] is None, str(found[1])
            cases += 1
        if cases == CASES:
            break
    assert cases > 0, "there is no fixture that it can be tried on"


def test_pairs_of_laws() -> None:
    chosen = sorted(pairs(LAWS), key=lambda law: order(law.name))
    cases = 0
    for law in chosen:
        names = set(law.name.split(" + "))
        wanted = [project for name, project in PROJECTS.items() if names <= APPLICABLE[name]]
        for project in shuffled(law, wanted)[:2]:
            found = tried(law, before(project.name)) if known(law.name, project.name) is None else None
            if found is not None:
                assert found[1] is None, str(found[1])
                cases += 1
        if cases >= PAIRS:
            break
    assert cases >= PAIRS


def test_every_fixture_with_principals_has_laws() -> None:
    assert len(PROJECTS) > 100
    assert all(APPLICABLE.values())


def test_known_faults_are_cases() -> None:
    names = {law.name for law in LAWS}
    assert {law for law, _ in KNOWN} <= names
    assert {project for _, project in KNOWN} <= PROJECTS.keys() | {"*"}
