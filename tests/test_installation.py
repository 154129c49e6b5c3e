"""The wheel carries all that it needs: it is built, installed into an empty environment, and run from elsewhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
UV = Path(sys.executable).parent / "uv"


def run(*command: str | Path, cwd: Path, **given: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*map(str, command)], cwd=cwd, capture_output=True, text=True, check=False, timeout=300, **given
    )


def uv(*command: str | Path, cwd: Path) -> None:
    """With the cache of whoever runs the tests, which other commands do not see; ``make setup`` has filled it."""
    environment = {name: value for name, value in os.environ.items() if name != "XDG_CACHE_HOME"}
    done = run(UV, *command, cwd=cwd, env=environment)
    assert done.returncode == 0, done.stderr


MISTAKES = """own.yaml:4: the selector is wrong: "@" has no key "knd"; did you mean "kind"?
0 rules loaded, 0 examples scanned: 1 mistake.
"""


def own_rule(folder: Path) -> str:
    select = "$.principals[?(@.knd == 'user')]"
    text = f"id: own\nseverity: note\ntitle: T\nselect: {select}\nmessage: '{{name}}'\nhelp: H\n"
    (folder / "own.yaml").write_text(text, encoding="utf-8")
    return "own.yaml"


def test_an_installed_wheel_scans_from_any_directory(tmp_path: Path) -> None:
    dist, environment = tmp_path / "dist", tmp_path / "env"
    uv("build", "--wheel", "--no-build-isolation", "--python", sys.executable, "--out-dir", dist, ROOT, cwd=tmp_path)
    (wheel,) = dist.glob("aws_login_scan-*.whl")
    uv("venv", "--python", sys.executable, environment, cwd=tmp_path)
    scripts = environment / "bin"
    into = ("--python", scripts / "python", "--compile-bytecode", "--constraint", ROOT / "constraints.txt")
    uv("pip", "install", *into, wheel, cwd=tmp_path)

    fixture = ROOT / "fixtures" / "terraform" / "minimal-user"
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for command in ("scan", "aws-login-scan"):
        found = run(scripts / command, fixture, "--format", "json", cwd=elsewhere)
        assert found.returncode == 1, found.stderr
        assert [finding["rule"] for finding in json.loads(found.stdout)["findings"]] == ["user-cannot-aws-login"]
    page = run(scripts / "scan", fixture, "--format", "html", cwd=elsewhere)
    assert page.stdout.startswith("<!doctype html>"), page.stderr
    checked = run(scripts / "scan", "--check-rules", own_rule(elsewhere), cwd=elsewhere)
    assert (checked.returncode, checked.stdout) == (2, MISTAKES)
    fixed = run(scripts / "python", "-m", "scanner", f"{fixture}-fixed", cwd=elsewhere)
    assert fixed.returncode == 0, fixed.stderr
    find = (
        "from scanner.rules.loader import builtin_directory as found; print(found().joinpath('schema.json').is_file())"
    )
    assert run(scripts / "python", "-c", find, cwd=elsewhere).stdout == "True\n"
    example = run(scripts / "scan", f"{fixture}-fixed", "--select", "principal-without-boundary", cwd=elsewhere)
    assert "note[principal-without-boundary]" in example.stdout, "the example rules are part of the wheel"
    assert run(scripts / "scan", "--version", cwd=elsewhere).stdout.startswith("scan ")
