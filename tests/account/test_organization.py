"""Control policies of an organization: they bind each account by themselves, level by level."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.account.test_account_data import ACCOUNT, HEAD, attached, page, row, user
from tests.scans import Scan, causes, errors, verdicts

ID = "123456789012"
ADA = f"{ACCOUNT}:user/ada"
FULL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
DENY = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "signin:*", "Resource": "*"}]}
NOT_S3 = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}
OTHER = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
RCP = {"Version": "2012-10-17", "Statement": [{**DENY["Statement"][0], "Principal": "*"}]}  # type: ignore[dict-item]


def policy(name: str, document: Any, *targets: str, kind: str = "SERVICE_CONTROL_POLICY") -> dict[str, Any]:
    return {
        "PolicySummary": {"Id": name, "Name": name, "Type": kind},
        **({"Content": json.dumps(document)} if document is not None else {}),
        "Targets": [{"TargetId": target} for target in targets],
    }


EVERYWHERE = policy("p-FullAWSAccess", FULL, "r-1", "ou-1", "ou-2", ID)


def organization(*policies: Any, management: str = "111111111111", **more: Any) -> dict[str, str]:
    found = {
        "organization.json": {"Organization": {"Id": "o-1", "MasterAccountId": management}},
        "roots.json": {"Roots": [{"Id": "r-1"}]},
        "units.json": {
            "OrganizationalUnits": [
                {"Id": "ou-1", "Parents": [{"Id": "r-1", "Type": "ROOT"}]},
                {"Id": "ou-2", "Parents": [{"Id": "ou-1", "Type": "ORGANIZATIONAL_UNIT"}]},
            ]
        },
        "accounts.json": {"Accounts": [{"Id": ID, "Parents": [{"Id": "ou-2", "Type": "ORGANIZATIONAL_UNIT"}]}]},
        "policies.json": {"Policies": policies},
        **more,
    }
    return {f"organization/{name}": json.dumps(content) for name, content in found.items()}


ADMIN = {
    "d.json": page(user("ada", AttachedManagedPolicies=attached("arn:aws:iam::aws:policy/AdministratorAccess"))),
    "r.csv": HEAD + row("ada"),
}
CASES: dict[str, tuple[list[Any], str]] = {
    "everything is allowed": ([EVERYWHERE], "allowed"),
    "no service control policies": ([], "allowed"),
    "denied at the root": ([EVERYWHERE, policy("p-1", DENY, "r-1")], "explicit_deny"),
    "denied at a unit": ([EVERYWHERE, policy("p-1", DENY, "ou-1")], "explicit_deny"),
    "denied at the account": ([EVERYWHERE, policy("p-1", DENY, ID)], "explicit_deny"),
    "denied elsewhere": ([EVERYWHERE, policy("p-1", DENY, "ou-3", "210987654321")], "allowed"),
    "a level that allows something else": (
        [policy("p-FullAWSAccess", FULL, "r-1", "ou-1", ID), policy("p-1", OTHER, "ou-2")],
        "implicit_deny",
    ),
    "a level with denials alone": (
        [policy("p-FullAWSAccess", FULL, "r-1", "ou-1", ID), policy("p-1", NOT_S3, "ou-2")],
        "implicit_deny",
    ),
    "FullAWSAccess without its text": ([policy("p-FullAWSAccess", None, "r-1", "ou-1", "ou-2", ID)], "allowed"),
    "a policy without its text": ([EVERYWHERE, policy("p-1", None, "ou-1")], "unknown"),
    "a resource control policy": (
        [EVERYWHERE, policy("p-1", RCP, "ou-1", kind="RESOURCE_CONTROL_POLICY")],
        "explicit_deny",
    ),
    "a policy of another kind": ([EVERYWHERE, policy("p-1", {}, "ou-1", kind="TAG_POLICY")], "allowed"),
}


@pytest.mark.parametrize("case", CASES)
def test_levels(case: str, scan_files: Scan) -> None:
    policies, wanted = CASES[case]
    report = scan_files({**ADMIN, **organization(*policies)})
    assert verdicts(report) == {ADA: ("yes", wanted)}
    assert not errors(report)


def test_the_organization_may_lie_beside_the_account(scan_files: Scan) -> None:
    inside = {f"{ID}/{name}": text for name, text in ADMIN.items()}
    files = {**inside, **organization(EVERYWHERE, policy("p-1", DENY, "ou-1"))}
    assert verdicts(scan_files(files)) == {ADA: ("yes", "explicit_deny")}


def test_it_binds_code_beside_the_account(scan_files: Scan) -> None:
    user = {"Type": "AWS::IAM::User", "Properties": {"UserName": "bob", "LoginProfile": {"Password": "x"}}}
    user["Properties"]["ManagedPolicyArns"] = ["arn:aws:iam::aws:policy/AdministratorAccess"]  # type: ignore[index]
    files = {
        "code/t.json": json.dumps({"Resources": {"Bob": user}}),
        **{f"there/{name}": text for name, text in ADMIN.items()},
        **{f"there/{name}": text for name, text in organization(EVERYWHERE, policy("p-1", DENY, "ou-1")).items()},
    }
    assert verdicts(scan_files(files, "code"))["Bob"][1] == "allowed"
    assert verdicts(scan_files(files, "code", account_data=("there",)))["Bob"][1] == "explicit_deny"


def test_the_management_account_is_not_bound(scan_files: Scan) -> None:
    files = {**ADMIN, **organization(EVERYWHERE, policy("p-1", DENY, "r-1"), management=ID)}
    assert verdicts(scan_files(files)) == {ADA: ("yes", "allowed")}


def test_a_type_that_is_not_enabled_binds_nobody(scan_files: Scan) -> None:
    roots = {"Roots": [{"Id": "r-1", "PolicyTypes": [{"Type": "SERVICE_CONTROL_POLICY", "Status": "PENDING_DISABLE"}]}]}
    files = {**ADMIN, **organization(policy("p-1", DENY, "ou-1"), **{"roots.json": roots})}
    assert verdicts(scan_files(files)) == {ADA: ("yes", "allowed")}


def test_a_unit_that_is_not_listed_may_have_any_policies(scan_files: Scan) -> None:
    files = {**ADMIN, **organization(EVERYWHERE, **{"units.json": {"OrganizationalUnits": []}})}
    report = scan_files(files)
    assert verdicts(report) == {ADA: ("yes", "unknown")}
    assert "the unit ou-2 of the organization" in causes(report)
    (message,) = errors(report)
    assert "ou-2" in message


@pytest.mark.parametrize(
    "more",
    [
        {"accounts.json": {"Accounts": [], "NextToken": "t"}},
        {"policies.json": {"Policies": [{**EVERYWHERE, "NextToken": "t"}]}},
        {"policies.json": {"Policies": [{"PolicySummary": {"Id": "p-1"}}]}},
        {"policies.json": {"Policies": [policy("p-1", {"Statement": [{"Effect": "Allow"}]}, ID)]}},
    ],
    ids=["more accounts", "more of a policy", "no type", "a malformed policy"],
)
def test_what_is_wrong_is_an_error(more: Any, scan_files: Scan) -> None:
    assert errors(scan_files({**ADMIN, **organization(EVERYWHERE, **more)}))
