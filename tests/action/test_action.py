"""The action, step by step, as GitHub's runner goes through it."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from github_runner import ROOT, Run, run_action

pytestmark = pytest.mark.slow

FIXTURE = ROOT / "fixtures" / "terraform" / "minimal-user"
INSTALLED: Mapping[str, Mapping[str, str]] = {"install": {"python": sys.executable}}
"""In place of an installation: the Python of the tests has the scanner."""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A repository with a finding."""
    shutil.copytree(FIXTURE, tmp_path / "workspace" / "infra")
    return tmp_path / "workspace"


def run(workspace: Path, *, install: bool = False, **given: str) -> Run:
    inputs = {name.replace("_", "-"): value for name, value in given.items()}
    temporary = workspace.parent / "temporary"
    temporary.mkdir()
    provided = {"setup": {"python-path": sys.executable}, **({} if install else INSTALLED)}
    return run_action(workspace, temporary, inputs, provided=provided)


def test_a_finding_fails_the_step_after_everything_is_out(workspace: Path) -> None:
    found = run(workspace, sarif="true")
    assert found.status == "failure"
    assert found.ran == ["Set up Python", "Install the scanner", "Scan", "Upload SARIF", "Fail by the exit status"]
    assert (found.outputs["findings"], found.outputs["status"]) == ("1", "1")
    assert [line.split("::")[1].split(",")[0] for line in found.annotations] == ["error file=infra/main.tf"]
    assert "error[user-cannot-aws-login]" in found.log
    assert "minimal-user" in found.summary
    (upload,) = (given for name, given in found.used.items() if "upload-sarif" in name)
    assert upload == {"sarif_file": found.outputs["sarif"], "category": "aws-login-scan"}
    assert json.loads(Path(found.outputs["sarif"]).read_text(encoding="utf-8"))["version"] == "2.1.0"
    assert json.loads(Path(found.outputs["json"]).read_text(encoding="utf-8"))["version"] == 1


def test_nothing_found(workspace: Path) -> None:
    shutil.rmtree(workspace / "infra")
    shutil.copytree(f"{FIXTURE}-fixed", workspace / "infra")
    found = run(workspace)
    assert found.status == "success"
    assert (found.outputs["findings"], found.outputs["status"]) == ("0", "0")
    assert not found.annotations
    assert not any("upload-sarif" in name for name in found.used)


@pytest.mark.parametrize(
    ("given", "annotated", "summarized", "uploaded"),
    [
        ({}, True, True, False),
        ({"annotations": "false"}, False, True, False),
        ({"summary": "FALSE"}, True, False, False),
        ({"sarif": "True", "annotations": "false", "summary": "false"}, False, False, True),
    ],
)
def test_what_is_shown_can_be_chosen(
    workspace: Path, given: dict[str, str], annotated: bool, summarized: bool, uploaded: bool
) -> None:
    found = run(workspace, **given)
    assert bool(found.annotations) is annotated
    assert bool(found.summary) is summarized
    assert any("upload-sarif" in name for name in found.used) is uploaded
    assert found.outputs["sarif"]


def test_fail_on_decides_about_the_step_alone(workspace: Path) -> None:
    found = run(workspace, fail_on="never")
    assert (found.status, found.outputs["findings"], found.outputs["status"]) == ("success", "1", "0")


def test_an_incomplete_scan_fails_and_says_why(workspace: Path) -> None:
    (workspace / "infra" / "broken.tf").write_text("resource {", encoding="utf-8")
    found = run(workspace, fail_on="never")
    assert (found.status, found.outputs["status"]) == ("failure", "2")
    assert any("broken.tf" in line for line in found.annotations)


def test_options_the_scanner_refuses(workspace: Path) -> None:
    found = run(workspace, fail_on="sometimes")
    assert (found.status, found.outputs["status"], found.outputs["findings"]) == ("failure", "2", "")
    assert found.outputs["json"] == found.outputs["sarif"] == ""
    assert "sometimes" in found.log


