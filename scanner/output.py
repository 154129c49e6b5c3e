"""Where reports go: standard output, as wide and as colourful as it can show them, and files."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from scanner import github_actions
from scanner.excerpt import Sources
from scanner.finding import Level
from scanner.lazy_dataclass import dataclass
from scanner.report import Appearance, render
from scanner.report.report import Report
from scanner.streams import show
from scanner.writing import UnwrittenError, write

STANDARD_OUTPUT = "-"
_LONGEST_CATEGORY = 200


@dataclass(frozen=True, slots=True)
class Delivery:
    """Which reports go where, and what of them is shown. Nothing here changes the exit status."""

    printed: tuple[str, ...]
    """Formats for standard output."""
    outputs: tuple[tuple[str, str], ...] = ()
    """Formats with the files that they go to."""
    min_severity: Level = Level.NOTE
    """The lowest level that is shown."""
    quiet: bool = False
    """Nothing but findings and errors, in formats for people."""
    annotates: bool = False
    """Whether annotations follow what is printed."""


def deliver(
    report: Report, delivery: Delivery, appearance: Appearance, directory: Path, sources: Sources | None = None
) -> list[tuple[str, str]]:
    """Write and print the report; gives the files that could not be written, each with a message.

    A report that cannot be written is no reason to lose the others, so files come first: where nothing can be printed,
    that is the end. ``directory`` is the working directory, and ``sources`` reads files if paths begin elsewhere.
    """
    shown = report.at_least(delivery.min_severity)
    sources = sources or Sources(directory)
    plain = replace(appearance, excerpt=sources.excerpt, lines=sources.lines, quiet=delivery.quiet)
    trouble: list[tuple[str, str]] = []
    for name, path in delivery.outputs:
        if name == "markdown" and github_actions.is_summary(path):
            trouble += ((path, message) for message in github_actions.write_summary(shown, plain, directory))
        elif path != STANDARD_OUTPUT:
            trouble += _written(path, directory, render(name, shown, plain))
    for name in delivery.printed:
        show(render(name, shown, replace(plain, colour=colour(), width=width())))
    if delivery.annotates:
        from scanner.report import github

        show(github.beside_text(shown, appearance.directory, quiet=delivery.quiet))
    for name, path in delivery.outputs:
        if path == STANDARD_OUTPUT:
            show(render(name, shown, plain))
    return trouble


def _written(path: str, directory: Path, text: str) -> list[tuple[str, str]]:
    try:
        write(path, directory, text.encode("utf-8", "backslashreplace"))
    except UnwrittenError as problem:
        return [(path, f"{path}: {problem}")]
    return []


def category(scanned: Iterable[str]) -> str:
    """What tells a scan of these paths, as the repository sees them, from scans of others; empty in GitHub Actions.

    There ``upload-sarif`` makes one of the workflow, the job and its matrix, or takes its input ``category``, but only
    for a report that comes without.
    """
    if os.environ.get("GITHUB_ACTIONS") == "true":
        return ""
    named = ",".join(sorted(set(scanned) - {"", "."}))
    if len(named) > _LONGEST_CATEGORY:
        import hashlib

        named = hashlib.sha256(named.encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return f"aws-login-scan/{named}/" if named else "aws-login-scan/"


def colour() -> bool:
    """https://no-color.org and https://bixense.com/clicolors: a variable that is not empty counts."""
    if os.environ.get("NO_COLOR"):
        return False
    if any(os.environ.get(name, "0") not in ("", "0") for name in ("FORCE_COLOR", "CLICOLOR_FORCE")):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def width() -> int | None:
    """Where lines wrap: ``COLUMNS``, else the terminal's width. What goes to a program is not wrapped."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns):
        return int(columns)
    if not sys.stdout.isatty():
        return None
    import shutil

    return min(shutil.get_terminal_size((80, 24)).columns, 120)
