"""Stands in for the AWS CLI: answers from the account of a directory, as ``aws`` prints it.

``python fake_aws.py DIRECTORY SERVICE OPERATION …``
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import jmespath

_OF_SETS = {
    "describe-permission-set": "PermissionSet",
    "list-managed-policies-in-permission-set": "AttachedManagedPolicies",
    "list-customer-managed-policy-references-in-permission-set": "CustomerManagedPolicyReferences",
    "get-inline-policy-for-permission-set": "InlinePolicy",
    "get-permissions-boundary-for-permission-set": "PermissionsBoundary",
    "list-account-assignments": "AccountAssignments",
}
_UNITS = "organization/units.json", "OrganizationalUnits"
_ACCOUNTS = "organization/accounts.json", "Accounts"
_POLICIES = "organization/policies.json", "Policies"


class _Account:
    def __init__(self, there: Path) -> None:
        self._there = there

    def file(self, name: str) -> Any:
        return json.loads((self._there / name).read_text())

    def one(self, place: tuple[str, str], of: str, wanted: str) -> Any:
        """The entry of a file's list that has something."""
        name, key = place
        return next(entry for entry in self.file(name)[key] if jmespath.search(of, entry) == wanted)

    def of_identity_center(self, operation: str, arn: str) -> Any:
        """What ``aws sso-admin`` says."""
        every = self.file("permission-sets.json")["PermissionSets"]
        if operation == "list-instances":
            return {"Instances": [{"InstanceArn": "arn:aws:sso:::instance/ssoins-1111111111111111"}]}
        if operation == "list-permission-sets":
            return {"PermissionSets": [entry["PermissionSet"]["PermissionSetArn"] for entry in every]}
        entry = next(entry for entry in every if entry["PermissionSet"]["PermissionSetArn"] == arn)
        if operation == "list-accounts-for-provisioned-permission-set":
            return {"AccountIds": [assigned["AccountId"] for assigned in entry["AccountAssignments"]]}
        key = _OF_SETS[operation]
        if key not in entry:
            sys.exit("An error occurred (ResourceNotFoundException) when calling the operation")
        return {key: entry[key]}

    def of_organization(self, operation: str, given: dict[str, str]) -> Any:
        """What ``aws organizations`` says."""
        match operation:
            case "describe-organization":
                return self.file("organization/organization.json")
            case "list-roots":
                return self.file("organization/roots.json")
            case "list-organizational-units-for-parent":
                every = self.file(_UNITS[0])[_UNITS[1]]
                return {_UNITS[1]: [entry for entry in every if entry["Parents"][0]["Id"] == given["--parent-id"]]}
            case "describe-organizational-unit":
                unit = self.one(_UNITS, "Id", given["--organizational-unit-id"])
                return {"OrganizationalUnit": _without_parents(unit)}
            case "list-accounts":
                return self.file(_ACCOUNTS[0])
            case "describe-account":
                return {"Account": _without_parents(self.one(_ACCOUNTS, "Id", given["--account-id"]))}
            case "list-parents":
                every = [*self.file(_UNITS[0])[_UNITS[1]], *self.file(_ACCOUNTS[0])[_ACCOUNTS[1]]]
                return {"Parents": next(entry["Parents"] for entry in every if entry["Id"] == given["--child-id"])}
            case "list-policies":
                every = [entry["PolicySummary"] for entry in self.file(_POLICIES[0])[_POLICIES[1]]]
                return {"Policies": [entry for entry in every if entry["Type"] == given["--filter"]]}
            case "describe-policy":
                entry = self.one(_POLICIES, "PolicySummary.Id", given["--policy-id"])
                return {"Policy": {key: entry[key] for key in ("PolicySummary", "Content")}}
            case "list-targets-for-policy":
                return {"Targets": self.one(_POLICIES, "PolicySummary.Id", given["--policy-id"])["Targets"]}
        sys.exit(f"unknown operation {operation}")


def _without_parents(entry: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key != "Parents"}


def main() -> None:
    """Print the answer, as text or JSON."""
    there, service, operation, *arguments = sys.argv[1:]
    given = dict(zip(arguments[::2], arguments[1::2], strict=True))
    account = _Account(Path(there))
    if service == "sso-admin":
        answer = account.of_identity_center(operation, given.get("--permission-set-arn", ""))
    else:
        answer = account.of_organization(operation, given)
    if "--query" in given:
        answer = jmespath.search(given["--query"], answer)
    if given.get("--output") == "text":
        print("\t".join(answer) if isinstance(answer, list) else answer)  # noqa: T201
    else:
        print(json.dumps(answer, indent=4))  # noqa: T201


if __name__ == "__main__":
    main()
