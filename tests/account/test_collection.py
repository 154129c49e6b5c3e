"""The scripts of ``docs/account-data.md``, run with a stand-in for the AWS CLI: what they write is what is scanned."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.scans import ROOT, said, scanned, verdicts

BASH = shutil.which("bash")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("jq") is None or BASH is None, reason="the scripts need jq"),
]

ACCOUNT = ROOT / "fixtures" / "account"
SCRIPTS = re.findall(r"```sh\n(.*?)```", (ROOT / "docs" / "account-data.md").read_text(), re.DOTALL)
COPIED = ("authorization-details.json", "credential-report.csv", "entitlements.json")


@pytest.mark.parametrize("writes", ["permission-sets.json", "organization/policies.json"])
def test_what_a_script_writes_is_what_is_scanned(writes: str, tmp_path: Path) -> None:
    (script,) = [one for one in SCRIPTS if f"> {writes}" in one]
    whole, made = tmp_path / "whole", tmp_path / "made"
    shutil.copytree(ACCOUNT, whole)
    shutil.copytree(ACCOUNT, made)
    shutil.rmtree(made / "organization") if "/" in writes else (made / writes).unlink()
    _run(script, tmp_path / "bin", made)
    assert not said(scanned(tmp_path, "made"))
    assert verdicts(scanned(tmp_path, "made")) == verdicts(scanned(tmp_path, "whole"))
    assert (made / writes).is_file()


def _run(script: str, programs: Path, where: Path) -> None:
    programs.mkdir()
    aws = programs / "aws"
    aws.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m tests.account.fake_aws "{ACCOUNT}" "$@"\n')
    aws.chmod(0o755)
    environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [str(BASH), "-c", script], cwd=where, env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
