"""An item is scanned as if it was alone: its findings are the same, up to the name that paths begin with."""

from __future__ import annotations

import json
import posixpath
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scanner.configuration import keys
from scanner.configuration.find import find
from scanner.configuration.load import Given, load_found
from scanner.configuration.scan_options import scan_options
from scanner.configuration.settings import settle
from scanner.organization import merged, scan
from scanner.pipeline import scan as scan_alone
from scanner.report.json import render
from scanner.work.roots import Roots
from tests.organization.organizations import MANIFEST, manifest, organized, printed, user
from tests.scans import ROOT, write

FILES = {
    "one/main.tf": user("ada"),
    "one/.aws-login-scan.yaml": """
suppress: [{rule: user-cannot-aws-login, address: aws_iam_user.u, reason: known}]
""",
    "two/a/main.tf": "# scan:ignore[user-cannot-aws-login] of old\n" + user("bob"),
    "two/b/main.tf": user("eve"),
    "two/.aws-login-scan.yaml": "severity: {user-cannot-aws-login: note}\naccounts: {b: {account: '222222222222'}}\n",
    "three/broken.tf": "resource {\n",
    "three/main.tf": user("kim") + 'module "m" { source = "../elsewhere" }\n',
    "three/template.yaml": "Resources: {U: {Type: AWS::IAM::User, Properties: {LoginProfile: {Password: x}}}}\n",
    "four/pyproject.toml": "[tool.aws-login-scan]\nbaseline = 'known.json'\n",
    "four/main.tf": user("zoe"),
}


def below(name: str, found: Any, key: str = "") -> Any:
    """What a report says, with other paths."""
    if isinstance(found, dict):
        return {one: below(name, value, one) for one, value in found.items() if one != "fingerprint"}
    if isinstance(found, list):
        return [below(name, one, key) for one in found]
    moves = key in ("path", "root", "roots", "also_in") and isinstance(found, str)
    return posixpath.normpath(f"{name}/{found}") if moves else found


def alone(directory: Path, **changed: Any) -> dict[str, Any]:
    """The report of a scan that begins in a directory."""
    found = find(directory)
    settings = settle({}, load_found(found, directory) if found is not None else None)
    options = scan_options(settings, directory, {}, None, debug=True)
    report = scan_alone(replace(options, cache=None, jobs=1, **changed))
    made: dict[str, Any] = json.loads(render(report, "1"))
    return made


def known(directory: Path) -> None:
    """A baseline of what is found."""
    write(directory, {"pyproject.toml": ""})
    alone(directory, write_baseline="known.json", offers_fixes=False)
    write(directory, {"pyproject.toml": FILES["four/pyproject.toml"]})


@pytest.mark.parametrize("offers_fixes", [False, True])
def test_each_item_is_as_it_is_alone(tmp_path: Path, offers_fixes: bool) -> None:
    write(tmp_path, FILES)
    known(tmp_path / "four")
    names = {"one": "one", "two": "teams/second", "three": "three", "four": "f"}
    manifest(tmp_path, [{"path": path, "name": name} for path, name in names.items()])
    together = json.loads(printed(tmp_path, offers_fixes=offers_fixes))
    apart = {name: alone(tmp_path / path, offers_fixes=offers_fixes) for path, name in names.items()}
    for key in ("principals", "findings", "errors", "warnings"):
        wanted = [below(name, one) for name, found in apart.items() for one in found[key]]
        assert sorted(map(json.dumps, below(".", together[key]))) == sorted(map(json.dumps, wanted)), key
    assert together["summary"]["suppressed"] == 2
    assert together["summary"]["baselined"] == 1
    assert {finding["severity"] for finding in together["findings"]} == {"error", "note"}
    assert together["errors"]


def test_fixtures_are_as_they_are_alone(tmp_path: Path) -> None:
    places = [ROOT / "fixtures" / name for name in ("terraform", "cloudformation")]
    manifest(tmp_path, [{"path": str(place), "name": place.name} for place in places])
    together = json.loads(printed(tmp_path))
    for key in ("principals", "findings"):
        wanted = [below(place.name, one) for place in places for one in alone(place, offers_fixes=False)[key]]
        assert len(wanted) > 0
        assert sorted(map(json.dumps, below(".", together[key]))) == sorted(map(json.dumps, wanted)), key


def test_drift_is_as_it_is_alone(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "fixtures/changes/drift", tmp_path / "app")
    write(tmp_path, {"app/.aws-login-scan.yaml": "account_data: account\npaths: [code]\n"})
    manifest(tmp_path, [{"path": "app", "name": "shop"}])
    found = json.loads(printed(tmp_path))
    wanted = alone(tmp_path / "app", offers_fixes=False)
    assert wanted["changes"]
    for key in ("changes", "principals", "findings"):
        assert sorted(map(json.dumps, below(".", found[key]))) == sorted(map(json.dumps, below("shop", wanted[key])))


def test_two_repositories_with_the_same_code_have_two_findings(tmp_path: Path) -> None:
    write(tmp_path, {"a/main.tf": user("ada"), "b/main.tf": user("ada"), "a/.git/HEAD": "", "b/.git/HEAD": ""})
    manifest(tmp_path, [{"path": "a"}, {"path": "b"}])
    found = organized(tmp_path).findings
    assert [one.root for one in found] == ["a", "b"]
    assert len({one.fingerprint for one in found}) == 2