def test_a_working_directory(workspace: Path) -> None:
    (workspace / "live").mkdir()
    (workspace / "infra").rename(workspace / "live" / "infra")
    found = run(workspace, working_directory="live", paths="infra")
    assert found.outputs["findings"] == "1"
    assert "file=live/infra/main.tf" in found.annotations[0]


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"fail_on": "error"}, 'there is no input "fail_on"; did you mean "fail-on"?'),
        ({"Paths": "infra", "version": "1.2.3"}, 'there is no input "version"; '),
        ({"xyz\n::warning::": "1"}, 'There is no input "xyz%0A::warning::"'),
        ({"annotations": "yes"}, 'the input "annotations" is "yes"; write true or false'),
        ({"sarif": "1"}, 'the input "sarif" is "1"; write true or false'),
        ({"fail-on": "error\n--format=json"}, 'the input "fail-on" has more than one line'),
        ({"options": "--var team=blue"}, 'write "--var=team=blue", or the value on the next line'),
        ({"options": "--\nx"}, 'write paths into the input "paths"'),
        ({"working-directory": "nowhere"}, 'the working directory "nowhere" is not a directory of the workspace'),
    ],
    ids=lambda value: str(value)[:40],
)
def test_inputs_that_are_refused(workspace: Path, given: dict[str, str], complaint: str) -> None:
    temporary = workspace.parent / "temporary"
    temporary.mkdir()
    provided = {"setup": {"python-path": sys.executable}} if "working-directory" not in given else INSTALLED
    found = run_action(workspace, temporary, given, provided=provided)
    assert found.status == "failure"
    assert found.ran[-1] == ("Scan" if "working-directory" in given else "Install the scanner")
    assert complaint.lower() in found.log.lower()
    assert [line[:30] for line in found.annotations] == ["::error title=aws-login-scan::"[:30]]


HOSTILE = (
    "$(touch x)",
    "`touch x`",
    "; touch x #",
    "&& touch x",
    "--help",
    "-h",
    "with space",
    "'single' \"double\"",
    "*",
    "${{ github.token }}",
    "::error::x",
    "%0A",
    "naïve ✓",
)


def test_a_path_is_data(workspace: Path) -> None:
    for name in HOSTILE:
        shutil.copytree(workspace / "infra", workspace / name)
    shutil.rmtree(workspace / "infra")
    found = run(workspace, paths="\n".join(f"  {name}" for name in HOSTILE) + "\n\n")
    assert found.outputs["findings"] == str(len(HOSTILE)), found.log
    assert sorted(path.name for path in workspace.iterdir()) == sorted(HOSTILE)


def test_an_option_is_data(workspace: Path) -> None:
    found = run(workspace, options="\n".join(f"--context\naws:RequestTag/x={text}" for text in HOSTILE))
    assert (found.outputs["findings"], found.outputs["status"]) == ("1", "1"), found.log
    assert sorted(path.name for path in workspace.iterdir()) == ["infra"]


@pytest.mark.parametrize("name", ["working-directory", "config", "fail-on", "min-severity", "category", "python"])
def test_any_other_input_is_data(workspace: Path, name: str) -> None:
    found = run(workspace, install=name == "python", **{name: "$(touch x) ; touch x #'\"`touch x`"})
    assert found.status == "failure"
    assert sorted(path.name for path in workspace.iterdir()) == ["infra"]


def test_the_installed_scanner_is_that_of_the_checkout(workspace: Path) -> None:
    """Versions by hash from requirements.txt, the code from beside action.yml, nothing of the workspace."""
    for name in ("scanner", "pip", "venv", "json", "inputs", "hatchling"):
        (workspace / f"{name}.py").write_text("raise SystemExit('imported from the workspace')", encoding="utf-8")
    found = run(workspace, install=True)
    assert (found.status, found.outputs["findings"], found.outputs["status"]) == ("failure", "1", "1"), found.log
    assert "imported from the workspace" not in found.log
    python = Path(found.steps["install"]["python"])
    assert workspace.parent in python.parents
    (installed,) = python.parent.parent.glob("lib/python*/site-packages/scanner")
    assert (installed / "rules" / "builtin").is_dir()
