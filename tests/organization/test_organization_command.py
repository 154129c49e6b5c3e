"""``scan --manifest`` on the command line."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from scanner.commands import organization as command
from scanner.commands.command import ArgumentError, run
from scanner.plain_arguments import read
from scanner.report import FORMATS
from tests.organization.organizations import MANIFEST, manifest, user
from tests.scans import ROOT, write

FILES = {"a/main.tf": user("ada"), "b/main.tf": user("bob")}


@pytest.fixture
def organization(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write(tmp_path, FILES)
    manifest(tmp_path, [{"path": "a"}, {"path": "b", "name": "team/b"}])
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(command, "raise_walls", lambda _: None)  # which would be around all tests
    return tmp_path


def scan(*arguments: str) -> int:
    given = read(arguments, {})
    assert given is not None
    return run(*given)


@pytest.mark.usefixtures("organization")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["."], "--manifest and PATH exclude each other"),
        (["--diff"], "--manifest and --diff exclude each other"),
        (["--fix"], "--manifest and --fix exclude each other"),
        (["--explain", "ada"], "--manifest and --explain exclude each other"),
        (["--compare-to", "x"], "--manifest and --compare-to exclude each other"),
        (["--write-baseline", "x"], "--manifest and --write-baseline exclude each other"),
        (["--baseline", "x"], "--manifest and --baseline exclude each other"),
        (["--account-data", "x"], "--manifest and --account-data exclude each other"),
        (["--source", "x"], "--manifest and --source exclude each other"),
        (["--show-config"], "--manifest and --show-config exclude each other"),
        (["--dask", "tcp://h:1"], "say tls://h:1"),
    ],
)
def test_options_that_do_not_go_together(arguments: list[str], said: str) -> None:
    with pytest.raises(ArgumentError, match=re.escape(said)):
        scan("--manifest", MANIFEST, *arguments)


@pytest.mark.parametrize("option", ["--materialize", "--resume"])
def test_options_that_need_a_manifest(option: str) -> None:
    with pytest.raises(ArgumentError, match="goes with --manifest"):
        scan(option, "x")


@pytest.mark.parametrize("name", ["manifest", "materialize", "resume", "dask"])
def test_no_configuration_file_says_it(organization: Path, name: str, capfd: pytest.CaptureFixture[str]) -> None:
    write(organization, {".aws-login-scan.yaml": f"{name}: x\n"})
    assert scan() == 2
    assert f'"{name}" is for the command line only' in capfd.readouterr().err


def test_a_configuration_beside_the_manifest_is_about_the_whole(
    organization: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    write(organization, {".aws-login-scan.yaml": "fail_on: never\nformat: concise\n"})
    assert scan("--manifest", MANIFEST) == 0
    assert capfd.readouterr().out.startswith("a/main.tf:1")
    write(organization, {".aws-login-scan.yaml": "fail_on: never\nignore: [user-cannot-aws-login]\n"})
    assert scan("--manifest", MANIFEST) == 2
    assert '.aws-login-scan.yaml:2: "ignore" is about what is scanned' in capfd.readouterr().err
    assert scan("--manifest", MANIFEST, "--no-config") == 1


def test_items_do_not_say_how_the_whole_is_told(organization: Path, capfd: pytest.CaptureFixture[str]) -> None:
    write(
        organization, {"a/.aws-login-scan.yaml": "fail_on: never\nformat: json\noutput: {json: x.json}\nquiet: true\n"}
    )
    assert scan("--manifest", MANIFEST, "--ignore", "access-key-beside-console") == 1
    assert "2 findings" in capfd.readouterr().out
    assert not list(organization.rglob("x.json"))


@pytest.mark.usefixtures("organization")
@pytest.mark.parametrize("name", FORMATS)
def test_every_format(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert scan("--manifest", MANIFEST, "--format", name) == 1
    found = capfd.readouterr().out
    assert "a/main.tf" in found
    assert "team/b/main.tf" in found


@pytest.mark.usefixtures("organization")
def test_lines_of_source(capfd: pytest.CaptureFixture[str]) -> None:
    scan("--manifest", MANIFEST)
    found = capfd.readouterr().out
    assert found.count('1 | resource "aws_iam_user" "u" {') == 2
    assert "--> team/b/main.tf:1" in found


@pytest.mark.usefixtures("organization")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--manifest", "none.jsonl"], "none.jsonl: it does not exist (--manifest)"),
        (["--manifest", MANIFEST, "--materialize", "a 'b"], "quotation marks"),
        (["--manifest", MANIFEST, "--resume", "a/main.tf"], "(--resume)"),
    ],
)
def test_what_cannot_be_done(arguments: list[str], said: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert scan(*arguments) == 2
    assert said in capfd.readouterr().err


def test_only_errors_are_status_2_and_a_finding_outranks_them(
    organization: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    manifest(organization, [{"path": "a"}, {"path": "none"}])
    assert scan("--manifest", MANIFEST) == 1
    assert scan("--manifest", MANIFEST, "--fail-on", "never") == 2
    capfd.readouterr()
    assert scan("--manifest", MANIFEST, "--format", "json") == 1
    (error,) = json.loads(capfd.readouterr().out)["errors"]
    assert (error["path"], error["line"]) == (MANIFEST, 2)


@pytest.mark.skipif(shutil.which("flock") is None, reason="the script on the page locks with it")
def test_the_script_on_the_page(organization: Path, capfd: pytest.CaptureFixture[str]) -> None:
    page = (ROOT / "docs/organization.md").read_text(encoding="utf-8")
    script = re.search(r"```sh\n(.*?)```", page, re.DOTALL)
    assert script is not None
    write(organization, {"fetch.sh": script[1]})
    os.chmod(organization / "fetch.sh", 0o755)  # noqa: PTH101,S103 # it is to be run
    code = organization / "a"

    def git(*arguments: str) -> str:
        named = ("-c", "user.name=a", "-c", "user.email=a@b")
        run = subprocess.run(["git", *named, *arguments], cwd=code, check=True, capture_output=True, text=True)  # noqa: S607
        return run.stdout.strip()

    git("init", "-q")
    commits: list[str] = []
    for name in ("ada", "eve"):
        write(code, {"main.tf": user(name)})
        git("add", ".")
        git("commit", "-qm", name)
        commits.append(git("rev-parse", "HEAD"))
    fetch = "env MIRRORS=mirrors ./fetch.sh {git} {commit} {directory}"
    items: list[dict[str, Any]] = [{"git": str(code), "commit": one, "name": f"at/{one[:8]}"} for one in commits]
    manifest(organization, items[:1])
    assert scan("--manifest", MANIFEST, "--materialize", fetch, "--format", "csv") == 1
    manifest(organization, items)
    capfd.readouterr()
    assert scan("--manifest", MANIFEST, "--materialize", fetch, "--format", "csv") == 1
    found = capfd.readouterr().out
    assert {name for name in ("ada", "eve") if name in found} == {"ada", "eve"}
