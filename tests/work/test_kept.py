"""A scan with what was kept before says the same as one without, whatever has happened in between."""

from __future__ import annotations

import os
import shutil
import stat
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from scanner import looks
from scanner.controls import AccountControls
from scanner.looks import Notes
from scanner.options import Options
from scanner.pipeline import scan
from scanner.root import Inputs, ValuesFile
from scanner.terraform.language.functions import patterns
from scanner.work import kept, roots, store
from scanner.work.codec import CodecError, decode, encode_notes, pack, sealed, unpack, unsealed
from scanner.work.outcome import Outcome
from scanner.work.roots import Roots
from tests.examples import examples
from tests.scans import write
from tests.work.outcomes import FIXTURES, ROOT, report

PROJECT = {
    ".git/HEAD": "",
    "people/main.tf": """
variable "name" { default = "ada" }
variable "action" { default = "s3:*" }
module "profile" {
  source = "../modules/profile"
  user   = aws_iam_user.u.name
}
module "remote" { source = "acme/policies/aws" }
resource "aws_iam_user" "u" { name = var.name }
resource "aws_iam_user_policy" "p" {
  user   = aws_iam_user.u.name
  policy = templatefile("policy.json", { action = var.action })
}
resource "aws_iam_user_policy" "each" {
  for_each = fileset(path.module, "more/*.json")
  user     = aws_iam_user.u.name
  policy   = file(each.value)
}
resource "aws_iam_user_policy" "perhaps" {
  count  = fileexists("extra.json") ? 1 : 0
  user   = aws_iam_user.u.name
  policy = file("extra.json")
}
""",
    "people/policy.json": """
{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "${action}", "Resource": "*"}}
""",
    "modules/profile/main.tf": """
variable "user" {}
resource "aws_iam_user_login_profile" "this" { user = var.user }
""",
    "other/main.tf": 'resource "aws_iam_user" "v" { name = "vera" }\n',
    "stack.yaml": """
Resources:
  Inner: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: inner.yaml}}
""",
    "inner.yaml": """
Resources:
  Ursula: {Type: AWS::IAM::User, Properties: {UserName: ursula, LoginProfile: {Password: hunter2hunter2}}}
""",
}
GRANT = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "signin:*", "Resource": "*"}}'
DENIAL = '{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "signin:*", "Resource": "*"}}'
INSTALLED = '{"Modules": [{"Key": "remote", "Source": "acme/policies/aws", "Dir": ".terraform/modules/remote"}]}'
CHANGES: dict[str, dict[str, str | None]] = {
    "a changed file": {"people/policy.json": GRANT},
    "a file that is there now": {"people/extra.json": GRANT},
    "one more of several": {"people/more/a.json": GRANT},
    "a value of a variable": {"people/terraform.tfvars": 'action = "signin:*"\n'},
    "another value": {"people/terraform.tfvars": 'action = "iam:*"\n'},
    "more configuration": {"people/more.tf": 'resource "aws_iam_user" "w" { name = "walt" }\n'},
    "an override": {"people/a_override.tf": 'variable "name" { default = "bob" }\n'},
    "a module that is not what it was": {"modules/profile/main.tf": 'variable "user" {}\n'},
    "a module that is installed": {
        "people/.terraform/modules/modules.json": INSTALLED,
        "people/.terraform/modules/remote/main.tf": 'resource "aws_iam_user" "r" { name = "rita" }\n',
    },
    "a module that is gone": {"modules/profile/main.tf": None},
    "a root that is gone": {"other/main.tf": None},
    "a root that is new": {"new/main.tf": 'resource "aws_iam_user" "n" { name = "nora" }\n'},
    "a template inside another": {"inner.yaml": PROJECT["inner.yaml"].replace("ursula", "ulla")},
    "a template that is gone": {"inner.yaml": None},
    "a comment": {"other/main.tf": '# scan:ignore[user-cannot-aws-login] a robot\nresource "aws_iam_user" "v" {}\n'},
    "what is no configuration": {"people/README.md": "# people\n"},
}
OPTIONS: list[dict[str, Any]] = [
    {},
    {"inputs": Inputs(variables=(("action", "signin:*"),))},
    {"inputs": Inputs(variables=(ValuesFile("values.tfvars"),))},
    {"inputs": Inputs(account="111122223333")},
    {"inputs": Inputs(region="eu-west-1")},
    {"context": (("aws:MultiFactorAuthPresent", ("true",)),)},
    {"controls": AccountControls(scp_levels=(("scp.json",),))},
    {"assume_console": ("v*",)},
    {"rule_paths": ("rules/asks.yaml",)},
]
ASKS = """
id: asks
severity: note
title: Asks for something else
select: "$.principals[?(@.permissions[?(@.action == 's3:GetObject' && @.decision == 'allowed')])]"
ask: [{action: "s3:GetObject"}]
message: "{name} may read"
help: Nothing.
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    write(folder, {**PROJECT, "scp.json": DENIAL, "values.tfvars": 'name = "eve"\n', "rules/asks.yaml": ASKS})
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def worked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of the roots that are worked out."""
    found: list[str] = []
    with_notes = roots.with_notes

    def noting(assess: Any, task: Any) -> Any:
        found.append(task.root.path)
        return with_notes(assess, task)

    monkeypatch.setattr(roots, "with_notes", noting)
    return found


