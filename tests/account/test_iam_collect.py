"""What iam-collect has stored of accounts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.account.test_account_data import ALLOW, HEAD, SAML
from tests.scans import Scan, errors, verdicts

ID = "123456789012"
HERE = f"aws/aws/accounts/{ID}"
ARN = f"arn:aws:iam::{ID}"
DENY = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "signin:*", "Resource": "*"}]}
FULL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def stored(kind: str, name: str, metadata: dict[str, Any] | None = None, **files: Any) -> dict[str, str]:
    about = {"arn": f"{ARN}:{kind}/{name}", "name": name, **(metadata or {})}
    every = {"metadata": about, **{key.replace("_", "-"): content for key, content in files.items()}}
    return {f"{HERE}/iam/{kind}/{name.lower()}/{key}.json": json.dumps(content) for key, content in every.items()}


POLICY = stored("policy", "Login", current_policy=ALLOW)
GROUP = stored("group", "Devs", managed_policies=[f"{ARN}:policy/Login"])
CASES: dict[str, tuple[dict[str, str], str]] = {
    "nothing": (stored("user", "Ada"), "implicit_deny"),
    "an inline policy": (
        stored("user", "Ada", inline_policies=[{"PolicyName": "p", "PolicyDocument": ALLOW}]),
        "allowed",
    ),
    "a managed policy": (stored("user", "Ada", managed_policies=[f"{ARN}:policy/Login"]), "allowed"),
    "a managed policy that is not stored": (stored("user", "Ada", managed_policies=[f"{ARN}:policy/Gone"]), "unknown"),
    "a group": (stored("user", "Ada", groups=[f"{ARN}:group/Devs"]), "allowed"),
    "a group that is not stored": (stored("user", "Ada", groups=[None]), "unknown"),
    "a boundary": (
        stored(
            "user",
            "Ada",
            {"permissionBoundary": "arn:aws:iam::aws:policy/ReadOnlyAccess"},
            managed_policies=[f"{ARN}:policy/Login"],
        ),
        "implicit_deny",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_users(case: str, scan_files: Scan) -> None:
    written, wanted = CASES[case]
    report = scan_files({**POLICY, **GROUP, **written})
    assert verdicts(report) == {f"{ARN}:user/Ada": ("unknown", wanted)}
    assert not errors(report)


def test_a_credential_report_may_lie_beside_it(scan_files: Scan) -> None:
    report = HEAD + f"Ada,{ARN}:user/Ada,2026-01-01T00:00:00+00:00,true,false,false\n"
    files = {**stored("user", "Ada"), f"{HERE}/report.csv": report}
    assert verdicts(scan_files(files)) == {f"{ARN}:user/Ada": ("yes", "implicit_deny")}


def test_roles(scan_files: Scan) -> None:
    files = stored("role", "Fed", trust_policy=SAML, managed_policies=["arn:aws:iam::aws:policy/PowerUserAccess"])
    assert verdicts(scan_files(files)) == {f"{ARN}:role/Fed": ("yes", "allowed")}


ORGANIZATION = {
    "metadata.json": {"rootOu": "r-1", "rootAccountId": "111111111111", "features": {"SERVICE_CONTROL_POLICY": True}},
    "ous.json": {
        "r-1": {"scps": ["arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess"]},
        "ou-1": {
            "parent": "r-1",
            "scps": [
                "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess",
                "arn:aws:organizations::111111111111:policy/o-1/service_control_policy/p-Deny",
            ],
        },
    },
    "accounts.json": {
        ID: {"ou": "ou-1", "scps": ["arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess"]}
    },
    "scps/p-deny/metadata.json": {
        "arn": "arn:aws:organizations::111111111111:policy/o-1/service_control_policy/p-Deny",
        "name": "deny",
    },
    "scps/p-deny/policy.json": DENY,
}


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ({}, "explicit_deny"),
        ({"scps/p-deny/policy.json": FULL}, "allowed"),
        ({"metadata.json": {"rootOu": "r-1", "rootAccountId": ID}}, "allowed"),
        ({"metadata.json": {"rootOu": "r-1", "features": {"SERVICE_CONTROL_POLICY": False}}}, "allowed"),
    ],
    ids=["denied", "allowed", "management", "not enabled"],
)
def test_organizations(more: dict[str, Any], wanted: str, scan_files: Scan) -> None:
    files = {
        **stored("user", "Ada", inline_policies=[{"PolicyName": "p", "PolicyDocument": ALLOW}]),
        f"{HERE}/organization.json": json.dumps({"organizationId": "o-1"}),
        **{f"aws/aws/organizations/o-1/{name}": json.dumps(one) for name, one in {**ORGANIZATION, **more}.items()},
    }
    report = scan_files(files)
    assert verdicts(report)[f"{ARN}:user/Ada"][1] == wanted
    assert not errors(report)


SET = "arn:aws:sso:::permissionSet/ssoins-1111111111111111/ps-2222222222222222"


def permission_set(**files: Any) -> dict[str, str]:
    """As iam-collect stores one: all names in lower case, the resource encoded."""
    folder = f"{HERE}/sso/permissionset/ssoins-1111111111111111%2fps-2222222222222222"
    every = {"metadata": {"name": "Developers", "region": "eu-west-1", "arn": SET}, **files}
    return {f"{folder}/{name}.json": json.dumps(content) for name, content in every.items()}


SETS: dict[str, tuple[dict[str, str], str]] = {
    "nothing": (permission_set(), "implicit_deny"),
    "an inline policy": (permission_set(inlinepolicy=ALLOW), "allowed"),
    "a policy of AWS": (
        permission_set(
            awsmanagedpolicies=[{"Name": "PowerUserAccess", "Arn": "arn:aws:iam::aws:policy/PowerUserAccess"}]
        ),
        "allowed",
    ),
    "a policy of each account": (
        permission_set(customermanagedpolicies=[{"Name": "Login", "Path": "/", "arn": f"{ARN}:policy/Login"}]),
        "allowed",
    ),
    "a policy that no account has": (
        permission_set(customermanagedpolicies=[{"Name": "Gone", "Path": "/", "arn": f"{ARN}:policy/Gone"}]),
        "unknown",
    ),
    "a boundary": (
        permission_set(
            inlinepolicy=ALLOW, permissionboundary={"ManagedPolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}
        ),
        "implicit_deny",
    ),
}


@pytest.mark.parametrize("case", SETS)
def test_permission_sets(case: str, scan_files: Scan) -> None:
    written, wanted = SETS[case]
    report = scan_files({**POLICY, **written})
    assert verdicts(report) == {SET: ("yes", wanted)}
    assert not errors(report)
    (found,) = report.principals
    assert found.definition.session_duration is None


def test_an_account_with_permission_sets_alone(scan_files: Scan) -> None:
    files = permission_set(inlinepolicy=ALLOW, accounts=["444455556666"])
    (found,) = scan_files(files).principals
    assert (found.definition.address, found.definition.principal.account) == (SET, "444455556666")


def test_a_permission_set_that_is_wrong_costs_itself(scan_files: Scan) -> None:
    """Without its name, which iam-collect leaves out where it was not allowed to ask for it."""
    report = scan_files({**stored("user", "Ada"), **permission_set(metadata={"region": "eu-west-1", "arn": SET})})
    assert set(verdicts(report)) == {f"{ARN}:user/Ada"}
    assert len(errors(report)) == 1


def test_what_is_wrong_costs_its_own_entry(scan_files: Scan) -> None:
    files = {**stored("user", "Ada"), f"{HERE}/iam/user/bob/metadata.json": '{"arn": 1}'}
    report = scan_files(files)
    assert set(verdicts(report)) == {f"{ARN}:user/Ada"}
    (message,) = errors(report)
    assert "not what AWS sends" in message
