"""One run of the scanner, and what it leaves for the steps after it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from base import compared_with
from comment import comment
from inputs import InputError, Inputs


def scan(inputs: Inputs) -> dict[str, str]:
    """Scan; the outputs of the step. A status other than 0 is one of them: action.yml fails by it at the end."""
    directory = Path(os.environ["GITHUB_WORKSPACE"], inputs.working_directory)
    if not directory.is_dir():
        raise InputError(f'the working directory "{inputs.working_directory}" is not a directory of the workspace')
    reports = Path(tempfile.mkdtemp(prefix="aws-login-scan-", dir=os.environ["RUNNER_TEMP"]))
    files = {name: reports / f"report.{name}" for name in ("json", "sarif", "markdown")}
    before = compared_with(inputs, directory, reports, _scanned(inputs), environment(inputs))
    command = [sys.executable, "-I", "-X", "utf8", "-m", "scanner", *arguments(inputs, files, before)]
    status = subprocess.run(
        command, cwd=directory, env=environment(inputs), stdin=subprocess.DEVNULL, check=False
    ).returncode
    outputs = {"status": str(status if status >= 0 else 128 - status), "findings": _findings(files["json"])}
    if inputs.comment and files["markdown"].exists() and files["json"].exists():
        outputs["comment"] = comment(inputs, files["markdown"], files["json"])
    return outputs | {name: str(file) for name, file in files.items() if file.exists()}


def environment(inputs: Inputs) -> dict[str, str]:
    """The variables of the scanner, which writes the summary of the job where they say."""
    left_out = {"INPUTS", *(() if inputs.summary else ("GITHUB_STEP_SUMMARY",))}  # the former have a token
    return {name: value for name, value in os.environ.items() if name not in left_out}


def arguments(inputs: Inputs, files: dict[str, Path], before: str = "") -> list[str]:
    """What the scanner is called with. Paths come last, behind ``--``: none of them is an option.

    Without ``--format`` a step gets text, annotations and the summary of the job; with it, no more than it says.
    """
    shown: list[str] = []
    if not inputs.annotations:
        shown = ["--format=text"]
        if inputs.summary:
            shown.append(f"--output=markdown={os.environ['GITHUB_STEP_SUMMARY']}")
    given = {"config": inputs.config, "fail-on": inputs.fail_on, "min-severity": inputs.min_severity}
    return [
        *shown,
        *(f"--output={name}={file}" for name, file in files.items()),
        *(f"--{name}={value}" for name, value in given.items() if value),
        *([f"--compare-to={before}"] if before else []),
        *(["--changes-only"] if inputs.changes_only else []),
        *_scanned(inputs),
    ]


def _scanned(inputs: Inputs) -> list[str]:
    """The options that decide about verdicts, and the paths."""
    return [*inputs.options, "--", *inputs.paths]


def _findings(report: Path) -> str:
    """How many findings count; empty where there is no report, because the scanner was called wrongly."""
    if not report.exists():
        return ""
    return str(sum(json.loads(report.read_text(encoding="utf-8"))["summary"]["findings"].values()))
