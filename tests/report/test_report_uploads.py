"""SARIF and rdjson of every fixture, and of the installed command as CI starts it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator
from sarif_reader import SCHEMAS, instances, read

from scanner import __version__
from scanner.report import Appearance, render
from tests.scans import ROOT, scanned_fixture, write
from tests.test_cli import scan

pytestmark = pytest.mark.slow

FIXTURES = sorted(
    path.relative_to(ROOT).as_posix()
    for kind in ("terraform/*", "cloudformation/*", "plan/*", "cdk/*")
    for path in (ROOT / "fixtures").glob(kind)
    if path.is_dir() or path.suffix in (".yaml", ".json", ".tfplan", ".tfstate")
)
RDJSON = Draft4Validator(json.loads((SCHEMAS / "rdjson.json").read_text("utf-8")))
COMMAND = Path(sys.executable).parent / "scan"
CONSOLE_USER = """\
resource "aws_iam_user" "ada" {
  name = "ada"
}

resource "aws_iam_user_login_profile" "ada" {
  user = aws_iam_user.ada.name
}
"""


def test_there_are_fixtures() -> None:
    assert len(FIXTURES) > 100


@pytest.mark.parametrize("path", FIXTURES)
def test_fixture(path: str) -> None:
    report = scanned_fixture(path)
    listed = json.loads(render("json", report, Appearance(__version__)))
    run = read(render("sarif", report, Appearance(__version__)))
    assert sorted(each["properties"]["fingerprint"] for each in instances(run)) == sorted(
        found["fingerprint"] for found in listed["findings"]
    )
    files = {each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in run["results"]}
    assert all((ROOT / file).is_file() for file in files)
    comments = json.loads(render("rdjson", report, Appearance(__version__)))
    RDJSON.validate(comments)
    assert len(comments["diagnostics"]) == len(run["results"])


def installed(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GITHUB_")}
    return subprocess.run([COMMAND, *arguments], cwd=cwd, env=kept, capture_output=True, text=True, check=False)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    write(tmp_path, {"infra/main.tf": CONSOLE_USER, "infra/broken/main.tf": "resource {", ".git/HEAD": ""})
    return tmp_path


def uris(run: dict[str, Any]) -> set[str]:
    return {each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in run["results"]}


def test_files_are_named_from_the_top_wherever_the_step_works(repository: Path) -> None:
    at_top = installed("infra", "--format", "sarif", cwd=repository)
    below = scan(".", "--format", "sarif", cwd=repository / "infra")
    assert at_top.returncode == below.returncode == 1
    for shown in (at_top, below):
        run = read(shown.stdout)
        assert uris(run) == {"infra/main.tf", "infra/broken/main.tf"}
        assert run["automationDetails"] == {"id": "aws-login-scan/infra/"}
        assert run["invocations"][0]["executionSuccessful"] is False
        assert shown.stderr == ""
    fingerprints = [
        [each["partialFingerprints"] for each in read(shown.stdout)["results"]] for shown in (at_top, below)
    ]
    assert fingerprints[0] == fingerprints[1]


def test_in_github_actions_the_uploader_names_the_analysis(repository: Path) -> None:
    """``upload-sarif`` leaves an ``automationDetails`` that is there alone, and its input ``category`` unread."""
    (repository / ".git" / "HEAD").unlink()
    (repository / ".git").rmdir()
    told = {"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": str(repository)}
    shown = scan(".", "--output", "sarif=../found.sarif", cwd=repository / "infra", **told)
    assert shown.returncode == 1
    assert "error[user-cannot-aws-login]" in shown.stdout
    run = read((repository / "found.sarif").read_text("utf-8"))
    assert "automationDetails" not in run
    assert uris(run) == {"infra/main.tf", "infra/broken/main.tf"}


@pytest.mark.parametrize(
    ("paths", "category"),
    [
        (["."], "aws-login-scan/"),
        (["infra/broken", "infra"], "aws-login-scan/infra,infra/broken/"),
        (["infra", "infra/"], "aws-login-scan/infra/"),
    ],
)
def test_the_category_follows_what_is_scanned(repository: Path, paths: list[str], category: str) -> None:
    run = read(scan(*paths, "--format", "sarif", cwd=repository).stdout)
    assert run["automationDetails"] == {"id": category}


def test_reviewdog_gets_the_paths_of_the_working_directory(repository: Path) -> None:
    shown = scan(".", "--format", "rdjson", cwd=repository / "infra")
    document = json.loads(shown.stdout)
    RDJSON.validate(document)
    assert {each["location"]["path"] for each in document["diagnostics"]} == {"main.tf", "broken/main.tf"}
    assert shown.returncode == 1


def test_a_text_scan_does_not_pay_for_them() -> None:
    code = (
        "import sys; sys.argv[1:] = ['fixtures/terraform/minimal-user']\n"
        "from scanner.__main__ import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(*[name for name in sys.modules if name.startswith('scanner.report.')], file=sys.stderr)"
    )
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stderr
    assert "scanner.report.text" in found
    assert not {"scanner.report.sarif", "scanner.report.rdjson", "scanner.report.places"} & set(found.split())
