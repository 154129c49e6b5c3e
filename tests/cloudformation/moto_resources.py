"""The identity resources that moto does not make, or leaves properties out of.

Each is made from the properties that moto has resolved, by the calls to IAM's API that its documentation names. An
``AWS::NoValue`` that moto leaves as null in a list is taken out.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from moto.core.common_models import CloudFormationModel

from scanner.cloudformation.template.scalars import as_text
from tests.cloudformation.moto_clients import ACCOUNT, REGION, client, name_key

USER_BOUNDARIES: dict[str, str | None] = {}
"""Moto keeps the boundary of a role only."""


@dataclass
class _Resource(CloudFormationModel):  # type: ignore[misc] # moto is untyped here
    """A resource that was made, as moto's resolver asks for it."""

    physical_resource_id: str
    attributes: dict[str, str]

    def get_cfn_attribute(self, name: str) -> str:
        return self.attributes[name]


class _Model:
    """What moto takes for a class of resources: makes one from its resolved properties."""

    def __init__(self, make: Any) -> None:
        self.make = make

    def create_from_cloudformation_json(
        self, resource_name: str, cloudformation_json: dict[str, Any], account_id: str, region_name: str, **_: Any
    ) -> _Resource:
        assert account_id == ACCOUNT
        properties = _without_null(cloudformation_json.get("Properties", {}))
        name, attributes = self.make(client("iam", region_name), resource_name, properties)
        return _Resource(name, attributes)


def _without_null(value: Any) -> Any:
    match value:
        case dict():
            return {key: _without_null(one) for key, one in value.items() if one is not None}
        case list():
            return [_without_null(one) for one in value if one is not None]
        case _:
            return value


def _document(value: Any) -> str:
    """A document as CloudFormation passes it on: every scalar is a text."""
    return value if isinstance(value, str) else json.dumps(_texts(value))


def _texts(value: Any) -> Any:
    match value:
        case dict():
            return {str(key): _texts(one) for key, one in value.items()}
        case list():
            return [_texts(one) for one in value]
        case _:
            return as_text(value) or str(value)


def _user(iam: Any, generated: str, given: dict[str, Any]) -> tuple[str, dict[str, str]]:
    name = given.get("UserName", generated)
    extra = {key: given[key] for key in ("PermissionsBoundary", "Tags") if key in given}
    arn = iam.create_user(UserName=name, Path=given.get("Path", "/"), **extra)["User"]["Arn"]
    USER_BOUNDARIES[name] = given.get("PermissionsBoundary")
    for group in given.get("Groups", []):
        iam.add_user_to_group(UserName=name, GroupName=group)
    if "LoginProfile" in given:
        profile = given["LoginProfile"]
        reset = as_text(profile.get("PasswordResetRequired", False)) == "true"
        iam.create_login_profile(UserName=name, Password=profile["Password"], PasswordResetRequired=reset)
    _policies(iam, "user", name, given)
    return name, {"Arn": arn}


def _group(iam: Any, generated: str, given: dict[str, Any]) -> tuple[str, dict[str, str]]:
    name = given.get("GroupName", generated)
    arn = iam.create_group(GroupName=name, Path=given.get("Path", "/"))["Group"]["Arn"]
    _policies(iam, "group", name, given)
    return name, {"Arn": arn}


def _role(iam: Any, generated: str, given: dict[str, Any]) -> tuple[str, dict[str, str]]:
    name = given.get("RoleName", generated)
    extra = {key: given[key] for key in ("PermissionsBoundary", "Tags") if key in given}
    trust = _document(given["AssumeRolePolicyDocument"])
    made = iam.create_role(RoleName=name, Path=given.get("Path", "/"), AssumeRolePolicyDocument=trust, **extra)["Role"]
    _policies(iam, "role", name, given)
    return name, {"Arn": made["Arn"], "RoleId": made["RoleId"]}


def _policies(iam: Any, kind: str, name: str, given: dict[str, Any]) -> None:
    for arn in given.get("ManagedPolicyArns", []):
        getattr(iam, f"attach_{kind}_policy")(**{name_key(kind): name}, PolicyArn=arn)
    for policy in given.get("Policies", []):
        _put(iam, kind, name, policy)


