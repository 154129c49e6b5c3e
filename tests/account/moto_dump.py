"""What moto's account has, as the files that the AWS CLI writes."""

from __future__ import annotations

import json
from typing import Any

from tests.cloudformation.moto_clients import INSTANCE, REGION, client
from tests.cloudformation.moto_resources import USER_BOUNDARIES

_LISTS = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")


def dumped(region: str) -> dict[str, str]:
    """Files by their names."""
    iam = client("iam", region)
    details = _details(iam)
    iam.generate_credential_report()
    files = {"authorization-details.json": _json(details)}
    if details["UserDetailList"]:  # moto has no heading without users
        files["credential-report.csv"] = iam.get_credential_report()["Content"].decode()
    permission_sets = _permission_sets()
    if permission_sets:
        files["permission-sets.json"] = _json({"PermissionSets": permission_sets})
    return files


def _details(iam: Any) -> dict[str, list[Any]]:
    """All pages as one, as the CLI prints them."""
    found: dict[str, list[Any]] = {name: [] for name in _LISTS}
    for page in iam.get_paginator("get_account_authorization_details").paginate():
        for name in _LISTS:
            found[name] += page[name]
    for user in found["UserDetailList"]:  # moto keeps the boundary of a role only
        boundary = USER_BOUNDARIES.get(user["UserName"])
        if boundary is not None:
            user["PermissionsBoundary"] = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": boundary}
    return found


def _permission_sets() -> list[dict[str, Any]]:
    center = client("sso-admin", REGION)
    found = []
    for arn in center.list_permission_sets(InstanceArn=INSTANCE)["PermissionSets"]:
        where = {"InstanceArn": INSTANCE, "PermissionSetArn": arn}
        answers = (
            center.describe_permission_set(**where),
            center.list_managed_policies_in_permission_set(**where),
            center.list_customer_managed_policy_references_in_permission_set(**where),
            center.get_inline_policy_for_permission_set(**where),
        )
        merged = {key: value for answer in answers for key, value in answer.items() if key != "ResponseMetadata"}
        if isinstance(merged["PermissionSet"].get("SessionDuration"), int):  # moto's default, which AWS writes PT1H
            merged["PermissionSet"]["SessionDuration"] = "PT1H"
        found.append(merged)
    return found


def _json(found: Any) -> str:
    return json.dumps(found, indent=2, default=str)