def test_accounts_regions_and_configurations_of_the_manifest(tmp_path: Path) -> None:
    write(tmp_path, {f"{name}/main.tf": user("ada") for name in "ab"} | {"own.yaml": "ignore: [user-cannot-aws-login]"})
    manifest(
        tmp_path, [{"path": "a", "account": "111111111111", "region": "eu-west-1"}, {"path": "b", "config": "own.yaml"}]
    )
    report = organized(tmp_path)
    assert [one.definition.principal.account for one in report.principals] == ["111111111111", None]
    assert "eu-west-1" in report.principals[0].aws_login.permissions[0].resource
    assert [one.root for one in report.findings] == ["a"]


def test_the_command_line_is_for_all_and_its_files_are_from_the_working_directory(tmp_path: Path) -> None:
    deny = {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}
    write(tmp_path, {f"{name}/main.tf": user("ada") for name in "ab"} | {"scp.json": json.dumps(deny)})
    manifest(tmp_path, [{"path": "a"}, {"path": "b"}])
    report = organized(tmp_path, {keys.SCP.name: (Given(("scp.json",)),)})
    assert {one.rule for one in report.findings} == {"aws-login-denied"}
    places = {one.span.path for finding in report.findings for one in finding.related if one.is_decisive}
    assert places == {"scp.json"}


@pytest.mark.parametrize(
    ("files", "item", "said"),
    [
        ({}, {"path": "gone"}, "does not exist"),
        ({"file": ""}, {"path": "file"}, "is not a directory"),
        (
            {"bad/.aws-login-scan.yaml": "pahts: [a]"},
            {"path": "bad"},
            '.aws-login-scan.yaml:1: there is no key "pahts"',
        ),
        ({"bad/x": ""}, {"path": "bad", "config": "none.yaml"}, "none.yaml"),
        ({"bad/main.tf": "", "bad/.aws-login-scan.yaml": "baseline: none.json"}, {"path": "bad"}, "none.json"),
        ({"bad/main.tf": "", "bad/.aws-login-scan.yaml": "select: [none]"}, {"path": "bad"}, 'no rule "none"'),
        ({"bad/x.yaml": "a", "bad/.aws-login-scan.yaml": "rules: x.yaml"}, {"path": "bad"}, "x.yaml: a rule file"),
        ({"bad/.aws-login-scan.yaml": "rules: ../../x"}, {"path": "bad"}, "leads out of"),
        ({}, {"git": "https://h/a", "commit": "0" * 40}, "Say with --materialize"),
    ],
)
def test_what_is_wrong_with_one_item_is_said_of_it(
    tmp_path: Path, files: dict[str, str], item: dict[str, str], said: str
) -> None:
    write(tmp_path, {"good/main.tf": user("ada"), **files})
    manifest(tmp_path, [item, {"path": "good"}])
    report = organized(tmp_path)
    (problem,) = report.errors
    assert problem.span.place == f"{MANIFEST}:1"
    assert said in problem.detail
    assert [one.root for one in report.findings] == ["good"]


def test_our_own_error_on_one_item_loses_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {f"{name}/main.tf": user("ada") for name in "ab"})
    manifest(tmp_path, [{"path": "a"}, {"path": "b"}])
    real = scan.prepare

    def fails(options: Any) -> Any:
        assert options.directory.name != "a"
        return real(options)

    monkeypatch.setattr(scan, "prepare", fails)
    report = organized(tmp_path)
    assert [(one.summary, one.span.place) for one in report.errors] == [("Internal error", f"{MANIFEST}:1")]
    assert [one.root for one in report.findings] == ["b"]


def test_an_item_without_anything_to_scan_is_an_error_as_it_is_alone(tmp_path: Path) -> None:
    write(tmp_path, {"a/README": "", "b/main.tf": user("ada")})
    manifest(tmp_path, [{"path": "a"}, {"path": "b"}])
    assert [(one.summary, one.span.path) for one in organized(tmp_path).errors] == [("Nothing to scan", "a")]


def test_a_report_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan, "MOST_PRINCIPALS", 2)
    assert merged.MOST_PRINCIPALS > 100_000
    write(tmp_path, {f"{name}/main.tf": user("ada") for name in "abc"})
    manifest(tmp_path, [{"path": name} for name in "abc"])
    report = organized(tmp_path)
    assert [one.definition.root for one in report.principals] == ["a", "b"]
    assert [(one.summary, one.span.place) for one in report.errors] == [("Bound exceeded", f"{MANIFEST}:3")]


def test_however_many_processes(tmp_path: Path) -> None:
    write(tmp_path, FILES)
    manifest(tmp_path, [{"path": name} for name in ("one", "two", "three")])
    assert printed(tmp_path, lambda kept: Roots(2, kept, enough=1)) == printed(tmp_path)


def test_a_name_that_two_items_define(tmp_path: Path) -> None:
    write(tmp_path, {"a/main.tf": user("ada"), "b/deep/main.tf": user("ada"), "c/main.tf": user("ada")})
    accounts = {"a": "111122223333", "b": "111122223333", "c": "444455556666"}
    manifest(tmp_path, [{"path": path, "account": account} for path, account in accounts.items()])
    (told,) = organized(tmp_path).diagnostics
    assert (told.root, told.span.path, told.span.line) == ("b/deep", "b/deep/main.tf", 1)
    assert told.message.startswith('Defined twice: The scan root "a" defines the user ada of the account 111122223333')
    assert "(a/main.tf:1)" in told.message
