"""Scans of files that a test makes, and what a test asks of their reports."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from scanner.diagnostic import Severity
from scanner.options import Options
from scanner.pipeline import scan
from scanner.report.report import Report
from scanner.root import Inputs
from scanner.verdicts.document import principal_document
from scanner.verdicts.sign_in import Client

ROOT = Path(__file__).parent.parent
Scan = Callable[..., Report]
"""What the fixture ``scan_files`` is."""


def write(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Write files below a directory."""
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogateescape"))


def scanned(folder: Path, *paths: str, inputs: Inputs | None = None, **options: Any) -> Report:
    """The report on paths below a directory, on all of it where none is named. What the scanner raises rises.

    Fixes are not looked for unless somebody wants them.
    """
    options = {"debug": True, "offers_fixes": False, **options}
    return scan(Options(paths=paths or (".",), directory=folder, inputs=inputs or Inputs(), **options))


@cache
def scanned_fixture(path: str) -> Report:
    """The report on a fixture, by its path below the repository: many tests have a question about each."""
    return scanned(ROOT, path)


def scanned_files(files: Mapping[str, str | bytes], *paths: str, inputs: Inputs | None = None) -> Report:
    """The report on files in a directory of their own, for tests that scan many times."""
    with TemporaryDirectory() as name:
        write(Path(name), files)
        return scanned(Path(name), *paths, inputs=inputs)


def scanned_template(text: str, parameters: Mapping[str, str] | None = None) -> Report:
    """The report on a template, which may be indented."""
    given = Inputs(parameters=tuple((parameters or {}).items()))
    return scanned_files({"t.yaml": textwrap.dedent(text)}, "t.yaml", inputs=given)


def verdicts(report: Report) -> dict[str, tuple[str, str]]:
    """Console access and ``aws login`` on the same device, by address."""
    return {
        found.definition.address: (found.console.access.value, found.aws_login.outcome(Client.LOCALHOST).value)
        for found in report.principals
    }


def said(report: Report) -> list[str]:
    """The messages beside the findings."""
    return [found.message for found in report.diagnostics]


def errors(report: Report) -> list[str]:
    """What made a scan incomplete."""
    return [found.message for found in report.diagnostics if found.severity is Severity.ERROR]


def causes(report: Report) -> str:
    """What the decisions of all principals depend on."""
    return " | ".join(
        cause.detail
        for found in report.principals
        for permission in found.aws_login.permissions
        for cause in permission.decision.causes
    )


def documents(report: Report) -> dict[str, dict[str, Any]]:
    """What rules and reports see of each principal, by address."""
    return {found["address"]: found for found in map(principal_document, report.principals)}
