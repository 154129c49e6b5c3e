"""``--compare-to`` and ``--changes-only`` as users and their programs meet them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from typer.testing import CliRunner

from scanner.cli import app
from scanner.finding import Level
from scanner.globs import PathGlob
from scanner.named_files import UsageError
from scanner.options import Options
from scanner.path_sections import PathSection
from scanner.pipeline import scan
from scanner.report import FORMATS, Appearance, render
from scanner.report.markdown import MARKER
from scanner.report.report import Report, exit_status
from scanner.rules import match
from scanner.rules.loader import load_rule
from tests.changes.change_plans import password, plan, user
from tests.scans import ROOT, scanned, write

REPORT = json.loads((ROOT / "scanner/report/schema.json").read_text(encoding="utf-8"))
DOCUMENT = json.loads((ROOT / "scanner/rules/document.json").read_text(encoding="utf-8"))


def people(*able: str, others: tuple[str, ...] = ()) -> str:
    """Console users, of whom some have the policy."""
    found = ""
    for name in (*able, *others):
        found += f'resource "aws_iam_user" "{name}" {{\n  name = "{name}"\n}}\n'
        found += f'resource "aws_iam_user_login_profile" "{name}" {{\n  user = "{name}"\n}}\n'
    for name in able:
        found += f'resource "aws_iam_user_policy_attachment" "{name}" {{\n  user = "{name}"\n'
        found += '  policy_arn = "arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess"\n}\n'
    return found


@pytest.fixture
def checkouts(tmp_path: Path) -> Path:
    """Ada and Bo lose it; Cy never had it, and Di gains it."""
    write(
        tmp_path,
        {
            "base/infra/main.tf": people("ada", "bo", others=("cy", "di")),
            "head/infra/main.tf": people("di", others=("ada", "bo", "cy")),
        },
    )
    return tmp_path


def compared(folder: Path, since: str = "base/infra", path: str = "head/infra", **options: Any) -> Report:
    return scanned(folder, path, compare_to=since, **options)


def flagged(report: Report) -> set[tuple[str, str]]:
    return {(one.rule, one.subject) for one in report.findings}


def test_rules_see_changes(checkouts: Path) -> None:
    assert flagged(compared(checkouts)) == {
        *(("aws-login-lost", name) for name in ("ada", "bo")),
        *(("user-cannot-aws-login", name) for name in ("ada", "bo", "cy")),
        ("aws-login-gained", "di"),
    }
    assert flagged(scanned(checkouts, "head")) == {("user-cannot-aws-login", name) for name in ("ada", "bo", "cy")}


def test_old_findings_do_not_count(checkouts: Path) -> None:
    report = compared(checkouts, changes_only=True)
    assert {name for _, name in flagged(report)} == {"ada", "bo", "di"}
    assert exit_status(report, Level.ERROR) == 1
    write(checkouts, {"head/infra/main.tf": people("ada", "bo", "di", others=("cy",))})
    gained = compared(checkouts, changes_only=True)
    assert flagged(gained) == {("aws-login-gained", "di")}
    assert (exit_status(gained, Level.ERROR), exit_status(gained, Level.NOTE)) == (0, 1)
    assert exit_status(compared(checkouts), Level.ERROR) == 1


def test_who_is_new_counts(checkouts: Path) -> None:
    write(checkouts, {"head/infra/main.tf": people("ada", "bo", others=("cy", "di", "new"))})
    assert flagged(compared(checkouts, changes_only=True)) == {("user-cannot-aws-login", "new")}


def test_suppressed_findings_of_others_are_not_missed(checkouts: Path) -> None:
    comment = '# scan:ignore[user-cannot-aws-login] works in the console only\nresource "aws_iam_user" "cy"'
    text = people("di", others=("ada", "bo", "cy")).replace('resource "aws_iam_user" "cy"', comment)
    write(checkouts, {"head/infra/main.tf": text})
    assert compared(checkouts, changes_only=True).warnings == ()


def test_the_same_paths_of_another_checkout(checkouts: Path) -> None:
    """Named as a whole; what it has beside them was not scanned, so it is not gone."""
    write(checkouts, {"base/other/main.tf": people("eve"), "infra/main.tf": people("ada", "bo", others=("cy", "di"))})
    report = compared(checkouts, since="base", path="infra")
    assert report.changes == ()
    assert [one.kind.value for one in compared(checkouts, since="base", path=".").changes or ()].count("removed") == 0


def test_a_pull_request_that_changes_nobody_is_silent(checkouts: Path) -> None:
    report = compared(checkouts, since="head/infra", changes_only=True)
    assert (report.findings, report.changes) == ((), ())
    shown = render("markdown", report, Appearance("1"))
    assert shown == f"### scan: This change leaves it as it is who can use `aws login`.\n{MARKER}\n"


@pytest.mark.parametrize(
    ("before", "after", "first"),
    [
        (("ada", "bo"), (), "This change takes `aws login` away from ada and 1 more."),
        (("ada", "bo"), ("bo",), "This change takes `aws login` away from ada."),
        (("ada",), ("ada", "bo"), "This change lets bo use `aws login`."),
        (("ada",), ("ada",), "This change leaves it as it is who can use `aws login`."),
    ],
)
def test_the_report_begins_with_who_loses_it(
    tmp_path: Path, before: tuple[str, ...], after: tuple[str, ...], first: str
) -> None:
    everybody = ("ada", "bo")
    for side, able in (("base", before), ("head", after)):
        others = tuple(name for name in everybody if name not in able)
        write(tmp_path, {f"{side}/main.tf": people(*able, others=others)})
    report = scanned(tmp_path, "head", compare_to="base")
    assert render("text", report, Appearance("1")).splitlines()[0] == first
    assert render("markdown", report, Appearance("1")).splitlines()[0] == f"### scan: {first}"
    for name in ("concise", "github"):
        assert first in render(name, report, Appearance("1")).splitlines()
    assert not render("text", report, Appearance("1", quiet=True)).startswith("This change")


def test_every_format_has_the_findings(checkouts: Path) -> None:
    report = compared(checkouts)
    assert [name for name in FORMATS if "aws-login-lost" not in render(name, report, Appearance("1"))] == []
    for name in FORMATS:
        assert "aws-login-lost" not in render(name, scanned(checkouts, "head"), Appearance("1")), name


def test_the_json_report(checkouts: Path) -> None:
    report = compared(checkouts)
    document = json.loads(render("json", report, Appearance("1")))
    jsonschema.Draft202012Validator(REPORT).validate(document)
    assert [(one["change"], one["client"], one["principal"]["name"]) for one in document["changes"]] == [
        *(("lost", client, name) for name in ("ada", "bo") for client in ("localhost", "remote")),
        *(("gained", client, "di") for client in ("localhost", "remote")),
    ]
    lost = document["changes"][0]
    assert (lost["before"]["decision"], lost["after"]["decision"]) == ("allowed", "implicit_deny")
    assert lost["because"][0]["location"]["path"] == "base/infra/main.tf"
    assert "changes" not in json.loads(render("json", scanned(checkouts, "head"), Appearance("1")))


def test_what_selectors_see_is_as_the_schema_says(checkouts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[dict[str, Any]] = []
    original = match.change_document
    monkeypatch.setattr(match, "change_document", lambda one: seen.append(original(one)) or seen[-1])
    write(checkouts, {"head/infra/main.tf": people("di", others=("ada", "bo", "new"))})
    compared(checkouts)
    schema = {**DOCUMENT["$defs"]["change"], "$defs": DOCUMENT["$defs"]}
    for one in seen:
        jsonschema.Draft202012Validator(schema).validate(one)
    assert {one["aws_login"] for one in seen} == {"lost", "gained", None}
    assert {one["added"] for one in seen} == {True, False}


RULE = """
id: password-gone
severity: warning
title: T
select: "$.principals[?(@.change.console == 'console-lost')]"
message: "{name}: {changed_by}"
help: H
"""


def test_own_rules_see_them_too(checkouts: Path) -> None:
    write(checkouts, {"password-gone.yaml": RULE})
    assert load_rule(checkouts / "password-gone.yaml").is_about_changes
    write(checkouts, {"head/infra/main.tf": 'resource "aws_iam_user" "cy" {\n  name = "cy"\n}\n'})
    found = [one.message for one in compared(checkouts, rule_paths=("password-gone.yaml",)).findings]
    gone = "no longer: a password gives console access; brought by aws_iam_user_login_profile.cy"
    assert f"cy: {gone}" in found


def test_rules_about_changes_take_something_to_compare_with(checkouts: Path) -> None:
    with pytest.raises(UsageError, match="aws-login-lost is about changes"):
        scanned(checkouts, "head", select=("aws-login-lost",))
    assert flagged(compared(checkouts, select=("aws-login-lost",))) == {("aws-login-lost", n) for n in ("ada", "bo")}


GOOD = {
    "kind": "user",
    "name": "a",
    "address": "aws_iam_user.a",
    "origin": "terraform",
    "root": ".",
    "location": {"path": "a.tf", "start_line": 1, "end_line": 1},
    "console": {"access": "yes", "via": ["login-profile"]},
    "aws_login": {"localhost": "allowed", "remote": "allowed"},
    "permissions": [
        {"action": "a:b", "client": client, "resource": "*", "decision": "allowed", "reasons": []}
        for client in ("localhost", "remote")
    ],
}


def report_file(version: object = 1, **changes: object) -> str:
    principal = {key: value for key, value in {**GOOD, **changes}.items() if value is not None}
    return json.dumps({"version": version, "tool": {}, "principals": [principal], "findings": [], "errors": []})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (report_file(version=2), "it is a report of version 2, and this scanner knows version 1"),
        (report_file(address=None), "missing required field `address` - at `$.principals[0]`"),
        (report_file(console={"access": "maybe", "via": []}), "'maybe' - at `$.principals[0].console.access`"),
        (report_file(location={"path": "a"}), "missing required field `start_line`"),
        (report_file(permissions=[]), "aws_iam_user.a has no permissions for localhost"),
        (report_file(permissions=GOOD["permissions"][:1]), "aws_iam_user.a has no permissions for remote"),  # type: ignore[index]
        ('{"version": 1, "tool": {}, "findings": []}', "missing required field `principals`"),
        ("{", "it cannot be scanned"),
        ("", "it cannot be scanned"),
        ("hello", "it cannot be scanned"),
    ],
)
def test_reports_that_are_none(checkouts: Path, text: str, said: str) -> None:
    write(checkouts, {"old.json": text})
    with pytest.raises(UsageError) as caught:
        compared(checkouts, since="old.json")
    assert str(caught.value).startswith("old.json: ")
    assert said in str(caught.value)
    assert caught.value.path == "old.json"


def test_a_report_that_is_right(checkouts: Path) -> None:
    write(checkouts, {"old.json": report_file()})
    assert {one.kind.value for one in compared(checkouts, since="old.json").changes or ()} == {"added", "removed"}


@pytest.mark.parametrize(("since", "said"), [("nowhere", "no such file or directory"), ("prior", "only a plan")])
def test_nothing_to_compare_with(checkouts: Path, since: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        compared(checkouts, since=since)


def test_what_was_broken_before_does_not_fail_the_scan(checkouts: Path) -> None:
    """Else nobody could mend it. But what it hides looks new."""
    write(checkouts, {"base/infra/broken.tf": 'resource "aws_iam_user" {', "old.json": report_file()})
    report = compared(checkouts)
    assert report.errors == ()
    assert ["Comparison incomplete" in one.message for one in report.warnings] == [True]
    assert [one.span.path for one in report.warnings] == ["base/infra"]


def run(*arguments: str) -> tuple[int, str]:
    found = CliRunner().invoke(app, list(arguments))
    return found.exit_code, found.output


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (
            ["head", "--compare-to", "base", "--changes-only"],
            1,
            "This change takes `aws login` away from ada and 1 more.",
        ),
        (["base", "--compare-to", "base", "--changes-only"], 0, "leaves it as it is"),
        (["head", "--compare-to", "base", "--changes-only", "--fail-on", "never"], 0, "away from ada"),
        (["head", "--changes-only"], 2, "say with --compare-to what there was before"),
        (["head", "--compare-to", ""], 2, "the path is empty"),
        (["head", "--compare-to", "gone"], 2, "gone: there is no such file or directory (--compare-to)"),
    ],
)
def test_the_command_line(
    checkouts: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], status: int, said: str
) -> None:
    monkeypatch.chdir(checkouts)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    found, output = run(*arguments, "--no-config", "--no-cache")
    assert said in " ".join(output.split())
    assert found == status


def test_programs_that_ask_for_changes_alone(checkouts: Path) -> None:
    with pytest.raises(UsageError, match="--compare-to"):
        scan(Options(paths=("head",), directory=checkouts, changes_only=True))


def test_workers_and_kept_outcomes_give_the_same(checkouts: Path, tmp_path: Path) -> None:
    for number in range(12):
        write(checkouts, {f"{side}/more{number}/main.tf": people("ada") for side in ("base", "head")})
    once = compared(checkouts, "base", "head")
    cache = tmp_path.parent / f"{tmp_path.name}-cache"
    for _ in range(2):
        again = compared(checkouts, "base", "head", debug=False, jobs=2, cache=cache)
        assert render("json", again, Appearance("1")) == render("json", once, Appearance("1"))


def test_what_is_said_of_paths_counts_in_the_other_checkout(checkouts: Path) -> None:
    """What is excluded there, and the account."""
    write(checkouts, {"base/infra/old/main.tf": people("eve"), "head/infra/old/main.tf": people(others=("eve",))})
    head, old = checkouts / "head", PathGlob("infra/old")
    for glob in (old, PathGlob("infra/old", head), PathGlob("head/infra/old", checkouts)):
        report = scanned(head, "infra", compare_to="../base", exclude=(glob,))
        assert ("eve" in {one.subject.name for one in report.changes or ()}) is (glob.base == checkouts), glob
    report = scanned(head, "infra", compare_to="../base", sections=(PathSection(old, account="111122223333"),))
    eve = next(one for one in report.changes or () if one.subject.name == "eve")
    assert eve.before is not None
    assert (eve.before.account, eve.subject.account) == ("111122223333", "111122223333")


def test_a_plan_beside_the_configuration_is_not_new(checkouts: Path) -> None:
    """Where the earlier report has the configuration alone."""
    resources = {"aws_iam_user.cy": user("cy"), "aws_iam_user_login_profile.cy": password("cy")}
    write(checkouts, {"head/infra/plan.json": json.dumps(plan({}, resources))})
    write(checkouts, {"head/infra/main.tf": people("ada", "bo", others=("cy", "di"))})
    assert compared(checkouts).changes == ()


def test_recorded_plans_that_create_everything() -> None:
    """In JSON and as files; data sources alone are in a state before them."""
    for kind in ("json", "tfplan"):
        for path in sorted((ROOT / "fixtures/plan").glob(f"*.{kind}")):
            if not path.name.endswith(".state.json"):
                report = scanned(ROOT, f"fixtures/plan/{path.name}", compare_to="prior")
                assert [one.kind.value for one in report.changes or ()] == ["added"] * len(report.principals), path
