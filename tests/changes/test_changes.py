"""What becomes of a user by a change, however the two sides are given; the laws of comparing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import permutations
from pathlib import Path

import pytest

from scanner.changes.change import Change, by_principal
from scanner.report.json import render
from scanner.report.report import Report
from tests.changes.change_plans import ABLE, ALICE, SIGN_IN, WITH_MFA, Resources, attached, inline, plan, state, user
from tests.scans import scanned, write

Said = set[tuple[str, str | None, str]]
"""Kind, client and address of changes."""


def said(report: Report) -> Said:
    assert report.changes is not None
    return {(one.kind.value, one.client.value if one.client else None, one.subject.address) for one in report.changes}


def both(kind: str, address: str = "aws_iam_user.alice") -> Said:
    return {(kind, "localhost", address), (kind, "remote", address)}


def block(address: str, arguments: Mapping[str, object]) -> str:
    type_, name = address.split(".")
    body = "".join(f"  {key} = {json.dumps(value)}\n" for key, value in arguments.items() if key not in ("id", "arn"))
    return f'resource "{type_}" "{name}" {{\n{body}}}\n'


def hcl(resources: Resources) -> str:
    return "".join(block(address, arguments) for address, arguments in resources.items())


OF_TEAM: Resources = {
    **ALICE,
    "aws_iam_group.team": {"name": "team", "id": "team", "arn": "arn:aws:iam::111122223333:group/team"},
    "aws_iam_group_policy_attachment.team": {
        "group": "team",
        "policy_arn": "arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess",
        "id": "team-1",
    },
    "aws_iam_user_group_membership.alice": {"user": "alice", "groups": ["team"], "id": "m-1"},
}
LOOK_ALIKE: Resources = {**ALICE, "aws_iam_user_policy_attachment.login": attached("AWSMCPSignInOAuthAccessPolicy")}
GUARDED: Resources = {**ALICE, "aws_iam_user_policy.login": inline(WITH_MFA)}
OPEN: Resources = {**ALICE, "aws_iam_user_policy.login": inline(SIGN_IN)}
ON_THIS_DEVICE: Resources = {
    **ALICE,
    "aws_iam_user_policy.login": inline({**SIGN_IN, "Resource": "arn:aws:signin:*:*:oauth2/public-client/localhost"}),
}
BOUND: Resources = {
    **ABLE,
    "aws_iam_user.alice": {**user(), "permissions_boundary": "arn:aws:iam::aws:policy/ReadOnlyAccess"},
}
DENIED: Resources = {**ABLE, "aws_iam_user_policy.no": inline({**SIGN_IN, "Effect": "Deny", "Sid": "No"})}


def without(resources: Resources, *addresses: str) -> Resources:
    assert set(addresses) <= set(resources)
    return {address: values for address, values in resources.items() if address not in addresses}


NO_PASSWORD = without(ABLE, "aws_iam_user_login_profile.alice")

CASES: dict[str, tuple[Resources, Resources, Said, str | None]] = {
    "attach": (ALICE, ABLE, both("gained"), "gained"),
    "detach": (ABLE, ALICE, both("lost"), "lost"),
    "leave a group": (OF_TEAM, without(OF_TEAM, "aws_iam_user_group_membership.alice"), both("lost"), "lost"),
    "the group loses it": (OF_TEAM, without(OF_TEAM, "aws_iam_group_policy_attachment.team"), both("lost"), "lost"),
    "replace by a look-alike": (ABLE, LOOK_ALIKE, both("lost"), "lost"),
    "replace by the same in other words": (ABLE, OPEN, set(), None),
    "a boundary": (ABLE, BOUND, both("lost"), "lost"),
    "a Deny": (ABLE, DENIED, both("lost"), "lost"),
    "from one refusal to another": (ALICE, without(DENIED, "aws_iam_user_policy_attachment.login"), set(), None),
    "ask for MFA": (OPEN, GUARDED, both("weaker"), "weaker"),
    "ask for MFA no longer": (GUARDED, OPEN, both("stronger"), "stronger"),
    "MFA alone, then nothing": (GUARDED, ALICE, both("lost"), "lost"),
    "on the same device only": (ABLE, ON_THIS_DEVICE, {("lost", "remote", "aws_iam_user.alice")}, "weaker"),
    "elsewhere as well": (ON_THIS_DEVICE, ABLE, {("gained", "remote", "aws_iam_user.alice")}, "stronger"),
    "take the password": (ABLE, NO_PASSWORD, {("console-lost", None, "aws_iam_user.alice")}, "lost"),
    "give a password": (NO_PASSWORD, ABLE, {("console-gained", None, "aws_iam_user.alice")}, "gained"),
    "take a password of no use": (
        ALICE,
        {"aws_iam_user.alice": user()},
        {("console-lost", None, "aws_iam_user.alice")},
        "console-lost",
    ),
    "a policy of somebody who cannot sign in": (NO_PASSWORD, {"aws_iam_user.alice": user()}, set(), None),
    "create": ({}, ABLE, {("added", None, "aws_iam_user.alice")}, None),
    "destroy": (ABLE, {}, {("removed", None, "aws_iam_user.alice")}, None),
    "rename in place": (
        ABLE,
        {
            "aws_iam_user.alice": user("alicia"),
            "aws_iam_user_login_profile.alice": {"user": "alicia", "id": "alicia"},
            "aws_iam_user_policy_attachment.login": attached(name="alicia"),
        },
        set(),
        None,
    ),
    "another block, the same name": (
        ABLE,
        {"aws_iam_user.other": user(), **without(ABLE, "aws_iam_user.alice")},
        set(),
        None,
    ),
    "another block, without the policy": (
        ABLE,
        {"aws_iam_user.other": user(), **without(ALICE, "aws_iam_user.alice")},
        both("lost", "aws_iam_user.other"),
        "lost",
    ),
}


def effect(report: Report) -> str | None:
    """What all of it comes to; of a change that concerns the console alone, that."""
    assert report.changes is not None
    found = [one for one in by_principal(report.changes) if one.before is not None]
    return next((one.effect.value if one.effect else one.changes[0].kind.value for one in found), None)


def anything(resources: Resources) -> Resources:
    """The same beside something that nobody asks for: a directory or a state without anybody is nothing to scan."""
    return {**resources, "aws_iam_group.empty": {"name": "empty", "id": "empty"}}


@pytest.mark.parametrize("form", ["directories", "report", "prior", "no prior state", "states", "state and plan"])
@pytest.mark.parametrize("case", CASES)
def test_a_change(tmp_path: Path, case: str, form: str) -> None:
    before, after, expected, comes_to = CASES[case]
    old, new = anything(before), anything(after)
    report = compared(tmp_path, old, new, form)
    assert said(report) == expected
    assert effect(report) == comes_to
    assert all(one.because for one in report.changes or () if one.before and one.after)


def compared(folder: Path, before: Resources, after: Resources, form: str) -> Report:
    document = plan(before, after)
    if form == "no prior state":
        del document["prior_state"]
    write(
        folder,
        {
            "base/main.tf": hcl(before),
            "head/main.tf": hcl(after),
            "plan.json": json.dumps(document),
            "old.json": json.dumps(state(before)),
            "new.json": json.dumps(state(after)),
        },
    )
    match form:
        case "directories":
            return scanned(folder, "head", compare_to="base")
        case "report":
            write(folder, {"report.json": render(scanned(folder, "base"), "1")})
            return scanned(folder, "head", compare_to="report.json")
        case "states":
            return scanned(folder, "new.json", compare_to="old.json")
        case "state and plan":
            return scanned(folder, "plan.json", compare_to="old.json")
    return scanned(folder, "plan.json", compare_to="prior")


SIDES = (ALICE, ABLE, GUARDED, OF_TEAM, NO_PASSWORD, BOUND, ON_THIS_DEVICE)
OPPOSITE = {
    "lost": "gained",
    "gained": "lost",
    "console-lost": "console-gained",
    "console-gained": "console-lost",
    "weaker": "stronger",
    "stronger": "weaker",
    "added": "removed",
    "removed": "added",
}


@pytest.mark.parametrize("number", range(len(SIDES)))
def test_nothing_changes_where_nothing_is_different(tmp_path: Path, number: int) -> None:
    write(tmp_path, {"a/main.tf": hcl(SIDES[number]), "b/main.tf": hcl(SIDES[number])})
    report = scanned(tmp_path, "a")
    write(tmp_path, {"report.json": render(report, "1")})
    assert report.changes is None
    for other in ("a", "b", "report.json"):
        assert scanned(tmp_path, "a", compare_to=other).changes == ()


@pytest.mark.parametrize(("one", "other"), [*permutations(range(len(SIDES)), 2)])
def test_the_way_back_is_the_opposite(tmp_path: Path, one: int, other: int) -> None:
    write(tmp_path, {"a/main.tf": hcl(SIDES[one]), "b/main.tf": hcl(SIDES[other])})
    there, back = (said(scanned(tmp_path, to, compare_to=since)) for since, to in (("a", "b"), ("b", "a")))
    assert back == {(OPPOSITE[kind], client, address) for kind, client, address in there}


ALLOWS = "statement of SignInLocalDevelopmentAccess (attached) allows it"


def test_what_brought_it_is_named(tmp_path: Path) -> None:
    report = compared(
        tmp_path, ABLE, LOOK_ALIKE | {"aws_iam_user_policy.no": DENIED["aws_iam_user_policy.no"]}, "prior"
    )
    assert said(report) == both("lost")
    assert [one.text for one in changes_of(report)[0].because] == [
        f"no longer: {ALLOWS}; brought by aws_iam_user_policy_attachment.login",
        'now: statement "No" of login (inline) denies it; brought by aws_iam_user_policy.no',
    ]


def changes_of(report: Report) -> tuple[Change, ...]:
    assert report.changes is not None
    return report.changes


def test_places_are_those_of_each_side(tmp_path: Path) -> None:
    report = compared(tmp_path, ABLE, ALICE, "directories")
    assert {(one.span.path, one.span.line) for change in changes_of(report) for one in change.because} == {
        ("base/main.tf", 8)
    }


MODULE = 'module "people" {\n  source = "./people"\n}\n'


@pytest.mark.parametrize(
    ("before", "after", "moved"),
    [
        ("aws_iam_user.alice", "aws_iam_user.new", "from = aws_iam_user.alice\n  to = aws_iam_user.new"),
        ("aws_iam_user.alice", 'aws_iam_user.new["a"]', 'from = aws_iam_user.alice\n  to = aws_iam_user.new["a"]'),
        ("aws_iam_user.alice[0]", "aws_iam_user.alice", "from = aws_iam_user.alice[0]\n  to = aws_iam_user.alice"),
        ("aws_iam_user.alice[0]", "aws_iam_user.new[0]", "from = aws_iam_user.alice\n  to = aws_iam_user.new"),
    ],
)
def test_moved_blocks(tmp_path: Path, before: str, after: str, moved: str) -> None:
    """The name is no help here: it is not known."""
    write(
        tmp_path,
        {
            "base/main.tf": people(before, attach=True),
            "head/main.tf": people(after, attach=False) + f"moved {{\n  {moved}\n}}\n",
        },
    )
    assert said(scanned(tmp_path, "head", compare_to="base")) == both("lost", after)


def people(address: str, *, attach: bool) -> str:
    """A user with a name that is not known, with a password and perhaps the policy."""
    name = address.split(".")[1].split("[")[0]
    many = {"[0]": "  count = 1\n", '["a"]': '  for_each = toset(["a"])\n'}.get(
        address[len(f"aws_iam_user.{name}") :], ""
    )
    policy = '"arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess"'
    attachment = (
        f'resource "aws_iam_user_policy_attachment" "a" {{\n  user = {address}.name\n  policy_arn = {policy}\n}}\n'
    )
    return (
        'variable "name" {}\n'
        f'resource "aws_iam_user" "{name}" {{\n{many}  name = var.name\n}}\n'
        f'resource "aws_iam_user_login_profile" "a" {{\n  user = {address}.name\n}}\n{attachment if attach else ""}'
    )


def test_modules_that_are_moved(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            **{f"{side}/people/main.tf": people("aws_iam_user.a", attach=side == "base") for side in ("base", "head")},
            "base/main.tf": MODULE,
            "head/main.tf": MODULE.replace("people", "team", 1)
            + "moved {\n  from = module.people\n  to = module.team\n}\n",
        },
    )
    assert said(scanned(tmp_path, "head", compare_to="base")) == both("lost", "module.team.aws_iam_user.a")


def test_a_plan_says_what_was_moved(tmp_path: Path) -> None:
    """And renamed, so that nothing else tells who it is."""
    after = {"aws_iam_user.new": user("alicia"), "aws_iam_user_login_profile.alice": {"user": "alicia", "id": "alicia"}}
    moved = plan(ABLE, after, {"aws_iam_user.alice": "aws_iam_user.new"})
    write(tmp_path, {"old.json": json.dumps(state(ABLE)), "plan.json": json.dumps(moved)})
    for since in ("old.json", "prior"):
        assert said(scanned(tmp_path, "plan.json", compare_to=since)) == both("lost", "aws_iam_user.new")


@pytest.mark.parametrize("since", ["prior", "old.json", "base"])
@pytest.mark.parametrize(
    ("actions", "name", "expected"),
    [
        (["update"], "alicia", {("lost", "alicia")}),
        (["delete", "create"], "alicia", {("removed", "alice"), ("added", "alicia")}),
        (["create", "delete"], "alicia", {("removed", "alice"), ("added", "alicia")}),
        (["create", "forget"], "alicia", {("lost", "alice"), ("added", "alicia")}),
        (["delete", "create"], "alice", {("console-lost", "alice")}),  # the password goes with who had it
    ],
)
def test_a_plan_says_who_is_replaced(
    tmp_path: Path, actions: list[str], name: str, expected: set[tuple[str, str]], since: str
) -> None:
    """Somebody with another name is somebody else then; somebody with the same one is who had it."""
    after = {"aws_iam_user.alice": user(name), "aws_iam_user_login_profile.alice": {"user": name, "id": name}}
    document = plan(ABLE, after)
    change = next(one for one in document["resource_changes"] if one["address"] == "aws_iam_user.alice")
    change["change"]["actions"] = actions
    files = {"plan.json": json.dumps(document), "old.json": json.dumps(state(ABLE)), "base/main.tf": hcl(ABLE)}
    write(tmp_path, files)
    report = scanned(tmp_path, "plan.json", compare_to=since)
    found = {(one.kind.value, one.subject.name or one.subject.address) for one in changes_of(report)}
    assert found == expected


def test_a_plan_that_creates_everything_had_nothing(tmp_path: Path) -> None:
    write(tmp_path, {"plan.json": json.dumps(plan({}, ABLE))})
    assert said(scanned(tmp_path, "plan.json", compare_to="prior")) == {("added", None, "aws_iam_user.alice")}


def test_roots_meet_by_how_their_paths_end(tmp_path: Path) -> None:
    """Every environment has the same addresses."""
    for side in ("base", "head"):
        for environment in ("prod", "stage"):
            has_it = environment == "prod" or side == "base"
            write(tmp_path, {f"{side}/env/{environment}/main.tf": hcl(ABLE if has_it else ALICE)})
    for paths, since in ((("head",), "base"), (("head/env/stage", "head/env/prod"), "base/env")):
        report = scanned(tmp_path, *paths, compare_to=since)
        assert {one.subject.root for one in changes_of(report)} == {"head/env/stage"}
        assert said(report) == both("lost")


def test_whoever_may_be_several_is_nobody(tmp_path: Path) -> None:
    """Two accounts have a user of one name each, and no root or address is the same."""
    write(
        tmp_path,
        {
            "base/a/main.tf": hcl(ABLE),
            "base/b/main.tf": hcl(ABLE),
            "head/c/main.tf": hcl(ALICE).replace('"aws_iam_user" "alice"', '"aws_iam_user" "new"'),
        },
    )
    report = scanned(tmp_path, "head", compare_to="base")
    assert {(one.kind.value, one.subject.root) for one in changes_of(report)} == {
        ("added", "head/c"),
        ("removed", "base/a"),
        ("removed", "base/b"),
    }


def test_accounts_tell_users_of_one_name_apart(tmp_path: Path) -> None:
    def side(account: str, resources: Resources) -> str:
        return f'provider "aws" {{\n  allowed_account_ids = ["{account}"]\n}}\n{hcl(resources)}'

    other = {"aws_iam_user.new": user(), **without(ALICE, "aws_iam_user.alice")}
    write(
        tmp_path,
        {
            "base/a/main.tf": side("111122223333", ABLE),
            "base/b/main.tf": side("444455556666", ABLE),
            "head/c/main.tf": side("444455556666", other),
        },
    )
    report = scanned(tmp_path, "head", compare_to="base")
    assert said(report) == {*both("lost", "aws_iam_user.new"), ("removed", None, "aws_iam_user.alice")}
    assert {one.before.root for one in changes_of(report) if one.before and one.after} == {"base/b"}


TEMPLATE = """
Resources:
  Alice:
    Type: AWS::IAM::User
    Properties:
      UserName: alice
      LoginProfile: {Password: "{{resolve:secretsmanager:a}}"}
      ManagedPolicyArns: ["arn:aws:iam::aws:policy/POLICY"]
