"""Placeholders of lookups that are missing are no values, wherever they stand."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scanner.cloudformation.cdk.lookups import placeholders, without_placeholders
from scanner.values import Value, of, pieces
from tests.cloudformation.assemblies import grant, manifest, stack, template, user
from tests.scans import Scan, verdicts

pytestmark = pytest.mark.slow

OPERATORS = "arn:${Token[AWS.Partition.5]}:iam:eu-west-1:123456789012:role/DUMMY_ARN"


def missing(provider: str, **properties: Any) -> dict[str, Any]:
    return {"key": f"{provider}:x", "provider": provider, "props": properties}


SSM = missing("ssm", parameterName="/ops/x", account="111122223333", dummyValue="dummy-value-for-/ops/x")
FOUND = [
    ("as the lookup says", SSM, {"dummy-value-for-/ops/x"}),
    ("of an older version", missing("ssm", parameterName="/ops/x"), {"dummy-value-for-/ops/x"}),
    (
        "an ARN",
        missing("cc-api-provider", dummyValue=[{"Arn": OPERATORS}]),
        {":iam:eu-west-1:123456789012:role/DUMMY_ARN"},
    ),
    (
        "a zone, not its name",
        missing("hosted-zone", domainName="a.org", dummyValue={"Id": "DUMMY", "Name": "a.org"}),
        {"DUMMY"},
    ),
    ("a key", missing("key-provider", aliasName="alias/x"), {"1234abcd-12ab-34cd-56ef-1234567890ab"}),
    ("zones", missing("availability-zones", dummyValue=["dummy1a", "dummy1b"]), {"dummy1a", "dummy1b", "dummy1c"}),
    ("an account by default", missing("ssm", dummyValue="999999999999"), {"999999999999"}),
    ("its own account", missing("ssm", account="999999999999", dummyValue="999999999999"), set()),
    *[
        (f"too common: {text}", missing("other", dummyValue=text), set())
        for text in ("*", "", "true", "Allow", "Deny", "2012-10-17", "5432", "dualstack", ":::::", "arn:")
    ],
    ("nothing", {}, set()),
    ("odd", {"key": 1, "provider": [], "props": "x"}, set()),
]


@pytest.mark.parametrize(("lookup", "expected"), [row[1:] for row in FOUND], ids=[row[0] for row in FOUND])
def test_what_stands_for_a_lookup(lookup: dict[str, Any], expected: set[str]) -> None:
    assert {text for text, _ in placeholders([lookup])} == expected


def test_a_vpc_has_the_placeholders_of_the_library() -> None:
    found = {text for text, _ in placeholders([missing("vpc-provider", filter={"vpc-id": "vpc-1"})])}
    assert found >= {"vpc-12345", "s-12345", "p-67890", "rtb-12345p", "dummy1b"}


TEXTS = [
    ("whole", "dummy-1", [None]),
    ("inside", "arn:aws:iam::1:role/dummy-1", ["arn:aws:iam::1:role/", None]),
    ("between", "a/dummy-1/b", ["a/", None, "/b"]),
    ("twice", "dummy-1:dummy-1", [None, ":", None]),
    ("the longer one", "dummy-1/x", [None]),
    ("a longer word", "dummy-12", ["dummy-12"]),
    ("inside of a word", "adummy-1", ["adummy-1"]),
    ("nothing", "text", ["text"]),
    ("an ARN", "arn:aws:ecs:eu-west-1:1:cluster/x", ["arn:aws:ecs:", None, ":", None, ":cluster/", None]),
]


@pytest.mark.parametrize(("text", "expected"), [row[1:] for row in TEXTS], ids=[row[0] for row in TEXTS])
def test_placeholders_in_texts(text: str, expected: list[str | None]) -> None:
    read = without_placeholders([("dummy-1", "a"), ("dummy-1/x", "b"), ("arn:aws:ecs:eu-west-1:1:cluster/x", "c")])
    found = pieces(read(Value(text))) or ()
    assert [part if isinstance(part, str) else None for part in found] == expected


def test_two_lookups_with_one_placeholder_are_not_the_same() -> None:
    read = without_placeholders([("role/DUMMY_ARN", "a"), ("role/DUMMY_ARN", "b")])
    first = read(of({"x": ["role/DUMMY_ARN"]}))
    assert isinstance(first.data, dict)
    (hole,) = first.data["x"].data
    assert hole.unknown is not None
    assert hole.unknown.symbol is None
    assert hole.unknown.cause.detail == '"a" or "b", which the application has not looked up yet (run `cdk synth`)'


def role(principal: object, action: str = "sts:AssumeRole", **more: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": action, "Principal": principal, **more}
    return {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {"Statement": [statement]}}}


DUMMY = "dummy-value-for-/ops/x"
INLINE = "PolicyName"
USES: list[tuple[str, dict[str, Any], tuple[str, str]]] = [
    ("a managed policy", user(ManagedPolicyArns=[DUMMY]), ("yes", "unknown")),
    ("in its ARN", user(ManagedPolicyArns=[f"arn:aws:iam::111122223333:policy/{DUMMY}"]), ("yes", "unknown")),
    ("a group", user(Groups=[DUMMY]), ("yes", "unknown")),
    (
        "a boundary",
        user(Policies=[{INLINE: "p", "PolicyDocument": grant()}], PermissionsBoundary=DUMMY),
        ("yes", "unknown"),
    ),
    ("a resource", user(Policies=[{INLINE: "p", "PolicyDocument": grant(Resource=DUMMY)}]), ("yes", "unknown")),
    (
        "a tag that a condition needs",
        user(
            Tags=[{"Key": "team", "Value": DUMMY}],
            Policies=[
                {INLINE: "p", "PolicyDocument": grant(Condition={"StringEquals": {"aws:PrincipalTag/team": "ops"}})}
            ],
        ),
        ("yes", "unknown"),
    ),
    ("a trusted principal", role({"AWS": DUMMY}), ("unknown", "implicit_deny")),
    (
        "a trusted role",
        role({"AWS": {"Fn::Sub": f"arn:${{AWS::Partition}}:iam::111122223333:role/{DUMMY}"}}),
        ("no", "implicit_deny"),
    ),
    (
        "a condition that does not matter",
        user(Policies=[{INLINE: "p", "PolicyDocument": grant(Sid=DUMMY)}]),
        ("yes", "allowed"),
    ),
]


@pytest.mark.parametrize(("resource", "expected"), [row[1:] for row in USES], ids=[row[0] for row in USES])
def test_what_depends_on_a_lookup(scan_files: Scan, resource: dict[str, Any], expected: tuple[str, str]) -> None:
    files = {
        "cdk.out/manifest.json": manifest({"S": stack()}, missing=[SSM]),
        "cdk.out/S.template.json": template(Anna=resource),
    }
    report = scan_files(files)
    assert verdicts(report) == {"S/Anna": expected}
    assert report.errors == ()


def test_templates_without_missing_lookups_stay_as_they_are(scan_files: Scan) -> None:
    files = {
        "cdk.out/manifest.json": manifest({"S": stack()}),
        "cdk.out/S.template.json": template(Anna=role({"AWS": "arn:aws:iam::123456789012:user/DUMMY_ARN"})),
    }
    assert verdicts(scan_files(files)) == {"S/Anna": ("possible", "implicit_deny")}


def test_a_role_that_is_looked_up_is_a_role(scan_files: Scan) -> None:
    """Its ARN is not known, and still it is nobody who signs in to the console."""
    arn = ["arn:", {"Ref": "AWS::Partition"}, ":iam:eu-west-1:123456789012:role/DUMMY_ARN"]
    files = {
        "cdk.out/manifest.json": manifest({"S": stack()}, missing=[missing("cc", dummyValue=[{"Arn": OPERATORS}])]),
        "cdk.out/S.template.json": template(Anna=role({"AWS": {"Fn::Join": ["", arn]}})),
    }
    assert verdicts(scan_files(files)) == {"S/Anna": ("no", "implicit_deny")}


def test_a_lookup_of_one_stage_is_missing_in_its_templates(scan_files: Scan) -> None:
    inner = {"type": "cdk:cloud-assembly", "properties": {"directoryName": "live"}}
    files = {
        "cdk.out/manifest.json": manifest({"live": inner}),
        "cdk.out/live/manifest.json": manifest({"S": stack()}, missing=[SSM]),
        "cdk.out/live/S.template.json": json.dumps({"Resources": {"Anna": user(ManagedPolicyArns=[DUMMY])}}),
    }
    assert verdicts(scan_files(files)) == {"S/Anna": ("yes", "unknown")}
