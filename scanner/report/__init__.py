"""The report in words: one file per format. Nothing is decided here.

The table below is all there is to a format. Each one is imported when it is asked for, so that a scan pays for the
one it prints.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from scanner.excerpt import Excerpt
    from scanner.report.report import Report
    from scanner.repository import Seen
    from scanner.span import Span


@dataclass(frozen=True, slots=True)
class Appearance:
    """What a format may want to know beside the report."""

    version: str
    """The scanner's own."""
    colour: bool = False
    width: int | None = None
    """Columns of the terminal; None where lines are not to be wrapped, so that programs find whole sentences."""
    directory: Seen = ""
    """The working directory as its repository sees it; empty at the top."""
    excerpt: Callable[[Span], Excerpt | None] | None = None
    """Gives a line of source; None where reports do without."""
    lines: Callable[[str], Sequence[str]] | None = None
    """Gives all lines of a file, as ``scanner.excerpt.Sources.lines`` does; None where reports do without."""
    quiet: bool = False
    """Nothing but findings and errors, in formats for people."""
    category: str = ""
    """What tells this scan from others of the same repository, for services that keep reports of several; empty where
    whoever uploads a report says so."""
    files: str = ""
    """The address of the repository's files at the scanned commit, with a slash at its end; empty if not known."""
    limit: int | None = None
    """Bytes that the text may have where the format is cut to a limit; None for the format's own."""


def _text(report: Report, appearance: Appearance) -> str:
    from scanner.report import text

    return text.render(
        report,
        colour=appearance.colour,
        width=appearance.width,
        excerpt=appearance.excerpt,
        quiet=appearance.quiet,
    )


def _concise(report: Report, appearance: Appearance) -> str:
    from scanner.report import concise

    return concise.render(report, quiet=appearance.quiet)


def _json(report: Report, appearance: Appearance) -> str:
    from scanner.report import json

    return json.render(report, appearance.version)


def _github(report: Report, appearance: Appearance) -> str:
    from scanner.report import github

    return github.render(report, appearance.directory, quiet=appearance.quiet)


def _sarif(report: Report, appearance: Appearance) -> str:
    from scanner.report import sarif

    return sarif.render(report, appearance.version, appearance.directory, appearance.category, appearance.excerpt)


def _rdjson(report: Report, appearance: Appearance) -> str:
    from scanner.report import rdjson

    return rdjson.render(report, appearance.lines)


def _junit(report: Report, appearance: Appearance) -> str:
    from scanner.report import junit

    return junit.render(report, appearance.directory)


def _gitlab(report: Report, appearance: Appearance) -> str:
    from scanner.report import gitlab

    return gitlab.render(report, appearance.directory)


def _markdown(report: Report, appearance: Appearance) -> str:
    from scanner.report import markdown

    repository = markdown.Repository(appearance.directory, appearance.files)
    return markdown.render(report, repository, appearance.limit, appearance.lines)


def _csv(report: Report, _: Appearance) -> str:
    from scanner.report import csv

    return csv.render(report)


def _html(report: Report, appearance: Appearance) -> str:
    from scanner.report import html

    return html.render(report, appearance.version, appearance.excerpt, appearance.lines)


FORMATS: Mapping[str, Callable[[Report, Appearance], str]] = {
    "text": _text,
    "concise": _concise,
    "json": _json,
    "github": _github,
    "sarif": _sarif,
    "rdjson": _rdjson,
    "junit": _junit,
    "gitlab": _gitlab,
    "markdown": _markdown,
    "csv": _csv,
    "html": _html,
}
"""By the name that ``--format`` takes; the first is the default."""
WITH_FIXES = frozenset({"text", "concise", "json", "sarif", "rdjson", "markdown", "html"})
"""Formats that say what would mend a finding. For the others nobody has to look for it."""
FOR_PEOPLE = frozenset({"text", "concise", "github"})
"""Formats that may follow each other on standard output; any other is a document of its own."""


def render(name: str, report: Report, appearance: Appearance) -> str:
    """The report in the format of that name, which is one of ``FORMATS``. Ends with a newline.

    Raises ``ValueError`` for any other name.
    """
    if name not in FORMATS:
        raise ValueError(f'there is no format "{name}"; there are {", ".join(FORMATS)}')
    return FORMATS[name](report, appearance)
