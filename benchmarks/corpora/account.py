"""A made-up account as the AWS CLI prints it: authorization details and a credential report."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.corpora.expected import EVERYWHERE, NOTHING, Expected, write_facts
from benchmarks.corpora.text import Tree

ACCOUNT = "111122223333"
ARN = f"arn:aws:iam::{ACCOUNT}"
SIGN_IN = "arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
USERS_IN_A_GROUP = 50
HEAD = (
    "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,"
    "mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_2_active,access_key_2_last_rotated"
)


def write_account(top: Path, users: int, roles: int, policies: int) -> None:
    """Users with groups, roles of people and services, and policies of their own; a third may use ``aws login``."""
    details = {
        "UserDetailList": [_user(number, policies) for number in range(users)],
        "GroupDetailList": [_group(number, policies) for number in range(-(-users // USERS_IN_A_GROUP))],
        "RoleDetailList": [_role(number, policies) for number in range(roles)],
        "Policies": [_policy(number) for number in range(policies)],
    }
    tree = Tree(top)
    tree.write("authorization-details.json", json.dumps(details, indent=4) + "\n")
    tree.write("credential-report.csv", "\n".join([HEAD, *map(_row, range(users))]) + "\n")
    write_facts(top, [*_expected_users(users), *_expected_roles(roles)])


def _expected_users(users: int) -> Iterator[Expected]:
    for number in range(users):
        if number % 4:
            allowed = number // USERS_IN_A_GROUP % 3 == 0
            yield Expected(".", f"{ARN}:user/user-{number}", EVERYWHERE if allowed else NOTHING)


def _expected_roles(roles: int) -> Iterator[Expected]:
    for number in range(0, roles, 4):
        yield Expected(".", f"{ARN}:role/role-{number}", EVERYWHERE if number % 3 == 0 else NOTHING)


def _row(number: int) -> str:
    password, key = str(bool(number % 4)).lower(), str(number % 4 == 0).lower()
    when = "2026-01-12T09:00:00+00:00"
    return f"user-{number},{ARN}:user/user-{number},{when},{password},{when},{when},N/A,true,{key},{when},false,N/A"


def _user(number: int, policies: int) -> dict[str, Any]:
    found = {
        "Path": "/",
        "UserName": f"user-{number}",
        "UserId": f"AIDA{number:016}",
        "Arn": f"{ARN}:user/user-{number}",
        "CreateDate": "2026-01-12T09:00:00+00:00",
        "GroupList": [f"group-{number // USERS_IN_A_GROUP}"],
        "AttachedManagedPolicies": _attached(_own(number % policies)),
        "Tags": [{"Key": "team", "Value": f"team-{number % 40}"}],
    }
    if number % 10 == 0:
        found["UserPolicyList"] = [{"PolicyName": "own", "PolicyDocument": _document(number)}]
    return found


def _group(number: int, policies: int) -> dict[str, Any]:
    managed = SIGN_IN if number % 3 == 0 else READ_ONLY
    return {
        "Path": "/",
        "GroupName": f"group-{number}",
        "GroupId": f"AGPA{number:016}",
        "Arn": f"{ARN}:group/group-{number}",
        "CreateDate": "2026-01-12T09:00:00+00:00",
        "GroupPolicyList": [],
        "AttachedManagedPolicies": _attached(managed, _own(number * 7 % policies)),
    }


def _role(number: int, policies: int) -> dict[str, Any]:
    allow: dict[str, Any] = {"Effect": "Allow", "Action": "sts:AssumeRole"}
    if number % 4:
        allow["Principal"] = {"Service": f"service-{number % 20}.amazonaws.com"}
    else:
        allow["Principal"] = {"Federated": f"{ARN}:saml-provider/corporate"}
        allow["Action"] = "sts:AssumeRoleWithSAML"
        allow["Condition"] = {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}}
    return {
        "Path": "/",
        "RoleName": f"role-{number}",
        "RoleId": f"AROA{number:016}",
        "Arn": f"{ARN}:role/role-{number}",
        "CreateDate": "2026-01-12T09:00:00+00:00",
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [allow]},
        "InstanceProfileList": [],
        "RolePolicyList": [{"PolicyName": "own", "PolicyDocument": _document(number)}],
        "AttachedManagedPolicies": _attached(
            SIGN_IN if number % 3 == 0 else READ_ONLY, *(_own((number + step) % policies) for step in range(3))
        ),
        "Tags": [],
    }


def _policy(number: int) -> dict[str, Any]:
    versions = [
        {"Document": _document(number + old), "VersionId": f"v{2 - old}", "IsDefaultVersion": old == 0}
        for old in range(2)
    ]
    return {
        "PolicyName": f"policy-{number}",
        "PolicyId": f"ANPA{number:016}",
        "Arn": _own(number),
        "Path": "/",
        "DefaultVersionId": "v2",
        "AttachmentCount": 4,
        "IsAttachable": True,
        "PolicyVersionList": versions,
    }


def _own(number: int) -> str:
    return f"{ARN}:policy/policy-{number}"


def _attached(*arns: str) -> list[dict[str, str]]:
    return [{"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn} for arn in arns]


def _document(number: int) -> dict[str, Any]:
    statements = [
        {
            "Sid": f"Bucket{part}",
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:PutObject", "s3:ListBucket"],
            "Resource": [f"arn:aws:s3:::bucket-{number}-{part}", f"arn:aws:s3:::bucket-{number}-{part}/*"],
        }
        for part in range(3)
    ]
    return {"Version": "2012-10-17", "Statement": statements}
