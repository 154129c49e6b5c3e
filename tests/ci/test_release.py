"""The release: the same bytes wherever it is built, a tag that fits, and no more rights than each job needs."""

from __future__ import annotations

import os
import subprocess
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from examples import ROOT

from tools import build_release

WORKFLOW = yaml.safe_load((ROOT / ".github" / "workflows" / "release.yml").read_text(encoding="utf-8"))
JOBS: dict[str, dict[str, Any]] = WORKFLOW["jobs"]
(CHECK,) = (step for step in JOBS["build"]["steps"] if step["name"] == "The tag is that of the version")
OURS = {"build": {"contents": "read"}}
"""Jobs that run code of this repository, with their permissions."""
OTHERS = {
    "attest": {"attestations": "write", "id-token": "write"},
    "pypi": {"id-token": "write"},
    "github": {"contents": "write"},
}


def test_each_job_may_do_what_it_does() -> None:
    assert WORKFLOW["permissions"] == {}
    assert {name: job["permissions"] for name, job in JOBS.items()} == OURS | OTHERS


def test_nothing_of_the_repository_runs_where_something_can_be_written() -> None:
    for name in OTHERS:
        used = [step.get("uses", "").partition("@")[0] for step in JOBS[name]["steps"]]
        assert "actions/checkout" not in used
        assert not any(
            word in step.get("run", "") for step in JOBS[name]["steps"] for word in ("pip", "python", "make")
        )


def test_nothing_is_published_that_is_not_attested() -> None:
    assert (JOBS["attest"]["needs"], JOBS["pypi"]["needs"], JOBS["github"]["needs"]) == ("build", "attest", "pypi")
    assert JOBS["pypi"]["environment"]["name"] == "pypi"
    assert not any("password" in step.get("with", {}) for step in JOBS["pypi"]["steps"])


@pytest.mark.parametrize(
    ("tag", "changes", "is_right"),
    [
        ("v1.2.3", "## 1.2.3 (2027-01-31)\n", True),
        ("v1.2.4", "## 1.2.3 (2027-01-31)\n", False),
        ("1.2.3", "## 1.2.3 (2027-01-31)\n", False),
        ("v1.2.3", "## 1.2.3 (unreleased)\n", False),
        ("v1.2.3", "# Changelog\n", False),
        ("v1.2.3$(touch x)", "## 1.2.3 (2027-01-31)\n", False),
    ],
)
def test_a_tag_has_to_fit(tag: str, changes: str, is_right: bool, tmp_path: Path) -> None:
    (tmp_path / "scanner").mkdir()
    (tmp_path / "scanner" / "__init__.py").write_text('x = 1\n__version__ = "1.2.3"\n', encoding="utf-8")
    (tmp_path / "CHANGELOG.md").write_text(changes, encoding="utf-8")
    done = subprocess.run(
        ["/usr/bin/env", "bash", "-e", "-o", "pipefail", "-c", CHECK["run"]],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "TAG": tag},
        check=False,
    )
    assert (done.returncode == 0) is is_right
    assert not (tmp_path / "x").exists()


@pytest.mark.slow
def test_packages_are_the_same_bytes_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bill of materials is compared by ``make release`` alone, which has the program for it."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1800000000")
    monkeypatch.setattr(build_release, "bill_of_materials", lambda *_: None)
    (tmp_path / "a").mkdir()
    (tmp_path / "b" / "c").mkdir(parents=True)
    built = build_release.build(tmp_path / "a", {})
    before = os.umask(0o077)
    try:
        again = build_release.build(tmp_path / "b" / "c", build_release.ANOTHER_MACHINE, later=100_000)
    finally:
        os.umask(before)
    version = build_release.version()
    wheel, source = f"aws_login_scan-{version}-py3-none-any.whl", f"aws_login_scan-{version}.tar.gz"
    assert set(built) == {wheel, source}
    assert built == again
    (tmp_path / wheel).write_bytes(built[wheel])
    (tmp_path / source).write_bytes(built[source])
    with zipfile.ZipFile(tmp_path / wheel) as archive:
        assert {"scanner/__main__.py", "scanner/rules/builtin/user-cannot-aws-login.yaml"} <= set(archive.namelist())
        assert not [name for name in archive.namelist() if name.startswith(("tests", "fuzz", "tools"))]
    with tarfile.open(tmp_path / source) as archive:
        assert f"aws_login_scan-{version}/pyproject.toml" in archive.getnames()


def test_both_workflows_build_it_alike() -> None:
    test = yaml.safe_load((ROOT / ".github" / "workflows" / "test.yml").read_text(encoding="utf-8"))
    commands = [step.get("run") for job in (test["jobs"]["release"], JOBS["build"]) for step in job["steps"]]
    assert commands.count("make release") == 2
