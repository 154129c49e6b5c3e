"""Suppressions of the configuration: what their globs name, and what is said of those that do not count."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from scanner.span import Span
from scanner.suppress_entry import SuppressEntry
from scanner.triage.address_globs import matches_address
from tests.triage.triage_files import IGNORE, RULE, TEAM, USER, open_ones, suppressed_ones, triaged, warnings

ADA, BOB = 'aws_iam_user.team["ada"]', 'aws_iam_user.team["bob"]'


def entry(
    rule: str | None = None,
    address: str | None = None,
    path: str | None = None,
    *,
    reason: str = "a robot",
    until: date | None = None,
    file: str = "scan.yaml",
    line: int = 3,
) -> SuppressEntry:
    return SuppressEntry(rule, address, path, reason, until, Span(file, line, 1, line, 9))


@pytest.mark.parametrize(
    ("glob", "address", "matches"),
    [
        ("*", ADA, True),
        ("", ADA, False),
        ("", "", True),
        (ADA, ADA, True),
        ('aws_iam_user.team["*"]', ADA, True),
        ('aws_iam_user.team["?da"]', ADA, True),
        ('aws_iam_user.team["?"]', ADA, False),
        ("aws_iam_user.team[*]", ADA, True),
        ("aws_iam_user.team", ADA, False),
        ("*.team*", ADA, True),
        ("*ada*da*", ADA, False),
        ("module.*.aws_iam_user.*", 'module.a["x.y"].module.b.aws_iam_user.c', True),
        ("module.*.aws_iam_user.*", "aws_iam_user.c", False),
        ("[a-z]*", "aws_iam_user.c", False),
        ("Network/*", "Network/Ada", True),
        ("*\n*", "a\nb", True),
        ("*.a", "a.a.a", True),
        ("***a", "a", True),
    ],
)
def test_addresses(glob: str, address: str, matches: bool) -> None:
    assert matches_address(glob, address) is matches


def test_hostile_globs() -> None:
    assert not matches_address("*a" * 500 + "b", "a" * 5_000)


@pytest.mark.parametrize(
    ("named", "suppressed"),
    [
        (entry(RULE), [ADA, BOB]),
        (entry("aws-login-denied"), []),
        (entry(address=ADA), [ADA]),
        (entry(RULE, '*["b*"]'), [BOB]),
        (entry(path="main.tf"), [ADA, BOB]),
        (entry(path="*.tf", file="sub/scan.yaml"), []),
        (entry(path="../*.tf", file="sub/scan.yaml"), [ADA, BOB]),
        (entry(RULE, ADA, "other.tf"), []),
        (entry(RULE, until=date(2026, 7, 1)), [ADA, BOB]),
        (entry(RULE, until=date(2026, 6, 30)), []),
        (entry(RULE, reason=" "), []),
        (entry("user-cannot"), []),
    ],
)
def test_entries(named: SuppressEntry, suppressed: list[str], tmp_path: Path) -> None:
    report = triaged(tmp_path, {"main.tf": TEAM}, suppress=(named,))
    assert suppressed_ones(report) == dict.fromkeys(suppressed, "a robot")
    assert sorted([*open_ones(report), *suppressed]) == [ADA, BOB]
    assert len(warnings(report)) == (0 if suppressed else 1)
    assert all(one.span == named.span for one in report.warnings)


def test_what_the_code_says_comes_first(tmp_path: Path) -> None:
    text = f"# {IGNORE} of the code\n{USER.lstrip()}"
    report = triaged(tmp_path, {"main.tf": text}, suppress=(entry(RULE),))
    assert suppressed_ones(report) == {"aws_iam_user.ada": "a robot of the code"}
    assert warnings(report) == []


def test_an_entry_is_unused_only_if_all_that_it_is_for_was_scanned(tmp_path: Path) -> None:
    files = {"a/main.tf": USER, "b/main.tf": "locals {}"}
    for paths, said in ((("b",), []), ((".",), []), (("a",), [])):
        assert warnings(triaged(tmp_path, files, *paths, suppress=(entry(RULE),))) == said, paths
    other = (entry("aws-login-denied"),)
    assert warnings(triaged(tmp_path, files, "a", "b", suppress=other)) == []
    assert warnings(triaged(tmp_path, files, suppress=other)) == ["3: Suppression not used"]
    assert warnings(triaged(tmp_path, {**files, "c/main.tf": "locals {"}, suppress=other)) == []
