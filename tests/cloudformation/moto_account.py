"""What IAM says of everything in the account."""

from __future__ import annotations

import json
from typing import Any

from tests.cloudformation.moto_clients import INSTANCE, REGION, Account, client, name_key
from tests.cloudformation.moto_resources import USER_BOUNDARIES


def account_in(region: str) -> Account:
    iam = client("iam", region)
    found: Account = {}
    for user in iam.list_users()["Users"]:
        found[f"user {user['UserName']}"] = _described_user(iam, iam.get_user(UserName=user["UserName"])["User"])
    for group in iam.list_groups()["Groups"]:
        found[f"group {group['GroupName']}"] = {"arn": group["Arn"], **_attached(iam, "group", group["GroupName"])}
    for role in iam.list_roles()["Roles"]:
        one = iam.get_role(RoleName=role["RoleName"])["Role"]
        trust = {"trust": one["AssumeRolePolicyDocument"]}
        found[f"role {role['RoleName']}"] = {**_described(iam, "role", one), **trust}
    for policy in iam.list_policies(Scope="Local")["Policies"]:
        version = iam.get_policy_version(PolicyArn=policy["Arn"], VersionId=policy["DefaultVersionId"])
        found[f"policy {policy['Arn']}"] = {"document": version["PolicyVersion"]["Document"]}
    return found | _permission_sets()


def _described_user(iam: Any, user: dict[str, Any]) -> dict[str, Any]:
    name = user["UserName"]
    groups = [group["GroupName"] for group in iam.list_groups_for_user(UserName=name)["Groups"]]
    keys = iam.list_access_keys(UserName=name)["AccessKeyMetadata"]
    return {
        **_described(iam, "user", user),
        "groups": sorted(groups),
        "password": _has_password(iam, name),
        "keys": sum(key["Status"] == "Active" for key in keys),
    }


def _has_password(iam: Any, name: str) -> bool:
    try:
        iam.get_login_profile(UserName=name)
    except iam.exceptions.NoSuchEntityException:
        return False
    return True


def _described(iam: Any, kind: str, identity: dict[str, Any]) -> dict[str, Any]:
    return {
        "arn": identity["Arn"],
        **_attached(iam, kind, identity[name_key(kind)]),
        "boundary": _boundary(kind, identity),
        "tags": {tag["Key"]: tag["Value"] for tag in identity.get("Tags", [])},
    }


def _boundary(kind: str, identity: dict[str, Any]) -> Any:
    if kind == "user":
        return USER_BOUNDARIES[identity["UserName"]]
    return identity.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")


def _attached(iam: Any, kind: str, name: str) -> dict[str, Any]:
    which = {name_key(kind): name}
    attached = getattr(iam, f"list_attached_{kind}_policies")(**which)["AttachedPolicies"]
    names = getattr(iam, f"list_{kind}_policies")(**which)["PolicyNames"]
    read = getattr(iam, f"get_{kind}_policy")
    inline = {policy: read(**which, PolicyName=policy)["PolicyDocument"] for policy in names}
    return {"attached": sorted(one["PolicyArn"] for one in attached), "inline": inline}


def _permission_sets() -> Account:
    center = client("sso-admin", REGION)
    found: Account = {}
    for arn in center.list_permission_sets(InstanceArn=INSTANCE)["PermissionSets"]:
        where = {"InstanceArn": INSTANCE, "PermissionSetArn": arn}
        name = center.describe_permission_set(**where)["PermissionSet"]["Name"]
        managed = center.list_managed_policies_in_permission_set(**where)["AttachedManagedPolicies"]
        inline = center.get_inline_policy_for_permission_set(**where)["InlinePolicy"]
        customer = center.list_customer_managed_policy_references_in_permission_set(**where)
        references = customer["CustomerManagedPolicyReferences"]
        found[f"permission_set {name}"] = {
            "arn": arn,
            "attached": sorted([*(one["Arn"] for one in managed), *(one["Name"] for one in references)]),
            "inline": {"InlinePolicy": json.loads(inline)} if inline else {},
        }
    return found
