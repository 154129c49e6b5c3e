"""A step of GitHub Actions that runs the installed command: its log, its annotations, its summary, its status."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
SCAN = Path(sys.executable).parent / "scan"
FLAGGED = "fixtures/terraform/minimal-user"
SILENT = "fixtures/terraform/minimal-user-fixed"
LIMIT = 1024 * 1024
HEADING = "### scan: 1 finding (1 error) in 1 principal, 1 file, 1 root.\n<!-- aws-login-scan -->\n"


def step(*arguments: str, summary: Path | None, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command as a runner starts it."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("TF_", "GITHUB_"))}
    runner = {
        "CI": "true",
        "GITHUB_ACTIONS": "true",
        "GITHUB_WORKSPACE": str(ROOT),
        "GITHUB_SERVER_URL": "https://github.example",
        "GITHUB_REPOSITORY": "acme/infra",
        "GITHUB_SHA": "0123abc",
        **({"GITHUB_STEP_SUMMARY": str(summary)} if summary is not None else {}),
    }
    variables = {**kept, **runner, **environment}
    return subprocess.run(
        [SCAN, *arguments], cwd=ROOT, env=variables, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.fixture
def summary(tmp_path: Path) -> Path:
    """The runner makes the file before the step begins."""
    path = tmp_path / "summary.md"
    path.touch()
    return path


def test_the_log_has_the_text_and_then_the_annotations(summary: Path) -> None:
    result = step(FLAGGED, summary=summary)
    assert result.returncode == 1
    assert result.stderr == ""
    text, group, annotations = result.stdout.partition("::group::Annotations\n")
    assert text == step(FLAGGED, "--format", "text", summary=None).stdout
    assert text.startswith("error[user-cannot-aws-login]: minimal-user")
    assert group
    *commands, end = annotations.splitlines()
    assert [command.partition(" ")[0] for command in commands] == ["::error"]
    assert end == "::endgroup::"
    assert result.stdout.count("1 finding (1 error)") == 1


def test_the_summary_has_the_markdown_with_links(summary: Path) -> None:
    step(FLAGGED, summary=summary)
    shown = summary.read_text(encoding="utf-8")
    assert shown.startswith(HEADING)
    place = "https://github.example/acme/infra/blob/0123abc/fixtures/terraform/minimal-user/main.tf#L15-L17"
    assert f"[`{FLAGGED}/main.tf:15`]({place})" in shown


def test_nothing_found_is_a_line_in_either(summary: Path) -> None:
    result = step(SILENT, summary=summary)
    assert result.returncode == 0
    assert result.stdout == "No findings in 1 principal, 1 file, 1 root.\n"
    assert summary.read_text(encoding="utf-8").splitlines() == [
        "### scan: No findings in 1 principal, 1 file, 1 root.",
        "<!-- aws-login-scan -->",
    ]


def test_the_summary_is_appended_to(summary: Path) -> None:
    summary.write_text("<details>of another command")
    step(FLAGGED, summary=summary)
    step(SILENT, summary=summary)
    shown = summary.read_text(encoding="utf-8")
    assert shown.startswith(f"<details>of another command\n\n{HEADING}")
    assert shown.count("\n\n### scan: ") == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ["--format", "text"],
        ["--format", "github"],
        ["--output", "json=-"],
        ["--explain", "aws_iam_user.minimal"],
    ],
    ids=" ".join,
)
def test_who_asks_for_a_report_gets_that_alone(summary: Path, arguments: list[str]) -> None:
    result = step(FLAGGED, *arguments, summary=summary)
    assert result.stdout == step(FLAGGED, *arguments, summary=None, GITHUB_ACTIONS="").stdout
    assert "::group::" not in result.stdout
    assert summary.read_text() == ""


def test_files_are_written_beside_it(summary: Path, tmp_path: Path) -> None:
    result = step(FLAGGED, "--output", f"json={tmp_path / 'a.json'}", summary=summary)
    assert "::error " in result.stdout
    assert json.loads((tmp_path / "a.json").read_text())["version"] == 1
    assert summary.read_text().startswith(HEADING)


@pytest.mark.parametrize(("folder", "status"), [(FLAGGED, 1), (SILENT, 0)])
def test_a_summary_that_cannot_be_written_loses_nothing_else(tmp_path: Path, folder: str, status: int) -> None:
    written, unwritten = tmp_path / "a.json", tmp_path / "no" / "summary.md"
    result = step(folder, "--output", f"json={written}", summary=unwritten)
    assert result.returncode == status
    assert result.stderr == f"scan: {unwritten}: it does not exist\n"
    assert result.stdout == step(folder, summary=None).stdout
    assert written.exists()


def test_an_output_that_cannot_be_written_loses_no_summary(summary: Path, tmp_path: Path) -> None:
    result = step(SILENT, "--output", f"json={tmp_path / 'no' / 'a.json'}", summary=summary)
    assert result.returncode == 2
    assert "a.json: it does not exist" in result.stderr
    assert summary.read_text().startswith("### scan: No findings")


def test_without_a_place_for_it_there_is_no_summary() -> None:
    result = step(FLAGGED, summary=None)
    assert result.returncode == 1
    assert result.stderr == ""


def crowd(folder: Path, number: int) -> Path:
    users = "".join(
        f'resource "aws_iam_user" "u{n}" {{\n  name = "user-with-a-rather-long-name-{n:06}"\n}}\n'
        f'resource "aws_iam_user_login_profile" "u{n}" {{\n  user = aws_iam_user.u{n}.name\n}}\n'
        for n in range(number)
    )
    folder.mkdir()
    (folder / "main.tf").write_text(users)
    return folder


def test_the_summary_is_cut_to_what_github_takes(summary: Path, tmp_path: Path) -> None:
    folder = crowd(tmp_path / "crowd", 300)
    before = b"x" * (LIMIT - 60_000)
    summary.write_bytes(before)
    result = step(str(folder), summary=summary)
    shown = summary.read_bytes()
    assert shown.startswith(before)
    assert LIMIT - 2_000 < len(shown) <= LIMIT
    left_out = re.search(rb"Not shown, for want of room: (\d+) findings", shown)
    assert left_out is not None
    assert shown.count(b"- who: ") + int(left_out[1]) == 300
    text, _, _ = result.stdout.partition("::group::")
    assert len(set(re.findall(r"user-with-a-rather-long-name-\d+", text))) == 300
    assert result.stdout.count("::error ") == 10


def test_a_full_summary_is_left_alone(summary: Path) -> None:
    summary.write_bytes(b"x" * LIMIT)
    result = step(FLAGGED, summary=summary)
    assert result.returncode == 1
    assert "the summary of this step is full" in result.stderr
    assert summary.stat().st_size == LIMIT


def test_outside_of_a_step_only_text_is_printed(summary: Path) -> None:
    result = step(FLAGGED, summary=summary, GITHUB_ACTIONS="")
    assert "::" not in re.sub(r"arn:\S+", "", result.stdout)
    assert summary.read_text() == ""


def test_the_other_formats_know_the_repository(tmp_path: Path) -> None:
    result = step(FLAGGED, "--output", f"markdown={tmp_path / 'a.md'}", "--format", "gitlab", summary=None)
    (entry,) = json.loads(result.stdout)
    assert entry["location"] == {"path": f"{FLAGGED}/main.tf", "lines": {"begin": 15}}
    assert "](https://github.example/acme/infra/blob/0123abc/" in (tmp_path / "a.md").read_text(encoding="utf-8")
