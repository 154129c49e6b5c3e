"""Whole scans of a template that is given as text, and the verdicts they come to."""

from __future__ import annotations

import textwrap
from pathlib import Path
from tempfile import TemporaryDirectory

from scanner.config import Options
from scanner.pipeline import scan
from scanner.report.report import Report
from scanner.root import Inputs
from scanner.verdicts.sign_in import Client


def run(text: str, parameters: dict[str, str] | None = None) -> Report:
    with TemporaryDirectory() as name:
        directory = Path(name)
        (directory / "t.yaml").write_text(textwrap.dedent(text))
        given = Inputs(parameters=tuple((parameters or {}).items()))
        return scan(Options(paths=("t.yaml",), directory=directory, inputs=given, debug=True))


def verdicts(report: Report) -> dict[str, tuple[str, str]]:
    return {
        found.definition.address: (found.console.access.value, found.aws_login.outcome(Client.LOCALHOST).value)
        for found in report.principals
    }
