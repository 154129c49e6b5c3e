"""Creates a template's stack with moto and says what IAM has afterwards.

moto reads the template, resolves parameters, conditions and intrinsics, and keeps IAM's state. It makes only some of
the identity resources and leaves properties out, so those are made here from the properties that moto has resolved,
each by the calls to IAM's API that its documentation names. An ``AWS::NoValue`` that moto leaves as null in a list is
taken out.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any
from unittest.mock import patch

import boto3
from moto import mock_aws
from moto.cloudformation import parsing
from moto.core.common_models import CloudFormationModel
from moto.iam import models as iam_models

from scanner.cloudformation.template.scalars import as_text

ACCOUNT = "123456789012"
REGION = "us-east-1"
STACK = "stack"
INSTANCE = "arn:aws:sso:::instance/ssoins-0123456789abcdef"

Account = dict[str, dict[str, Any]]
"""``user NAME``, ``role NAME``, ``group NAME``, ``policy ARN`` and ``permission_set NAME``: what IAM says of each."""


def create(template: str, parameters: Mapping[str, str], region: str = REGION) -> tuple[Account, dict[str, str]]:
    """What the account has after the stack is made, and the stack's physical IDs."""
    with _moto(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cloudformation = _client("cloudformation", region)
        given = [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]
        cloudformation.create_stack(StackName=STACK, TemplateBody=template, Parameters=given)
        resources = cloudformation.list_stack_resources(StackName=STACK)["StackResourceSummaries"]
        physical = {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in resources}
        return _account(region), physical


@cache
def _client(service: str, region: str) -> Any:
    """Made once: that takes longer than what it is asked. moto answers each, whenever it was made."""
    return boto3.client(service, region_name=region)


@contextmanager
def _moto() -> Iterator[None]:
    models = {**parsing.get_model_map(), **_MODELS}
    with (
        patch.object(parsing, "get_model_map", lambda: models),
        patch.object(iam_models, "aws_managed_policies_data", _some_aws_managed_policies()),
        mock_aws(config={"iam": {"load_aws_managed_policies": True}}),
    ):
        yield


@cache
def _some_aws_managed_policies() -> str:
    """Those that the cases attach: reading all of them takes a second each time."""
    every = json.loads(iam_models.aws_managed_policies_data)
    return json.dumps({name: policy for name, policy in every.items() if name in AWS_MANAGED})


AWS_MANAGED = frozenset(
    {
        "AdministratorAccess",
        "AmazonS3ReadOnlyAccess",
        "IAMUserChangePassword",
        "PowerUserAccess",
        "ReadOnlyAccess",
        "SecurityAudit",
        "SignInLocalDevelopmentAccess",
        "ViewOnlyAccess",
    }
)


_user_boundaries: dict[str, str | None] = {}
"""Moto keeps the boundary of a role only."""


# --- What moto leaves out -----------------------------------------------------------------------------------


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
        name, attributes = self.make(_client("iam", region_name), resource_name, properties)
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
    _user_boundaries[name] = given.get("PermissionsBoundary")
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
        getattr(iam, f"attach_{kind}_policy")(**{_name(kind): name}, PolicyArn=arn)
    for policy in given.get("Policies", []):
        _put(iam, kind, name, policy)


def _put(iam: Any, kind: str, name: str, policy: dict[str, Any]) -> None:
    put = getattr(iam, f"put_{kind}_policy")
    put(**{_name(kind): name}, PolicyName=policy["PolicyName"], PolicyDocument=_document(policy["PolicyDocument"]))


def _name(kind: str) -> str:
    return f"{kind.capitalize()}Name"


def _managed_policy(iam: Any, generated: str, given: dict[str, Any]) -> tuple[str, dict[str, str]]:
    name, document = given.get("ManagedPolicyName", generated), _document(given["PolicyDocument"])
    arn = iam.create_policy(PolicyName=name, Path=given.get("Path", "/"), PolicyDocument=document)["Policy"]["Arn"]
    for kind in ("user", "group", "role"):
        for target in given.get(f"{kind.capitalize()}s", []):
            getattr(iam, f"attach_{kind}_policy")(**{_name(kind): target}, PolicyArn=arn)
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
            _put(iam, kind, given[_name(kind)], given)
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
    center = _client("sso-admin", REGION)
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


_MODELS: dict[str, Any] = {
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


# --- What the account has -----------------------------------------------------------------------------------


def _account(region: str) -> Account:
    iam = _client("iam", region)
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
        **_attached(iam, kind, identity[_name(kind)]),
        "boundary": _boundary(kind, identity),
        "tags": {tag["Key"]: tag["Value"] for tag in identity.get("Tags", [])},
    }


def _boundary(kind: str, identity: dict[str, Any]) -> Any:
    if kind == "user":
        return _user_boundaries[identity["UserName"]]
    return identity.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")


def _attached(iam: Any, kind: str, name: str) -> dict[str, Any]:
    which = {_name(kind): name}
    attached = getattr(iam, f"list_attached_{kind}_policies")(**which)["AttachedPolicies"]
    names = getattr(iam, f"list_{kind}_policies")(**which)["PolicyNames"]
    read = getattr(iam, f"get_{kind}_policy")
    inline = {policy: read(**which, PolicyName=policy)["PolicyDocument"] for policy in names}
    return {"attached": sorted(one["PolicyArn"] for one in attached), "inline": inline}


def _permission_sets() -> Account:
    center = _client("sso-admin", REGION)
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
