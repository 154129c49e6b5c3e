"""A bug of ours on one root is an error in the report and loses nothing of the others."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import ModuleType

import pytest

from scanner import extraction, pipeline
from scanner.facts import Facts
from scanner.options import Options
from scanner.report.json import render
from scanner.report.report import exit_status
from scanner.verdicts import scenarios
from tests.scans import ROOT, scanned

USER = 'resource "aws_iam_user" "u" {\n  name = "a"\n}\n'


def fail_on_bad(stage: object) -> object:
    def wrapped(argument: object) -> object:
        root = argument.root if isinstance(argument, Facts) else getattr(argument, "path", "")
        if root == "bad":
            raise ZeroDivisionError("planted")
        return stage(argument)  # type: ignore[operator] # a function

    return wrapped


@pytest.mark.parametrize("stage", [(extraction, "extract"), (scenarios, "merge")])
def test_a_bug_on_one_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stage: tuple[ModuleType, str]) -> None:
    for name in ("bad", "good"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "main.tf").write_text(USER)
    module, name = stage
    monkeypatch.setattr(module, name, fail_on_bad(getattr(module, name)))
    report = pipeline.scan(Options(directory=tmp_path))
    assert [found.definition.root for found in report.principals] == ["good"]
    assert ["planted" in error.message for error in report.errors] == [True]
    assert exit_status(report, None) == 2
    with pytest.raises(ZeroDivisionError):
        pipeline.scan(Options(directory=tmp_path, debug=True))


@pytest.mark.slow
@pytest.mark.parametrize("kind", sorted(path.name for path in (ROOT / "fixtures").iterdir() if path.is_dir()))
def test_an_earlier_scan_of_the_same_leaves_no_place_behind(kind: str, tmp_path: Path) -> None:
    """What is remembered between roots is equal in everything but its places."""
    for name in ("earlier", "later"):
        shutil.copytree(ROOT / "fixtures" / kind, tmp_path / name)
    earlier, later = (render(scanned(tmp_path, name), "1") for name in ("earlier", "later"))
    assert '"path": "later/' in later
    assert '"earlier/' not in later
    assert '"later/' not in earlier
