"""What a template, a change set or an assembly may cost: when the budget is spent, nothing rests on what is left."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from scanner.diagnostic import Severity
from scanner.report.report import exit_status
from tests.budgets import SPENT, contradictions_under_small_budgets, counted
from tests.scans import ROOT, Scan, errors, verdicts

pytestmark = pytest.mark.slow

GOOD = """
  Good:
    Type: AWS::IAM::User
    Properties: {UserName: good, LoginProfile: {Password: x}}
"""
HEAD = f"Resources:{GOOD}"
LATER = """
  Later:
    Type: AWS::IAM::UserPolicy
    Properties:
      UserName: good
      PolicyName: later
      PolicyDocument:
        Version: "2012-10-17"
        Statement: [{Effect: Allow, Action: "signin:*", Resource: "*"}]
"""
"""Comes after what spends the budget, and would change the verdict."""


def _doubling(levels: int) -> str:
    lines = "".join(f"      a{n + 1}: &a{n + 1} [{', '.join([f'*a{n}'] * 10)}]\n" for n in range(levels))
    return f"      a0: &a0 [{', '.join('x' * 10)}]\n{lines}"


def _nested_loops(levels: int) -> Mapping[str, object]:
    inner: dict[str, object] = {"U" + "".join(f"${{N{n}}}" for n in range(levels)): {"Type": "AWS::IAM::User"}}
    for level in reversed(range(levels)):
        inner = {f"Fn::ForEach::L{level}": [f"N{level}", list("abcdefghij"), inner]}
    return inner


def _user(name: object) -> dict[str, object]:
    return {"Type": "AWS::IAM::User", "Properties": {"UserName": name, "LoginProfile": {"Password": "x"}}}


def _subs(levels: int) -> object:
    """Each ``Fn::Sub`` has the one inside of it a hundred times."""
    text: object = "x" * 100
    for _ in range(levels):
        text = {"Fn::Sub": ["${A}" * 100, {"A": text}]}
    return text


def _conditions(levels: int) -> dict[str, object]:
    last = {"Fn::Equals": [{"Ref": "P"}, "x"]}
    made = {f"C{n}": {"Fn::And": [{"Condition": f"C{n + 1}"}] * 10} for n in range(levels)}
    return {**made, f"C{levels}": last}


def _template(resources: Mapping[str, object], **sections: object) -> str:
    later = {
        "Type": "AWS::IAM::UserPolicy",
        "Properties": {
            "UserName": "good",
            "PolicyName": "later",
            "PolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Action": "signin:*", "Resource": "*"}],
            },
        },
    }
    return json.dumps({**sections, "Resources": {"Good": _user("good"), **resources, "Later": later}})


OPEN = {"P": {"Type": "String"}}
CONDITION = {"C": {"Fn::Equals": [{"Ref": "P"}, "x"]}}
SPENDING = {
    "aliases": HEAD + "    Metadata:\n" + _doubling(12) + LATER,
    "merged keys": (
        HEAD + "    Metadata:\n      a0: &a0 {" + ", ".join(f"k{n}: v" for n in range(100)) + "}\n"
        "      b: [" + ", ".join(["{<<: [" + ", ".join(["*a0"] * 20) + "]}"] * 100) + "]\n" + LATER
    ),
    "nodes": HEAD + "    Metadata: [" + "[]," * 100_000 + "]\n" + LATER,
    "loops": _template(_nested_loops(8), Transform="AWS::LanguageExtensions"),
    "text in text": _template({f"U{n}": _user(_subs(3)) for n in range(100)}),
    "lists from a map": _template(
        {
            f"U{n}": _user({"Fn::Join": ["", {"Fn::Split": ["x", {"Fn::Join": ["", {"Fn::FindInMap": list("Mab")}]}]}]})
            for n in range(200)
        },
        Mappings={"M": {"a": {"b": ["yxy"] * 1000}}},
    ),
    "keys that are open": _template(
        {f"U{n}": _user({"Fn::FindInMap": ["M", {"Ref": "P"}, {"Ref": "P"}]}) for n in range(100)},
        Parameters=OPEN,
        Mappings={"M": {f"a{n}": {f"b{m}": "x" for m in range(60)} for n in range(60)}},
    ),
    "JSON": _template(
        {f"U{n}": _user({"Fn::ToJsonString": {"a": {"Fn::FindInMap": list("Mab")}}}) for n in range(200)},
        Mappings={"M": {"a": {"b": ["x"] * 1000}}},
    ),
    "conditions": _template(
        {f"U{n}": {**_user(f"u{n}"), "Condition": f"C{n}"} for n in range(99)},
        Parameters=OPEN,
        Conditions={
            f"C{n}": {"Fn::And": [{"Fn::Equals": [{"Ref": "P"}, f"{m}"]} for m in range(100)]} for n in range(100)
        },
    ),
    "branches": _template(
        {f"U{n}": _user({"Fn::If": ["C", ["x"] * 100, ["y"] * 100]}) for n in range(500)},
        Parameters=OPEN,
        Conditions=CONDITION,
    ),
    "resources": _template({f"U{n}": _user(f"u{n}") for n in range(5_000)}),
    "list in a text": _template(
        {"U": _user({"Fn::Select": [0, {"Ref": "L"}]})},
        Parameters={"L": {"Type": "CommaDelimitedList", "Default": "a," * 200_000}},
    ),
    "names that are missing": _template({f"U{n}": _user({"Ref": f"Missing{n}"}) for n in range(500)}),
    "SAM": _template(
        {
            f"F{n}": {"Type": "AWS::Serverless::Function", "Properties": {"Policies": ["ReadOnlyAccess"] * 100}}
            for n in range(100)
        },
        Transform="AWS::Serverless-2016-10-31",
        Globals={"Function": {"Tags": {f"t{n}": "v" for n in range(100)}}},
    ),
}
STEPS = 40000
FREE = "Resources:\n  Free: {Type: AWS::IAM::User, Properties: {UserName: free, LoginProfile: {Password: x}}}\n"


@pytest.mark.parametrize("name", SPENDING)
def test_nothing_rests_on_what_was_not_explored(scan_files: Scan, name: str) -> None:
    files = {"t.yaml": SPENDING[name], "free.yaml": FREE}
    report = scan_files(files, max_steps=STEPS)
    (found,) = [one for one in report.diagnostics if one.severity is Severity.ERROR and SPENT in one.message]
    assert f"takes more than {STEPS:,} steps" in found.message
    assert (found.span.path, found.span.line > 0) == ("t.yaml", True)
    assert exit_status(report, None) in (1, 2)
    assert verdicts(report).pop("Free") == ("yes", "implicit_deny"), "another root is as it is without this one"
    others = {address: answers for address, answers in verdicts(report).items() if address != "Free"}
    assert all(login == "unknown" for _, login in others.values()), others


def test_a_template_that_costs_little_is_as_it_is(scan_files: Scan) -> None:
    report = scan_files({"t.yaml": HEAD + LATER}, max_steps=STEPS)
    assert (verdicts(report), errors(report)) == ({"Good": ("yes", "allowed")}, [])


def test_nested_stacks_that_double(scan_files: Scan) -> None:
    def two(name: str) -> str:
        stack = f"Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: {name}}}"
        return f"  L: {{{stack}}}\n  R: {{{stack}}}\n"

    files = {f"n{level}.yaml": f"Resources:\n{two(f'n{level + 1}.yaml')}" for level in range(16)}
    files |= {"n16.yaml": FREE, "t.yaml": HEAD + two("n0.yaml") + LATER}
    report = scan_files(files, max_steps=STEPS)
    assert [SPENT in message for message in errors(report)] == [True]
    assert set(verdicts(report).values()) <= {("yes", "unknown")}


def test_a_file_that_is_included_again_and_again(scan_files: Scan) -> None:
    include = {"Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": "big.json"}}}
    files = {
        "t.json": _template({f"U{n}": _user(include) for n in range(500)}),
        "big.json": json.dumps(["x"] * 1000),
    }
    report = scan_files(files, max_steps=STEPS)
    assert [SPENT in message for message in errors(report)] == [True]


def test_a_change_set(scan_files: Scan) -> None:
    tags = [{"Key": "k", "Value": "v"}] * 100
    after = json.dumps({"Properties": {"UserName": "u", "LoginProfile": {}, "Tags": tags}})
    change = {"Action": "Add", "ResourceType": "AWS::IAM::User", "AfterContext": after, "Details": []}
    changes = [{"Type": "Resource", "ResourceChange": {**change, "LogicalResourceId": f"U{n}"}} for n in range(200)]
    described = {
        "Changes": changes,
        "ChangeSetName": "c",
        "ChangeSetId": "arn:aws:cloudformation:eu-west-1:123456789012:changeSet/c/1",
        "StackId": "arn:aws:cloudformation:eu-west-1:123456789012:stack/s/1",
        "StackName": "s",
        "Status": "CREATE_COMPLETE",
    }
    report = scan_files({"change-set.json": json.dumps(described)}, max_steps=STEPS)
    assert [SPENT in message for message in errors(report)] == [True]
    assert {login for _, login in verdicts(report).values()} <= {"unknown"}


def test_reading_costs_the_same_whoever_has_read_it(scan_files: Scan) -> None:
    """A template that two roots have in common is read once, and each pays for it."""
    text = HEAD + "    Metadata: &a [" + "x, " * 500 + "]\n"
    spent = []
    for _ in range(2):
        with counted() as budgets:
            scan_files({"t.yaml": text}, "t.yaml")
        spent.append([one.spent for one in budgets])
    assert spent[0] == spent[1]


FIXTURES = sorted((ROOT / "fixtures/cloudformation").glob("*.yaml"))


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda path: path.stem)
def test_law_a_verdict_is_that_of_the_full_budget_or_unknown(fixture: Path) -> None:
    assert contradictions_under_small_budgets(fixture) == []


def test_there_are_fixtures() -> None:
    assert len(FIXTURES) > 20
