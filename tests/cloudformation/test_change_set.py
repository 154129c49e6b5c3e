"""Change sets: what is added, modified and removed, and what they do not say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scanner.discovery import discover
from scanner.report.report import exit_status
from scanner.root import Inputs
from tests.scans import Scan, causes, verdicts

pytestmark = pytest.mark.slow

STACK = "arn:aws:cloudformation:eu-central-1:123456789012:stack/people/9f7b541b-126b-44f7-998e-932174557841"
GRANT = "arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess"
AFTER = "{{changeSet:KNOWN_AFTER_APPLY}}"


def policy(effect: str) -> dict[str, Any]:
    document = {"Statement": {"Effect": effect, "Action": "signin:*", "Resource": "*"}}
    return {"PolicyName": "login", "PolicyDocument": document}


LOGIN, DENY = policy("Allow"), policy("Deny")
PASSWORD = {"LoginProfile": {"Password": "****"}}


def change(logical_id: str, kind: str, properties: dict[str, Any] | None, action: str = "Add", **more: Any) -> object:
    found: dict[str, Any] = {"Action": action, "LogicalResourceId": logical_id, "ResourceType": kind, "Details": []}
    if properties is not None:
        found["BeforeContext" if action == "Remove" else "AfterContext"] = json.dumps({"Properties": properties})
    return {"Type": "Resource", "ResourceChange": {**found, **more}}


def user(logical_id: str, properties: dict[str, Any] | None, action: str = "Add", **more: Any) -> object:
    return change(logical_id, "AWS::IAM::User", properties, action, **more)


def change_set(*changes: object, **more: Any) -> str:
    described = {
        "Changes": changes,
        "ChangeSetName": "c",
        "ChangeSetId": "arn:c",
        "StackId": STACK,
        "StackName": "people",
    }
    return json.dumps({**described, "Status": "CREATE_COMPLETE", **more}, indent=2)


ADDED = [
    ("no policy", {}, "implicit_deny"),
    ("AWS managed policy", {"ManagedPolicyArns": [GRANT]}, "allowed"),
    ("inline policy", {"Policies": [LOGIN]}, "allowed"),
    ("policy that is made too", {"ManagedPolicyArns": [AFTER]}, "unknown"),
    ("group that is not in it", {"Groups": ["developers"]}, "unknown"),
    ("boundary that is made too", {"ManagedPolicyArns": [GRANT], "PermissionsBoundary": AFTER}, "unknown"),
    ("text that is known in part", {"ManagedPolicyArns": [f"arn:aws:iam::aws:policy/{AFTER}"]}, "unknown"),
]


@pytest.mark.parametrize(("properties", "expected"), [row[1:] for row in ADDED], ids=[row[0] for row in ADDED])
def test_added_users(scan_files: Scan, properties: dict[str, Any], expected: str) -> None:
    report = scan_files({"change.json": change_set(user("Anna", {**PASSWORD, **properties}))})
    assert verdicts(report) == {"Anna": ("yes", expected)}
    (found,) = report.principals
    assert (found.definition.root_kind.value, found.principal.account) == ("cloudformation", "123456789012")
    assert not report.diagnostics


MODIFIED = [
    ("nothing", {}, "unknown"),
    ("allowed", {"Policies": [LOGIN]}, "unknown"),
    ("denied", {"Policies": [DENY]}, "explicit_deny"),
]


@pytest.mark.parametrize(("properties", "expected"), [row[1:] for row in MODIFIED], ids=[row[0] for row in MODIFIED])
@pytest.mark.parametrize("action", ["Modify", "Import", "SyncWithActual", "Dynamic"])
def test_what_stays_may_give_more(scan_files: Scan, properties: dict[str, Any], expected: str, action: str) -> None:
    changes = change_set(user("Anna", {**PASSWORD, **properties}, action, PhysicalResourceId="anna"))
    report = scan_files({"change.json": changes})
    assert verdicts(report) == {"Anna": ("yes", expected)}
    if expected == "unknown":
        assert "which a change set does not list" in causes(report)


TAGGED = {
    "PolicyName": "login",
    "PolicyDocument": {
        "Statement": {
            "Effect": "Allow",
            "Action": "signin:*",
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:PrincipalTag/team": "ops"}},
        }
    },
}


@pytest.mark.parametrize(("value", "expected"), [("ops", "allowed"), ("dev", "implicit_deny")])
def test_tags_of_the_stack(scan_files: Scan, value: str, expected: str) -> None:
    written = user("A", {**PASSWORD, "Policies": [TAGGED]})
    text = change_set(written, Tags=[{"Key": "team", "Value": value}])
    assert verdicts(scan_files({"c.json": text})) == {"A": ("yes", expected)}


def test_what_is_removed_is_not_there(scan_files: Scan) -> None:
    changes = change_set(
        user("Gone", {**PASSWORD}, "Remove", PhysicalResourceId="gone"),
        user("Anna", {**PASSWORD, "UserName": "anna"}),
        change("Login", "AWS::IAM::Policy", {**LOGIN, "Users": ["anna"]}, "Remove"),
    )
    assert verdicts(scan_files({"change.json": changes})) == {"Anna": ("yes", "implicit_deny")}


def test_references_by_name_and_by_cause(scan_files: Scan) -> None:
    because = [
        {
            "Target": {"Attribute": "Properties", "Name": "Users", "Path": "/Properties/Users/0", "AfterValue": AFTER},
            "Evaluation": "Static",
            "ChangeSource": "ResourceReference",
            "CausingEntity": "Anna",
        }
    ]
    changes = change_set(
        user("Anna", PASSWORD),
        user("Bert", {**PASSWORD, "UserName": "bert"}),
        user("Carl", {**PASSWORD, "UserName": "carl"}),
        change("First", "AWS::IAM::Policy", {**LOGIN, "Users": [AFTER]}, Details=because),
        change("Second", "AWS::IAM::Policy", {**LOGIN, "Users": ["bert"]}),
    )
    assert verdicts(scan_files({"change.json": changes})) == {
        "Anna": ("yes", "allowed"),
        "Bert": ("yes", "allowed"),
        "Carl": ("yes", "implicit_deny"),
    }


def test_a_reference_without_a_cause_may_be_to_anyone_whose_name_is_open(scan_files: Scan) -> None:
    changes = change_set(user("Anna", PASSWORD), change("P", "AWS::IAM::Policy", {**LOGIN, "Users": [AFTER]}))
    assert verdicts(scan_files({"change.json": changes})) == {"Anna": ("yes", "unknown")}


def test_physical_ids_are_names(scan_files: Scan) -> None:
    changes = change_set(
        user("Anna", PASSWORD, "Modify", PhysicalResourceId="people-Anna-1", Replacement="False"),
        change(
            "Deny",
            "AWS::IAM::Policy",
            {**DENY, "Users": ["people-Anna-1"]},
        ),
    )
    report = scan_files({"change.json": changes})
    assert verdicts(report) == {"Anna": ("yes", "explicit_deny")}
    assert report.principals[0].principal.name == ("people-Anna-1",)


SAID = [
    ("without values", change_set(user("Anna", None)), "Change set without values", 2, "--include-property-values"),
    ("values that are no JSON", change_set(user("Anna", None, AfterContext="{")), "Change set without values", 2, ""),
    ("cut off", change_set(NextToken="t"), "Incomplete change set", 2, "--max-items"),
    ("failed", change_set(Status="FAILED", StatusReason="no."), "Change set failed", 0, "no."),
    ("nested", change_set(change("S", "AWS::CloudFormation::Stack", {})), "Nested change set not included", 0, '"S"'),
]


@pytest.mark.parametrize(
    ("text", "summary", "status", "detail"), [row[1:] for row in SAID], ids=[row[0] for row in SAID]
)
def test_what_is_missing_is_said(scan_files: Scan, text: str, summary: str, status: int, detail: str) -> None:
    report = scan_files({"change.json": text})
    (found,) = report.diagnostics
    assert found.summary == summary
    assert detail in found.detail
    assert exit_status(report, None) == status


def test_other_resources_need_no_values(scan_files: Scan) -> None:
    assert not scan_files({"c.json": change_set(change("B", "AWS::S3::Bucket", None))}).diagnostics


ODD = [
    {"Changes": {}},
    {"Changes": [1, [], {}, {"ResourceChange": []}, {"ResourceChange": {"LogicalResourceId": [], "ResourceType": 5}}]},
    {
        "Changes": [
            {"ResourceChange": {"LogicalResourceId": "A", "ResourceType": "AWS::IAM::User", "AfterContext": "[]"}}
        ]
    },
    {"Changes": [user("A", None, AfterContext='{"Properties": []}')]},
    {"Changes": [user("A", None, AfterContext='{"Properties": {"Groups": ' + "[" * 5000 + "]" * 5000 + "}}")]},
    {"Changes": [user("A", None, AfterContext='{"Properties": ' + "[" * 100_000)]},
    {"Changes": [user("A", {"UserName": 5, "Groups": "x", "Tags": 1, "Policies": [[]]})], "StackId": "arn:aws:x"},
    {"Changes": [user("A", {}, Details=[1, {"Target": []}, {"CausingEntity": {}}])]},
]


@pytest.mark.parametrize("found", ODD, ids=range(len(ODD)))
def test_nothing_breaks_the_reader(scan_files: Scan, found: dict[str, Any]) -> None:
    text = json.dumps({"Changes": [], "ChangeSetId": "c", "StackId": STACK, **found})
    report = scan_files({"change.json": text}, "change.json")
    assert {found.definition.address for found in report.principals} <= {"A"}


@pytest.mark.parametrize("key", ["Changes", "ChangeSetId"])
def test_it_is_recognised_by_content(tmp_path: Path, key: str) -> None:
    def kinds() -> list[str]:
        return [root.kind.value for root in discover((".",), tmp_path, Inputs()).roots]

    (tmp_path / "any.json").write_text(change_set(user("Anna", PASSWORD)))
    assert kinds() == ["change-set"]
    (tmp_path / "any.json").write_text(change_set(user("Anna", PASSWORD)).replace(f'"{key}"', '"Other"'))
    assert kinds() == []
