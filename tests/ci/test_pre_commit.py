"""The pre-commit hook: its manifest, the files it runs for, and a run in a repository, by pre-commit itself."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from examples import EXAMPLES, ROOT

PRE_COMMIT = Path(sys.executable).parent / "pre-commit"
(HOOK,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))


def _run(*command: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return subprocess.run(
        [*map(str, command)],
        cwd=cwd,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.mark.parametrize(
    ("path", "matters"),
    [
        ("infra/main.tf", True),
        ("infra/main.tf.json", True),
        ("main.tofu", True),
        ("live/terragrunt.hcl", True),
        ("infra/prod.auto.tfvars", True),
        ("policies/trust.json.tftpl", True),
        ("template.yaml", True),
        ("stack.yml", True),
        ("users.template", True),
        ("policies/login.json", True),
        (".gitignore", True),
        (".aws-login-scan.yaml", True),
        ("README.md", False),
        ("app/main.py", False),
        ("notes.tf.md", False),
        ("yaml", False),
    ],
)
def test_files_that_matter(path: str, matters: bool) -> None:
    assert bool(re.search(HOOK["files"], path)) is matters


def test_the_hook_scans_the_repository_once() -> None:
    assert (HOOK["pass_filenames"], HOOK["require_serial"]) == (False, True)


@pytest.mark.slow
def test_manifest_and_example(tmp_path: Path) -> None:
    shown = [example for example in EXAMPLES if example.kind == ".pre-commit-config.yaml"]
    assert shown
    config = tmp_path / ".pre-commit-config.yaml"
    for example in shown:
        assert [hook["id"] for repo in yaml.safe_load(example.text)["repos"] for hook in repo["hooks"]] == [HOOK["id"]]
        config.write_text(example.text, encoding="utf-8")
        checked = _run(PRE_COMMIT, "validate-config", config, cwd=tmp_path, PRE_COMMIT_HOME=str(tmp_path))
        assert checked.returncode == 0, checked.stdout
    manifest = ROOT / ".pre-commit-hooks.yaml"
    checked = _run(PRE_COMMIT, "validate-manifest", manifest, cwd=tmp_path, PRE_COMMIT_HOME=str(tmp_path))
    assert checked.returncode == 0, checked.stdout


@pytest.fixture
def hooks(tmp_path: Path) -> Path:
    """What a repository of the scanner needs to be one that hooks come from."""
    directory = tmp_path / "hooks"
    directory.mkdir()
    for name in (".pre-commit-hooks.yaml", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, directory)
    for name in ("rules", "scanner"):
        shutil.copytree(ROOT / name, directory / name, ignore=shutil.ignore_patterns("__pycache__"))
    _commit(directory)
    return directory


def _commit(directory: Path) -> None:
    for command in (
        ("git", "init", "--quiet"),
        ("git", "add", "--all"),
        ("git", "-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "--quiet", "--message=x"),
    ):
        assert _run(*command, cwd=directory).returncode == 0


@pytest.mark.slow
def test_pre_commit_runs_it(hooks: Path, tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    shutil.copytree(ROOT / "fixtures" / "terraform" / "minimal-user", repository / "infra")
    (repository / "README.md").write_text("text\n", encoding="utf-8")
    commit = _run("git", "rev-parse", "HEAD", cwd=hooks).stdout.strip()
    used = {"repo": str(hooks), "rev": commit, "hooks": [{"id": HOOK["id"], "args": ["infra"]}]}
    (repository / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": [used]}), encoding="utf-8")
    _commit(repository)
    environment = {
        "PRE_COMMIT_HOME": str(tmp_path / "home"),
        "PIP_CONSTRAINT": str(ROOT / "constraints.txt"),
        "PIP_NO_COMPILE": "1",
    }

    def ran(*options: str) -> subprocess.CompletedProcess[str]:
        return _run(PRE_COMMIT, "run", *options, cwd=repository, **environment)

    found = ran("--all-files")
    assert found.returncode == 1, found.stdout + found.stderr
    assert found.stdout.count("error[user-cannot-aws-login]") == 1
    skipped = ran("--files", "README.md")
    assert skipped.returncode == 0, skipped.stdout
    assert "Skipped" in skipped.stdout