"""


def test_templates(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "base/t.yaml": TEMPLATE.replace("POLICY", "PowerUserAccess"),
            "head/t.yaml": TEMPLATE.replace("POLICY", "ReadOnlyAccess"),
        },
    )
    assert said(scanned(tmp_path, "head", compare_to="base")) == both("lost", "Alice")


def test_unknown_values_are_no_loss(tmp_path: Path) -> None:
    changed = hcl(ABLE).replace('"arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess"', "var.policy")
    write(tmp_path, {"base/main.tf": hcl(ABLE), "head/main.tf": f'variable "policy" {{}}\n{changed}'})
    report = scanned(tmp_path, "head", compare_to="base")
    assert said(report) == both("undetermined")
    assert effect(report) == "undetermined"
    assert said(scanned(tmp_path, "base", compare_to="head")) == both("stronger")
    write(tmp_path, {"none/main.tf": hcl(ALICE)})
    assert said(scanned(tmp_path, "none", compare_to="head")) == both("weaker")


PASSWORD = {
    "yes": 'resource "aws_iam_user_login_profile" "alice" {\n  user = aws_iam_user.alice.name\n}\n',
    "no": "",
    "unknown": (
        'variable "people" {\n  type = bool\n}\nresource "aws_iam_user_login_profile" "alice" {\n'
        "  count = var.people ? 1 : 0\n  user  = aws_iam_user.alice.name\n}\n"
    ),
}


@pytest.mark.parametrize("resources", [NO_PASSWORD, {"aws_iam_user.alice": user()}], ids=["allowed", "denied"])
@pytest.mark.parametrize(
    ("before", "after", "kind", "comes_to"),
    [
        ("yes", "unknown", "undetermined", "undetermined"),
        ("unknown", "yes", "stronger", "stronger"),
        ("unknown", "no", "weaker", "weaker"),
        ("no", "unknown", "stronger", "stronger"),
        ("yes", "no", "console-lost", "lost"),
        ("no", "yes", "console-gained", "gained"),
        ("unknown", "unknown", None, None),
    ],
)
def test_console_access_that_is_not_known(
    tmp_path: Path, before: str, after: str, kind: str | None, comes_to: str | None, resources: Resources
) -> None:
    """It makes a difference for `aws login` only where policies do not refuse that."""
    for side, access in (("base", before), ("head", after)):
        write(tmp_path, {f"{side}/main.tf": hcl(resources) + PASSWORD[access]})
    report = scanned(tmp_path, "head", compare_to="base")
    assert said(report) == ({(kind, None, "aws_iam_user.alice")} if kind else set())
    assert all(one.because for one in report.changes or ())
    found = [one.effect.value if one.effect else None for one in by_principal(report.changes or ())]
    assert found == ([comes_to if resources is NO_PASSWORD else None] if kind else [])
    write(tmp_path, {"report.json": render(scanned(tmp_path, "base"), "1")})
    assert said(scanned(tmp_path, "head", compare_to="report.json")) == said(report)


def test_console_access_and_policies_are_told_apart(tmp_path: Path) -> None:
    """A loss is one whatever becomes of the console, if there was access."""
    write(
        tmp_path,
        {
            "base/main.tf": hcl(NO_PASSWORD) + PASSWORD["yes"],
            "head/main.tf": hcl({"aws_iam_user.alice": user()}) + PASSWORD["unknown"],
        },
    )
    there = said(scanned(tmp_path, "head", compare_to="base"))
    assert there == {*both("lost"), ("undetermined", None, "aws_iam_user.alice")}
    back = said(scanned(tmp_path, "base", compare_to="head"))
    assert back == {*both("gained"), ("stronger", None, "aws_iam_user.alice")}
