"""Trouble that is alike is counted: in every format, for none of them sees more than the report has."""

from __future__ import annotations

from dataclasses import replace

from scanner.diagnostic import Diagnostic, error, warning
from scanner.report.counted import MOST, MOST_ALIKE, counted
from scanner.span import Span
from tests.scans import Scan, errors


def at(line: int) -> Span:
    return Span("main.tf", line, 1, line, 9)


def alike(number: int, summary: str = "No such function") -> list[Diagnostic]:
    return [error(summary, f'There is no function "f{line}".', at(line)) for line in range(1, number + 1)]


def test_a_few_are_told_as_they_are() -> None:
    for number in (0, 1, MOST_ALIKE, MOST_ALIKE + 1):
        assert sorted(counted(alike(number)), key=str) == sorted(alike(number), key=str)


def test_the_first_of_a_kind_by_place_are_told_and_the_others_counted() -> None:
    found = counted(reversed(alike(MOST_ALIKE + 900)))
    assert list(found[:MOST_ALIKE]) == alike(MOST_ALIKE)
    assert [one.detail for one in found[MOST_ALIKE:]] == [
        'There is no function "f101". There are 899 more like this one, which are not listed.'
    ]


def test_other_kinds_and_other_roots_are_told_beside_them() -> None:
    others = [warning("Not followed", "It is not followed.", at(7)), error("No such type", "There is none.", at(9))]
    elsewhere = [replace(one, root="other") for one in alike(3)]
    found = counted([*alike(5_000), *others, *elsewhere])
    assert set(others) <= set(found)
    assert set(elsewhere) <= set(found)
    assert len(found) == MOST_ALIKE + 1 + len(others) + len(elsewhere)


def test_kinds_are_counted_too_and_errors_come_first() -> None:
    kinds = [error(f"Kind {'x' * number}", "It is wrong.", at(number)) for number in range(1, 3_000)]
    warnings = [warning("Not followed", f"{'y' * number}.", at(1)) for number in range(1, 50)]
    found = counted([*warnings, *kinds])
    assert len(found) == MOST + 1
    assert list(found[:MOST]) == kinds[:MOST]
    assert found[-1].detail == "It is wrong. There are 2,047 more of other kinds, which are not listed."


def test_a_scan_of_many_equal_errors(scan_files: Scan) -> None:
    blocks = "".join(f'resource "aws_iam_user" "u{n}" {{\n  name = local.no_such_{n}\n}}\n' for n in range(300))
    report = scan_files({"main.tf": blocks})
    assert len(report.principals) == 300
    assert len(errors(report)) == MOST_ALIKE + 1
    assert errors(report)[-1].endswith("There are 199 more like this one, which are not listed.")
