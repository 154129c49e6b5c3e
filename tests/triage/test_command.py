"""Suppressions and baselines as users of the console command see them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.test_cli import scan
from tests.triage.triage_files import IGNORE, TEAM, USER

pytestmark = pytest.mark.slow


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return scan(*arguments, cwd=folder, COLUMNS="")


def test_a_repository_with_old_findings(tmp_path: Path) -> None:
    """From the first scan to the one that finds something new."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "main.tf").write_text(TEAM)
    assert run(tmp_path).returncode == 1
    first = run(tmp_path, "--write-baseline", "known.json")
    assert (first.returncode, first.stderr) == (0, "scan: known.json: written\n")
    assert "2 findings (2 errors)" in first.stdout
    second = run(tmp_path, "--baseline", "known.json")
    assert (second.returncode, second.stderr) == (0, "")
    assert second.stdout == "No findings in 2 principals, 1 file, 1 root. 2 in the baseline (see --format json).\n"
    (tmp_path / "new.tf").write_text(USER)
    third = run(tmp_path, "--baseline", "known.json", "--format", "json")
    assert third.returncode == 1
    report = json.loads(third.stdout)
    assert report["summary"]["baselined"] == 2
    assert [found["principal"] for found in report["findings"] if not found.get("baselined")] == ["aws_iam_user.ada"]


def test_a_suppressed_finding_stays_visible_in_json(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(f"# {IGNORE} until 2999-12-31\n{USER.lstrip()}")
    assert run(tmp_path).stdout == "No findings in 1 principal, 1 file, 1 root. 1 suppressed (see --format json).\n"
    shown = run(tmp_path, "--format", "json")
    assert shown.returncode == 0
    report = json.loads(shown.stdout)
    assert (report["summary"]["suppressed"], report["summary"]["findings"]["error"]) == (1, 0)
    assert report["findings"][0]["suppressed"] == {
        "reason": "a robot until 2999-12-31",
        "until": "2999-12-31",
        "location": {"path": "main.tf", "start_line": 1, "end_line": 1},
    }


def test_what_an_expired_comment_says(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(f"# {IGNORE} until 2020-01-01\n{USER.lstrip()}")
    shown = run(tmp_path)
    assert shown.returncode == 1
    assert (
        'warning: Suppression has expired: "user-cannot-aws-login" was suppressed until 2020-01-01. Remove it, or give '
        "it another day.\n  --> main.tf:1\n" in shown.stdout
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--baseline", "no.json"), "scan: no.json: it does not exist\n"),
        (
            ("--baseline", "bad.json"),
            'scan: bad.json:1: it is not a baseline: it has no "version" or no list "findings"\n',
        ),
        (
            ("--write-baseline", "bad.json"),
            'scan: bad.json:1: it is not a baseline: it has no "version" or no list "findings"\n',
        ),
        (("--write-baseline", "no/b.json"), "scan: no/b.json: it does not exist\n"),
    ],
)
def test_trouble_with_the_file(arguments: tuple[str, ...], message: str, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(USER)
    (tmp_path / "bad.json").write_text("{}")
    shown = run(tmp_path, *arguments)
    assert (shown.returncode, shown.stderr, shown.stdout) == (2, message, "")


def test_writing_a_baseline_of_an_incomplete_scan(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(USER)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "main.tf").write_text("locals {")
    assert run(tmp_path, "--write-baseline", "known.json").returncode == 2
    assert len(json.loads((tmp_path / "known.json").read_text())["findings"]) == 1
