"""One directory for the time of the process, for what is read as files."""

from __future__ import annotations

import atexit
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from fuzz.seeds import FIXTURES
from scanner import __version__
from scanner.options import Options
from scanner.pipeline import chosen_rules, scan
from scanner.report.json import render
from scanner.rules.rule import Rule


@cache
def folder(name: str) -> Path:
    """A directory that only one target uses, deleted at the end of the process."""
    made = TemporaryDirectory(prefix=f"fuzz-{name}-")
    atexit.register(made.cleanup)
    return Path(made.name)


def scanned(name: str, files: Mapping[str, bytes], *paths: str) -> str:
    """The report on files in a directory of their own, in JSON. What the scanner raises rises."""
    directory = folder(name)
    for file, content in files.items():
        (directory / file).parent.mkdir(parents=True, exist_ok=True)
        (directory / file).write_bytes(content)
    options = Options(paths=paths or (".",), directory=directory, debug=True)
    report = scan(options, rules=_rules())
    assert not any("Internal" in one.summary for one in report.diagnostics)
    return render(report, __version__)


@cache
def _rules() -> tuple[Rule, ...]:
    return chosen_rules(Options(directory=FIXTURES))
