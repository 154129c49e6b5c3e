"""Stands in for the AWS CLI: answers from the account of a directory, as ``aws`` prints it.

``python fake_aws.py DIRECTORY SERVICE OPERATION …``
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import jmespath


def _answer(there: Path, operation: str, given: dict[str, str]) -> Any:
    def file(name: str) -> Any:
        return json.loads((there / name).read_text())

    def one(name: str, key: str, of: str, wanted: str) -> Any:
        return next(entry for entry in file(name)[key] if jmespath.search(of, entry) == wanted)

    units = "organization/units.json", "OrganizationalUnits"
    accounts = "organization/accounts.json", "Accounts"
    policies = "organization/policies.json", "Policies"
    found = given.get("--permission-set-arn", "")
    match operation:
        case "get-account-authorization-details":
            return file("authorization-details.json")
        case "list-instances":
            return {"Instances": [{"InstanceArn": "arn:aws:sso:::instance/ssoins-1111111111111111"}]}
        case "list-permission-sets":
            every = file("permission-sets.json")["PermissionSets"]
            return {"PermissionSets": [entry["PermissionSet"]["PermissionSetArn"] for entry in every]}
        case "describe-organization":
            return file("organization/organization.json")
        case "list-roots":
            return file("organization/roots.json")
        case "list-organizational-units-for-parent":
            every = file(units[0])[units[1]]
            return {units[1]: [entry for entry in every if entry["Parents"][0]["Id"] == given["--parent-id"]]}
        case "describe-organizational-unit":
            return {"OrganizationalUnit": _without_parents(one(*units, "Id", given["--organizational-unit-id"]))}
        case "list-accounts":
            return file(accounts[0])
        case "describe-account":
            return {"Account": _without_parents(one(*accounts, "Id", given["--account-id"]))}
        case "list-parents":
            every = [*file(units[0])[units[1]], *file(accounts[0])[accounts[1]]]
            return {"Parents": next(entry["Parents"] for entry in every if entry["Id"] == given["--child-id"])}
        case "list-policies":
            every = [entry["PolicySummary"] for entry in file(policies[0])[policies[1]]]
            return {"Policies": [entry for entry in every if entry["Type"] == given["--filter"]]}
        case "describe-policy":
            entry = one(*policies, "PolicySummary.Id", given["--policy-id"])
            return {"Policy": {key: entry[key] for key in ("PolicySummary", "Content")}}
        case "list-targets-for-policy":
            return {"Targets": one(*policies, "PolicySummary.Id", given["--policy-id"])["Targets"]}
    entry = one("permission-sets.json", "PermissionSets", "PermissionSet.PermissionSetArn", found)
    if operation == "list-accounts-for-provisioned-permission-set":
        return {"AccountIds": [assigned["AccountId"] for assigned in entry["AccountAssignments"]]}
    key = {
        "describe-permission-set": "PermissionSet",
        "list-managed-policies-in-permission-set": "AttachedManagedPolicies",
        "list-customer-managed-policy-references-in-permission-set": "CustomerManagedPolicyReferences",
        "get-inline-policy-for-permission-set": "InlinePolicy",
        "get-permissions-boundary-for-permission-set": "PermissionsBoundary",
        "list-account-assignments": "AccountAssignments",
    }[operation]
    if key not in entry:
        sys.exit("An error occurred (ResourceNotFoundException) when calling the operation")
    return {key: entry[key]}


def _without_parents(entry: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key != "Parents"}


def main() -> None:
    """Print the answer, as text or JSON."""
    there, _, operation, *arguments = sys.argv[1:]
    given = dict(zip(arguments[::2], arguments[1::2], strict=True))
    answer = _answer(Path(there), operation, given)
    if "--query" in given:
        answer = jmespath.search(given["--query"], answer)
    if given.get("--output") == "text":
        print("\t".join(answer) if isinstance(answer, list) else answer)  # noqa: T201
    else:
        print(json.dumps(answer, indent=4))  # noqa: T201


if __name__ == "__main__":
    main()
