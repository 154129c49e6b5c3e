"""Workflows and actions, in files and on pages: pinned, understood, and without a finding of tools that check them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from examples import COMMIT, EXAMPLES, PAGES, ROOT, WORKFLOWS, Example, steps

from scanner import __version__

ACTIONS = yaml.safe_load((ROOT / "tests" / "cases" / "actions.yaml").read_text(encoding="utf-8"))
OURS = {
    "OWNER/aws-login-scan": yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))["inputs"],
    "OWNER/aws-login-scan/.github/workflows/plan-and-scan.yml": yaml.safe_load(
        (ROOT / ".github" / "workflows" / "plan-and-scan.yml").read_text(encoding="utf-8")
    )[True]["workflow_call"]["inputs"],
}
"""What pages call, with the inputs; OWNER stands for whoever keeps this repository."""
LOCAL = frozenset({"./", "./.aws-login-scan"})
"""This repository's own action, in a checkout."""
TOOLS = Path(sys.executable).parent
SCHEMAS = {
    ".gitlab-ci.yml": ("gitlab-ci", "gitlab-ci"),
    "azure-pipelines.yml": ("azure-pipelines", "azure-pipelines"),
    "bitbucket-pipelines.yml": ("bitbucket-pipelines", None),
    "config.yml": ("circle-ci", None),
    "dependabot.yml": ("dependabot", None),
}
USED = [example for example in EXAMPLES if example.kind in ("workflow", "steps", "action")]


def test_there_is_something_to_check() -> None:
    assert len(USED) > 5
    assert {example.place for example in USED} >= {"action.yml", ".github/workflows/plan-and-scan.yml"}
    assert {example.kind for example in EXAMPLES} >= {"workflow", "steps", "action", ".gitlab-ci.yml"}


@pytest.mark.parametrize("example", USED, ids=lambda example: example.place)
def test_what_is_used_is_pinned_and_gets_inputs_that_it_has(example: Example) -> None:
    for step in steps(example):
        if "uses" not in step or step["uses"] in LOCAL:
            continue
        name, _, commit = step["uses"].partition("@")
        if name in OURS:
            assert commit == COMMIT
            assert f"{step['uses']} # v{__version__}\n" in example.text
            inputs = set(OURS[name])
        else:
            assert commit == ACTIONS[name]["commit"], f"{example.place}: {name} is not as in tests/cases/actions.yaml"
            inputs = set(ACTIONS[name]["inputs"].split())
            assert f"{step['uses']} # {ACTIONS[name]['version']}\n" in example.text
        unknown = set(step.get("with", {})) - inputs
        assert not unknown, f"{example.place}: {name} has no inputs {unknown}"


def test_pages_name_the_wheel_of_this_version() -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert set(re.findall(r"aws_login_scan-([\w.]+)-py3-none-any\.whl", text)) == {__version__}


def _written(directory: Path) -> None:
    """The examples as the files of a repository, where tools look for them."""
    workflows = directory / ".github" / "workflows"
    workflows.mkdir(parents=True)
    for example in WORKFLOWS:
        name = re.sub(r"\W+", "-", example.place.removesuffix(".yml"))
        (workflows / f"{name}.yml").write_text(example.as_workflow(), encoding="utf-8")
    (directory / "action.yml").write_bytes((ROOT / "action.yml").read_bytes())
    (directory / ".github" / "dependabot.yml").write_bytes((ROOT / ".github" / "dependabot.yml").read_bytes())


def _clean(*command: str | Path) -> None:
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_zizmor_finds_nothing(tmp_path: Path) -> None:
    _written(tmp_path)
    _clean(TOOLS / "zizmor", "--offline", "--no-config", "--strict-collection", "--persona=auditor", tmp_path)


@pytest.mark.slow
def test_schemas(tmp_path: Path) -> None:
    _written(tmp_path)
    check = (TOOLS / "check-jsonschema", "--builtin-schema")
    _clean(*check, "vendor.github-workflows", *(tmp_path / ".github" / "workflows").iterdir())
    _clean(*check, "vendor.github-actions", tmp_path / "action.yml")
    _clean(*check, "vendor.dependabot", tmp_path / ".github" / "dependabot.yml")
    for number, example in enumerate(EXAMPLES):
        if example.kind in SCHEMAS:
            schema, transform = SCHEMAS[example.kind]
            file = tmp_path / f"{number}.yml"
            file.write_text(example.text, encoding="utf-8")
            _clean(*check, f"vendor.{schema}", *(("--data-transform", transform) if transform else ()), file)


@pytest.mark.slow
def test_shellcheck_finds_nothing(tmp_path: Path) -> None:
    scripts = []
    for example in USED:
        for number, step in enumerate(steps(example)):
            if "run" in step:
                assert "${{" not in step["run"], f"{example.place}: an expression in a script"
                scripts.append(tmp_path / f"{re.sub(r'[^a-z0-9]+', '-', example.place)}-{number}.sh")
                scripts[-1].write_text(step["run"], encoding="utf-8")
    assert scripts
    _clean(TOOLS / "shellcheck", "--shell=bash", *scripts)
