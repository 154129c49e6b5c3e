"""Which root was which, by where it was and where what is scanned lies now."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from scanner.changes.same_roots import same_roots, with_other_forms

CASES: dict[str, tuple[str, str, str, dict[str, str]]] = {
    # before, after, scanned paths, and who is who
    "the same paths": ("/a /b", "/a /b", "/", {"/a": "/a", "/b": "/b"}),
    "one is new, one is gone": ("/a /b", "/b /c", "/", {"/b": "/b"}),
    "a new one ends as one that is gone": ("/a/iam /b/iam", "/b/iam /c/iam", "/", {"/b/iam": "/b/iam"}),
    "another checkout": ("/x/a /x/b", "/y/a /y/b", "/y", {"/y/a": "/x/a", "/y/b": "/x/b"}),
    "a checkout of more": ("/x/infra/a /x/b", "/y/infra/a", "/y/infra", {"/y/infra/a": "/x/infra/a"}),
    "alike, but not the whole way": ("/x/infra/a/iam", "/y/infra/b/iam", "/y/infra", {}),
    "the only one of what is scanned": ("/x", "/y", "/y", {"/y": "/x"}),
    "the only one there, and not what is scanned": ("/x", "/y/z", "/y", {}),
    "one of two": ("/x /z", "/y", "/y", {}),
    "environments that are named": (
        "/base/prod /base/stage",
        "/head/prod /head/stage",
        "/head/prod /head/stage",
        {"/head/prod": "/base/prod", "/head/stage": "/base/stage"},
    ),
    "the directory that fits most": (
        "/x/a /x/b /z/a",
        "/y/a /y/b",
        "/y",
        {"/y/a": "/x/a", "/y/b": "/x/b"},
    ),
    "two directories that fit": ("/x/a /z/a", "/y/a", "/y", {}),
    "a module below another": ("/x/a /x/a/a", "/y/a /y/a/a", "/y", {"/y/a": "/x/a", "/y/a/a": "/x/a/a"}),
    "nothing before": ("", "/y/a", "/y", {}),
}


@pytest.mark.parametrize("case", CASES)
def test_same_roots(case: str) -> None:
    before, after, paths, expected = CASES[case]
    sides = ({root: PurePosixPath(root) for root in side.split()} for side in (before, after))
    assert same_roots(*sides, [PurePosixPath(path) for path in paths.split()]) == expected


FORMS: dict[str, tuple[str, str, str, dict[str, str]]] = {
    # before, after, who is who already, and then
    "a plan of what was a configuration": ("a", "a/p.json", "", {"a/p.json": "a"}),
    "a configuration of what was a state": ("a/s.json", "a", "", {"a": "a/s.json"}),
    "a plan beside the configuration": ("a", "a a/p.json", "a", {"a": "a"}),
    "two plans": ("a", "a/p.json a/q.json", "", {}),
    "two states": ("a/s.json a/t.json", "a", "", {}),
    "another directory": ("a", "b/p.json", "", {}),
}


@pytest.mark.parametrize("case", FORMS)
def test_other_forms(case: str) -> None:
    before, after, known, expected = FORMS[case]
    homes = ({root: PurePosixPath(root.partition("/")[0]) for root in side.split()} for side in (before, after))
    assert with_other_forms({root: root for root in known.split()}, *homes) == expected