def change(folder: Path, files: dict[str, str | None]) -> None:
    for name, text in files.items():
        if text is None:
            (folder / name).unlink(missing_ok=True)
        else:
            write(folder, {name: text})


@pytest.fixture(params=[None, -1e9], ids=["by content", "by times"])
def marks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether files count as left alone: those of a test are too young."""
    if request.param is not None:
        monkeypatch.setattr(looks, "_COARSEST", request.param)


@pytest.mark.usefixtures("marks")
@pytest.mark.parametrize("what", CHANGES)
def test_a_change(project: Path, tmp_path: Path, worked: list[str], what: str) -> None:
    cache = tmp_path / "cache"
    before = report(project, cache=cache)
    assert before == report(project)
    worked.clear()
    assert report(project, cache=cache) == before
    assert worked == []
    change(project, CHANGES[what])
    after = report(project, cache=cache)
    assert after == report(project)
    assert (after == before) == (what == "what is no configuration")
    if what not in {"a module that is gone", "a root that is gone", "a template that is gone"}:
        assert len(worked) == 1  # nothing else is worked out again
    worked.clear()
    assert report(project, cache=cache) == after


@pytest.mark.usefixtures("marks")
def test_other_options(project: Path, tmp_path: Path, worked: list[str]) -> None:
    reports = [report(project, cache=tmp_path / "cache", **options) for options in OPTIONS]
    assert reports == [report(project, **options) for options in OPTIONS]
    assert len(set(reports)) == len(reports) - 1  # the region decides nothing here
    worked.clear()
    assert reports == [report(project, cache=tmp_path / "cache", **options) for options in OPTIONS]
    assert worked == []


@pytest.mark.usefixtures("marks")
def test_a_file_that_an_option_names(project: Path, tmp_path: Path) -> None:
    for options, name, text in (
        (OPTIONS[2], "values.tfvars", 'name = "zoe"\n'),
        (OPTIONS[6], "scp.json", GRANT),
        (OPTIONS[8], "rules/asks.yaml", ASKS.replace("s3:GetObject", "s3:PutObject")),
    ):
        before = report(project, cache=tmp_path / "cache", **options)
        change(project, {name: text})
        after = report(project, cache=tmp_path / "cache", **options)
        assert after == report(project, **options) != before


@pytest.mark.slow
@examples(8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from([*CHANGES.values(), PROJECT]) | st.sampled_from(OPTIONS), min_size=2, max_size=6))
def test_any_history(project: Path, tmp_path: Path, steps: list[Any]) -> None:
    shutil.rmtree(project)
    write(project, {**PROJECT, "scp.json": DENIAL, "values.tfvars": 'name = "eve"\n', "rules/asks.yaml": ASKS})
    os.chdir(project)
    options: dict[str, Any] = {}
    for step in steps:
        if step in OPTIONS:
            options = step
        else:
            change(project, step)
        assert report(project, cache=tmp_path / "cache", **options) == report(project, **options)


@pytest.mark.slow
def test_all_fixtures(tmp_path: Path, worked: list[str]) -> None:
    alone = report(ROOT, paths=(FIXTURES,))
    assert report(ROOT, paths=(FIXTURES,), cache=tmp_path) == alone
    first = len(worked)
    worked.clear()
    assert report(ROOT, paths=(FIXTURES,), cache=tmp_path) == alone
    assert len(worked) < first / 2  # plans, states, what has errors


def test_workers_fill_it_too(project: Path, tmp_path: Path, worked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roots, "ENOUGH", 1)
    monkeypatch.setattr(Roots.__init__, "__kwdefaults__", {**(Roots.__init__.__kwdefaults__ or {}), "enough": 1})
    first = report(project, cache=tmp_path / "cache", jobs=2)
    assert report(project, cache=tmp_path / "cache", jobs=2) == first == report(project)
    assert worked == []


def entries(cache: Path) -> list[Path]:
    return [file for file in cache.glob("*/*") if not file.name.startswith(".")]


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-5])


def empty(file: Path) -> None:
    file.write_bytes(b"")


def flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def replace_by_directory(file: Path) -> None:
    file.unlink()
    file.mkdir()


def link(file: Path) -> None:
    file.rename(file.with_name("moved"))
    file.symlink_to("moved")


@pytest.mark.parametrize("harm", [cut, empty, flip, replace_by_directory, link, Path.unlink])
def test_what_is_harmed(project: Path, tmp_path: Path, harm: Callable[[Path], None]) -> None:
    cache = tmp_path / "cache"
    alone = report(project, cache=cache)
    for file in entries(cache):
        harm(file)
    assert report(project, cache=cache) == alone
    assert report(project, cache=cache) == alone


def test_the_entry_of_another_root(project: Path, tmp_path: Path) -> None:
    """What stands under another name is of another root, and what it was made of is of that one."""
    cache = tmp_path / "cache"
    report(project, cache=cache)
    found = {name: (day, content) for file in entries(cache) for name, day, content in unpack(file.read_bytes())}
    for file in entries(cache):
        for harmed in (b"", b"x", sealed([]), sealed([b"x", b"y"]), sealed([encode_notes(Notes()), b"y"])):
            file.write_bytes(pack([(name, found[name][0], harmed) for name, _, _ in unpack(file.read_bytes())]))
            assert report(project, cache=cache) == report(project)


def test_two_scans_at_once(project: Path, tmp_path: Path) -> None:
    alone = report(project)
    for _ in range(3):
        with ThreadPoolExecutor(4) as threads:
            found = threads.map(lambda _: report(project, cache=tmp_path / "cache"), range(4))
            assert {*found} == {alone}
        shutil.rmtree(tmp_path / "cache")


def test_a_directory_that_goes_away(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = tmp_path / "cache"
    alone = report(project, cache=cache)
    find = kept.Kept.outcome
    monkeypatch.setattr(
        kept.Kept, "outcome", lambda *given: (shutil.rmtree(cache, ignore_errors=True), find(*given))[1]
    )
    assert report(project, cache=cache) == alone


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="everything can be written to")
def test_a_directory_that_cannot_be_written_to(project: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir(mode=0o500)
    assert report(project, cache=tmp_path / "cache") == report(project)


def test_places_where_nothing_can_be_kept(project: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file", tmp_path / "file/below", Path("/dev/null"), Path("/proc/none")):
        assert report(project, cache=place) == report(project)


def test_only_the_user_can_read_and_write(project: Path, tmp_path: Path) -> None:
    cache = tmp_path / "a/b/cache"
    before = os.umask(0)
    try:
        alone = report(project, cache=cache)
    finally:
        os.umask(before)
    (version,) = (one for one in cache.iterdir() if one.is_dir())
    assert stat.S_IMODE(version.stat().st_mode) == 0o700
    assert entries(cache)
    assert {stat.S_IMODE(file.stat().st_mode) for file in version.iterdir()} == {0o600}
    for file in version.iterdir():
        file.write_bytes(b"others")
    version.chmod(0o777)
    assert report(project, cache=cache) == alone
    assert {file.read_bytes() for file in version.iterdir()} == {b"others"}


def test_a_link_in_place_of_the_directory(project: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    report(project, cache=cache)
    (version,) = (one for one in cache.iterdir() if one.is_dir())
    version.rename(tmp_path / "elsewhere")
    version.symlink_to(tmp_path / "elsewhere")
    shutil.rmtree(tmp_path / "elsewhere")
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    report(project, cache=cache)
    assert not [*(tmp_path / "elsewhere").iterdir()]


def test_what_nobody_uses_goes(project: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    old = cache / ("0" * 32) / "entry"
    write(cache, {f"{old.parent.name}/entry": "", "README": "", f"{'1' * 32}/young": "", "other/file": ""})
    for file in (old, cache / "README", cache / "other/file"):
        os.utime(file, (0, 0))
    report(project, cache=cache)
    assert not old.parent.exists()
    assert (cache / ("1" * 32) / "young").exists()
    assert (cache / "README").exists()
    assert (cache / "other/file").exists()


def test_what_is_used_stays(project: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    report(project, cache=cache)
    today = int(time.time()) // 86_400
    for file in entries(cache):
        found = [(name, today - 3, content) for name, _, content in unpack(file.read_bytes())]
        file.write_bytes(pack([*found, (found[0][0][:2] + "f" * 46, today - 15, b"nobody's")]))
        os.utime(file, (0, 0))
    report(project, cache=cache)
    assert entries(cache)
    for file in entries(cache):
        assert {day for _, day, _ in unpack(file.read_bytes())} == {today}
        assert time.time() - file.stat().st_mtime < 60


def test_another_version(project: Path, tmp_path: Path, worked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    report(project, cache=tmp_path / "cache")
    worked.clear()
    monkeypatch.setattr(sys, "version", "4.0")
    store.code_version.cache_clear()
    try:
        report(project, cache=tmp_path / "cache")
    finally:
        monkeypatch.undo()
        store.code_version.cache_clear()
    assert worked


def outcomes(cache: Path) -> list[Outcome]:
    found = []
    for content in contents(cache):
        with suppress(CodecError):
            found.append(decode(content, Outcome))
    return found


def contents(cache: Path) -> Iterator[bytes]:
    for file in entries(cache):
        for _, _, content in unpack(file.read_bytes()):
            yield from unsealed(content)


SECRETS = {
    "declared": (
        {"a/main.tf": 'variable "v" { sensitive = true }\nresource "aws_iam_user" "u" { name = "x-${var.v}" }\n'},
        Inputs(variables=(("v", "hunter2"),)),
    ),
    "named": (
        {"a/main.tf": 'variable "api_token" {}\nresource "aws_iam_user" "u" { name = "x-${var.api_token}" }\n'},
        Inputs(environment=(("api_token", "hunter2"),)),
    ),
    "in a file": (
        {
            "a/main.tf": 'variable "pw" {}\nresource "aws_iam_user" "u" {\n name = "x"\n tags = { a = var.pw[0] }\n}\n',
            "a/x.auto.tfvars": 'pw = ["hunter2"]\n',
        },
        Inputs(),
    ),
    "a parameter": (
        {
            "t.yaml": "Parameters: {P: {Type: String, NoEcho: true}}\n"
            "Resources: {U: {Type: AWS::IAM::User, Properties: {UserName: !Sub 'x-${P}'}}}\n"
        },
        Inputs(parameters=(("P", "hunter2"),)),
    ),
    "a password": (
        {"t.yaml": PROJECT["inner.yaml"].replace("hunter2hunter2", "hunter2")},
        Inputs(),
    ),
}


@pytest.mark.parametrize("what", SECRETS)
def test_secrets_are_not_kept(tmp_path: Path, what: str) -> None:
    files, inputs = SECRETS[what]
    write(tmp_path / "project", files)
    scan(Options(directory=tmp_path / "project", inputs=inputs, cache=tmp_path / "cache"))
    assert not any(b"hunter2" in content for content in contents(tmp_path / "cache"))
    assert len(outcomes(tmp_path / "cache")) == (what == "a password")


@pytest.mark.parametrize("takes_long", [False, True])
def test_what_took_too_long_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, takes_long: bool) -> None:
    write(tmp_path / "project", {"a/main.tf": 'resource "aws_iam_user" "u" { name = regex("[a-z]+", "ada") }\n'})

    def found(*_: object) -> Any:
        raise TimeoutError

    if takes_long:
        monkeypatch.setattr(patterns, "_found", found)
    report = scan(Options(directory=tmp_path / "project", cache=tmp_path / "cache"))
    assert not report.errors
    assert len(outcomes(tmp_path / "cache")) == (not takes_long)


def test_plans_are_not_kept(tmp_path: Path) -> None:
    scan(Options(paths=("fixtures/plan",), directory=ROOT, cache=tmp_path))
    assert not outcomes(tmp_path)
