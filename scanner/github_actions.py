"""In a step of GitHub Actions: what a scan says there without being asked for a format, and where its files are seen.

https://docs.github.com/en/actions/reference/workflows-and-actions/variables

The log gets the report in words, and after it the annotations in a group that is folded, so that nobody reads anything
twice. The page of the run gets the report in Markdown as the summary of the step.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from scanner import file_system
from scanner.report import Appearance, render
from scanner.writing import UnwrittenError, append

if TYPE_CHECKING:
    from scanner.report.report import Report

SUMMARY_LIMIT = 1024 * 1024
"""Bytes of a step's summary; GitHub drops a longer one as a whole."""
_LEAST = 2048
"""Bytes without which a summary is not worth beginning: the first line, and the one about what is left out."""


def is_step() -> bool:
    """Whether this runs as a step of a workflow."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


def repository_files() -> str:
    """The address of the repository's files at the commit that is checked out, with a slash at its end.

    Empty where it is not known.
    """
    server, repository, commit = (os.environ.get(f"GITHUB_{name}", "") for name in ("SERVER_URL", "REPOSITORY", "SHA"))
    if not (server and repository and commit):
        return ""
    from urllib.parse import quote

    return f"{server.rstrip('/')}/{quote(repository)}/blob/{quote(commit, safe='')}/"


def is_summary(path: str) -> bool:
    """Whether a file is the summary of this step, to which reports are appended."""
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    return bool(summary) and file_system.real(path) == file_system.real(summary or "")


def write_summary(report: Report, appearance: Appearance, directory: Path) -> list[str]:
    """Append the report to the step's summary, if there is one; says why it could not be written.

    What other commands of the step have written stays, and counts towards the limit.
    """
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if not path:
        return []

    def text(before: int) -> bytes:
        room = SUMMARY_LIMIT - before
        if room < _LEAST:
            raise UnwrittenError("the summary of this step is full, so it does not have the report")
        gap = "\n\n" if before else ""
        return f"{gap}{render('markdown', report, replace(appearance, limit=room - len(gap)))}".encode()

    try:
        append(path, directory, text)
    except UnwrittenError as problem:
        return [f"{path}: {problem}"]
    return []
