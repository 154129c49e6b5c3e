"""Trouble that several scan roots have in common is told once, with the roots; formats for programs have each."""

from __future__ import annotations

import pytest

from scanner.diagnostic import Diagnostic, warning
from scanner.report import Appearance, render
from scanner.report.wording import told_once
from scanner.span import Span
from tests.scans import Scan

SHARED = 'variable "name" { type = string }\nresource "aws_iam_user" "u" { name = nosuch(var.name) }\n'
CALL = 'module "people" {\n  source = "../../modules/people"\n  name   = "ann"\n}\n'


def met(*roots: str, path: str = "modules/m/main.tf") -> list[Diagnostic]:
    span = Span(path, 3, 1, 3, 5)
    return [Diagnostic(one.severity, one.summary, one.detail, one.span, root) for root in roots for one in
            [warning("Trouble", "It is so.", span)]]  # fmt: skip


@pytest.mark.parametrize(
    ("roots", "path", "scanned", "said"),
    [
        (("a", "b"), "modules/m/main.tf", 2, 'It is so. Met in the scan roots "a" and "b".'),
        (("a", "b", "c", "d", "e"), "m/x.tf", 9, 'It is so. Met in the scan roots "a", "b", "c" and 2 more.'),
        (("a",), "modules/m/main.tf", 8, 'It is so. Met in the scan root "a".'),
        (("a",), "modules/m/main.tf", 1, "It is so."),
        (("a",), "a/main.tf", 8, "It is so."),
        ((".",), "main.tf", 8, "It is so."),
        (("t.yaml",), "t.yaml", 8, "It is so."),
        (("",), "scan.yaml", 8, "It is so."),
    ],
)
def test_roots_are_told(roots: tuple[str, ...], path: str, scanned: int, said: str) -> None:
    (found,) = told_once(met(*roots, path=path), scanned)
    assert found.detail == said


@pytest.mark.parametrize("name", ["text", "concise", "markdown", "github"])
def test_formats_for_people_tell_what_is_equal_once(scan_files: Scan, name: str) -> None:
    files = {"modules/people/main.tf": SHARED, "live/a/main.tf": CALL, "live/b/main.tf": CALL}
    report = scan_files(files)
    assert len(report.warnings) == 2
    text = render(name, report, Appearance("1.2.3", width=None))
    assert text.count("nosuch") - text.count("name = nosuch") == 1
    assert "live/a" in text
    assert "live/b" in text
