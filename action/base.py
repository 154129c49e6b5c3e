"""What was there before the change: a report on the commit that the pull request goes into."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from inputs import InputError, Inputs

NOTHING = {
    "version": 1,
    "tool": {"name": "scan", "version": ""},
    "summary": {},
    "principals": [],
    "findings": [],
    "errors": [],
    "warnings": [],
}
"""A report on a commit that has no such directory yet."""


def compared_with(
    inputs: Inputs, directory: Path, reports: Path, arguments: Sequence[str], environment: Mapping[str, str]
) -> str:
    """What the scanner is to compare with: a path, ``prior``, or a report on the merge base; empty for nothing.

    Raises ``InputError`` where the merge base cannot be had.
    """
    if inputs.compare_to != "merge-base":
        return inputs.compare_to
    top = Path(_git(directory, "rev-parse", "--show-toplevel"))
    tree = reports / "base"
    _git(top, "worktree", "add", "--detach", "--force", str(tree), _base(top))
    report = reports / "base.json"
    there = tree / directory.resolve().relative_to(top.resolve())
    try:
        if there.is_dir():
            config = [f"--config={directory / inputs.config}"] if inputs.config else []
            scanner = [sys.executable, "-I", "-X", "utf8", "-m", "scanner"]
            command = [*scanner, f"--output=json={report}", *config, *arguments]
            subprocess.run(
                command,
                cwd=there,
                env={**environment, "GITHUB_WORKSPACE": str(tree), "GITHUB_STEP_SUMMARY": ""},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,  # what is wrong with the base is not this change's
                check=False,
            )
        if not report.exists():
            report.write_text(json.dumps(NOTHING), encoding="utf-8")
    finally:
        _git(top, "worktree", "remove", "--force", str(tree))
    return str(report)


def _base(top: Path) -> str:
    """The commit before the change: the first parent of the merge that GitHub checks out, else the merge base."""
    if os.environ.get("GITHUB_EVENT_NAME") == "pull_request":
        parents = _git(top, "rev-list", "--parents", "-n", "1", "HEAD").split()[1:]
        if len(parents) > 1:
            return parents[0]
    branch = os.environ.get("GITHUB_BASE_REF") or _default_branch(top)
    try:
        return _git(top, "merge-base", "HEAD", f"origin/{branch}")
    except InputError as problem:
        raise InputError(
            f"the merge base with origin/{branch} is not known ({problem}); give actions/checkout fetch-depth: 0"
        ) from problem


def _default_branch(top: Path) -> str:
    return _git(top, "symbolic-ref", "--short", "refs/remotes/origin/HEAD").partition("/")[2]


def _git(directory: Path, *arguments: str) -> str:
    command = ["git", "-c", "core.hooksPath=/dev/null", "-C", str(directory), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["git failed"])[-1]
        raise InputError(said)
    return done.stdout.strip()
