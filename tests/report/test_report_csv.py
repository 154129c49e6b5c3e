"""CSV, read back with Python's reader: a row a finding, cells that no spreadsheet evaluates."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from report_builders import HOSTILE, finding, hostile, many, report, typical

from scanner.escape import visible
from scanner.report import Appearance, render
from scanner.report.csv import COLUMNS
from scanner.report.report import Report


def rendered(found: Report) -> str:
    return render("csv", found, Appearance("1.2.3", directory="deep/down"))


def rows(found: Report) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(rendered(found), newline=""), strict=True))


@pytest.mark.parametrize(
    "found", [typical(), report(), many(), hostile()], ids=["typical", "nothing", "many", "hostile"]
)
def test_a_row_a_finding_and_one_a_trouble(found: Report) -> None:
    shown = rows(found)
    assert all(row.keys() == set(COLUMNS) and None not in row.values() for row in shown)
    kinds = [row["kind"] for row in shown]
    assert kinds == ["finding"] * len(found.findings) + ["input"] * len(found.diagnostics)
    text = rendered(found)
    assert text.count("\r\n") == len(shown) + 1, "RFC 4180: a header, and lines that end with CR and LF"
    assert text.replace("\r\n", "").isprintable()
    fingerprints = sorted(row["fingerprint"] for row in shown if row["kind"] == "finding")
    assert fingerprints == sorted(each.fingerprint for each in found.findings)


def test_cells() -> None:
    first, *_ = rows(typical())
    assert {name: first[name] for name in COLUMNS[:10] if name != "message"} == {
        "kind": "finding",
        "state": "open",
        "severity": "error",
        "rule": "user-cannot-aws-login",
        "principal": "aws_iam_user.alice",
        "root": "infra",
        "path": "infra/main.tf",
        "line": "3",
        "end_line": "7",
    }


def test_states() -> None:
    shown = {row["principal"]: row for row in rows(typical()) if row["rule"] == "user-cannot-aws-login"}
    assert {name: row["state"] for name, row in shown.items()} == {
        "aws_iam_user.alice": "open",
        "aws_iam_user.old": "baselined",
        "aws_iam_user.robot[0]": "suppressed",
        "aws_iam_user.robot[1]": "suppressed",
    }
    robot = shown["aws_iam_user.robot[0]"]
    assert (robot["reason"], robot["until"]) == ("a robot", "2027-03-01")


def test_an_incomplete_scan_does_not_look_like_a_clean_one() -> None:
    shown = [(row["severity"], row["path"], row["line"], row["message"]) for row in rows(typical())[-2:]]
    assert shown[0] == ("error", "infra/broken.tf", "12", "Invalid block: Expected a closing brace.")
    assert shown[1][0] == "warning"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "＝", "＋", "－", "＠", " =", "\u3000="])  # noqa: RUF001
def test_no_cell_is_a_formula(start: str) -> None:
    text = f"{start}cmd|' /C calc'!A0"
    (row,) = rows(
        report(findings=(replace(finding(text, address=text, root=text), help=text, tags=(text,), url=text),))
    )
    for name in ("message", "principal", "root", "help", "tags", "url"):
        assert row[name].startswith(("'", "\\")), name
        assert row[name].endswith("cmd|' /C calc'!A0")


@pytest.mark.parametrize("start", ["\t", "\r", "\n"])
def test_nor_does_a_line_end_begin_one(start: str) -> None:
    (row,) = rows(report(findings=(finding(f"{start}=1+1"),)))
    assert row["message"] == visible(f"{start}=1+1")
    assert row["message"].startswith("\\")


@pytest.mark.parametrize("name", HOSTILE)
def test_texts_come_back(name: str) -> None:
    text = HOSTILE[name]
    (row,) = rows(report(findings=(finding(text, address=text),)))
    assert row["message"] == row["principal"] == visible(text)