def _put(iam: Any, kind: str, name: str, policy: dict[str, Any]) -> None:
    put = getattr(iam, f"put_{kind}_policy")
    put(**{name_key(kind): name}, PolicyName=policy["PolicyName"], PolicyDocument=_document(policy["PolicyDocument"]))


def _managed_policy(iam: Any, generated: str, given: dict[str, Any]) -> tuple[str, dict[str, str]]:
    name, document = given.get("ManagedPolicyName", generated), _document(given["PolicyDocument"])
    arn = iam.create_policy(PolicyName=name, Path=given.get("Path", "/"), PolicyDocument=document)["Policy"]["Arn"]
    for kind in ("user", "group", "role"):
        for target in given.get(f"{kind.capitalize()}s", []):
            getattr(iam, f"attach_{kind}_policy")(**{name_key(kind): target}, PolicyArn=arn)
    return arn, {"PolicyArn": arn}


def _policy(iam: Any, generated: str, given: dict[str, Any]) -> tuple[str, dict[str, str]]:
    for kind in ("user", "group", "role"):
        for target in given.get(f"{kind.capitalize()}s", []):
            _put(iam, kind, target, given)
    return generated, {}


def _policy_of(kind: str) -> Any:
    """``AWS::IAM::UserPolicy`` and its likes."""

    def make(iam: Any, generated: str, given: dict[str, Any]) -> tuple[str, dict[str, str]]:
        if "PolicyDocument" in given:
            _put(iam, kind, given[name_key(kind)], given)
        return generated, {}

    return make


def _group_addition(iam: Any, generated: str, given: dict[str, Any]) -> tuple[str, dict[str, str]]:
    for user in given["Users"]:
        iam.add_user_to_group(UserName=user, GroupName=given["GroupName"])
    return generated, {}


def _saml_provider(iam: Any, generated: str, given: dict[str, Any]) -> tuple[str, dict[str, str]]:
    document = given["SamlMetadataDocument"].ljust(1000)  # the shortest that IAM takes
    arn = iam.create_saml_provider(Name=given.get("Name", generated), SAMLMetadataDocument=document)["SAMLProviderArn"]
    return arn, {"Arn": arn}


def _oidc_provider(iam: Any, _: str, given: dict[str, Any]) -> tuple[str, dict[str, str]]:
    made = iam.create_open_id_connect_provider(Url=given["Url"], ThumbprintList=["0" * 40])
    return made["OpenIDConnectProviderArn"], {"Arn": made["OpenIDConnectProviderArn"]}


def _permission_set(_: Any, __: str, given: dict[str, Any]) -> tuple[str, dict[str, str]]:
    center = client("sso-admin", REGION)
    instance = given["InstanceArn"]
    made = center.create_permission_set(Name=given["Name"], InstanceArn=instance)["PermissionSet"]
    where = {"InstanceArn": instance, "PermissionSetArn": made["PermissionSetArn"]}
    for arn in given.get("ManagedPolicies", []):
        center.attach_managed_policy_to_permission_set(**where, ManagedPolicyArn=arn)
    if given.get("InlinePolicy"):
        center.put_inline_policy_to_permission_set(**where, InlinePolicy=_document(given["InlinePolicy"]))
    for reference in given.get("CustomerManagedPolicyReferences", []):
        center.attach_customer_managed_policy_reference_to_permission_set(
            **where, CustomerManagedPolicyReference=reference
        )
    return "|".join(where.values()), {"PermissionSetArn": made["PermissionSetArn"]}


MODELS: dict[str, Any] = {
    "AWS::IAM::Group": _Model(_group),
    "AWS::IAM::GroupPolicy": _Model(_policy_of("group")),
    "AWS::IAM::ManagedPolicy": _Model(_managed_policy),
    "AWS::IAM::OIDCProvider": _Model(_oidc_provider),
    "AWS::IAM::Policy": _Model(_policy),
    "AWS::IAM::Role": _Model(_role),
    "AWS::IAM::RolePolicy": _Model(_policy_of("role")),
    "AWS::IAM::SAMLProvider": _Model(_saml_provider),
    "AWS::IAM::User": _Model(_user),
    "AWS::IAM::UserPolicy": _Model(_policy_of("user")),
    "AWS::IAM::UserToGroupAddition": _Model(_group_addition),
    "AWS::SSO::PermissionSet": _Model(_permission_set),
}
