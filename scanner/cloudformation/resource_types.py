"""What is known of one type of resource of CloudFormation: everything in one value for each type.

``checks`` says what CloudFormation refuses in a resource, and ``stacks`` what ``Ref`` and ``Fn::GetAtt`` give for it:
both ask here. What a resource says about identities is read in ``aws_iam``.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/
"""

from __future__ import annotations

from collections.abc import Mapping

from scanner.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """A text, number or boolean."""

    longest: int | None = None
    """Of a name in IAM, which has letters, digits and a few other characters."""


@dataclass(frozen=True, slots=True)
class Document:
    """A mapping, or a text in JSON. What is in it is not looked at here."""


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list."""

    item: Shape


@dataclass(frozen=True, slots=True)
class MappingOf:
    """A mapping with some keys and no others."""

    members: Mapping[str, Shape]
    required: tuple[str, ...] = ()


Shape = Text | Document | ListOf | MappingOf


@dataclass(frozen=True, slots=True)
class ResourceType:
    """One type of resource."""

    name: str
    properties: MappingOf | None = None
    """All properties that it has; None where they are not checked."""
    attributes: frozenset[str] | None = None
    """All that ``Fn::GetAtt`` gives; None where that is not known, and any attribute is taken to be there."""
    name_property: str | None = None
    """The property that names it in its account. Where that is not written, CloudFormation makes up a name."""
    arn_kind: str | None = None
    """What follows the account in its ARN, which has its name at the end; None for an ARN of another form."""
    reference_is_arn: bool = False
    """What ``Ref`` gives: its ARN, or its name if it has one."""

    def has_attribute(self, name: str) -> bool:
        """Whether ``Fn::GetAtt`` gives an attribute, as far as that is known."""
        return self.attributes is None or name in self.attributes


def resource_type(name: str) -> ResourceType:
    """What is known of a type: of one that is not listed here, nothing."""
    return RESOURCE_TYPES.get(name, ResourceType(name))


SERVICES_OF_IDENTITIES = ("AWS::IAM::", "AWS::SSO::")
"""Beginnings of the types that identities and policies are of."""
MANAGED_POLICY = "AWS::IAM::ManagedPolicy"
SAML_PROVIDER = "AWS::IAM::SAMLProvider"
OIDC_PROVIDER = "AWS::IAM::OIDCProvider"

_TEXT, _DOCUMENT, _TEXTS = Text(), Document(), ListOf(Text())
_SHORT_NAME, _LONG_NAME = Text(64), Text(128)
_TAGS = ListOf(MappingOf({"Key": _TEXT, "Value": _TEXT}, ("Key", "Value")))
_POLICIES = ListOf(MappingOf({"PolicyName": _LONG_NAME, "PolicyDocument": _DOCUMENT}, ("PolicyName",)))
_CUSTOMER_POLICY = MappingOf({"Name": _TEXT, "Path": _TEXT}, ("Name",))
_IDENTITY: Mapping[str, Shape] = {"ManagedPolicyArns": _TEXTS, "Path": _TEXT, "Policies": _POLICIES}
_TARGETS: Mapping[str, Shape] = {"Groups": _TEXTS, "Roles": _TEXTS, "Users": _TEXTS}
_PRINCIPAL = MappingOf({"IdentityCenter": MappingOf({"GroupId": _TEXT, "UserId": _TEXT})}, ("IdentityCenter",))
_PRINCIPAL_ROLE = MappingOf({"Account": _TEXT, "Principal": _PRINCIPAL, "RoleArn": _TEXT}, ("Principal", "RoleArn"))
_ARN = frozenset({"Arn"})


def _policy_of(kind: str) -> ResourceType:
    """A policy that is embedded in one identity. Missing documents are reported where they are read."""
    name = f"{kind}Name"
    return ResourceType(
        f"AWS::IAM::{kind}Policy",
        MappingOf({name: _TEXT, "PolicyDocument": _DOCUMENT, "PolicyName": _LONG_NAME}, (name, "PolicyName")),
    )


_TYPES = (
    ResourceType(
        "AWS::AccountAccess::Entitlement",
        MappingOf(
            {"ApplicationArn": _TEXT, "Entitlement": MappingOf({"PrincipalRole": _PRINCIPAL_ROLE}, ("PrincipalRole",))},
            ("ApplicationArn", "Entitlement"),
        ),
    ),
    ResourceType(
        "AWS::IAM::AccessKey",
        MappingOf({"Serial": _TEXT, "Status": _TEXT, "UserName": _TEXT}, ("UserName",)),
    ),
    ResourceType(
        "AWS::IAM::Group",
        MappingOf({**_IDENTITY, "GroupName": _LONG_NAME}),
        attributes=_ARN,
        name_property="GroupName",
        arn_kind="group",
    ),
    _policy_of("Group"),
    ResourceType("AWS::IAM::InstanceProfile", name_property="InstanceProfileName", arn_kind="instance-profile"),
    ResourceType(
        MANAGED_POLICY,
        MappingOf(
            {
                **_TARGETS,
                "Description": _TEXT,
                "ManagedPolicyName": _LONG_NAME,
                "Path": _TEXT,
                "PolicyDocument": _DOCUMENT,
            }
        ),
        attributes=frozenset(
            {
                *("AttachmentCount", "CreateDate", "DefaultVersionId", "IsAttachable", "PermissionsBoundaryUsageCount"),
                *("PolicyArn", "PolicyId", "UpdateDate"),
            }
        ),
        name_property="ManagedPolicyName",
        arn_kind="policy",
        reference_is_arn=True,
    ),
    ResourceType(OIDC_PROVIDER, reference_is_arn=True),
    ResourceType(
        "AWS::IAM::Policy",
        MappingOf({**_TARGETS, "PolicyDocument": _DOCUMENT, "PolicyName": _LONG_NAME}, ("PolicyName",)),
    ),
    ResourceType(
        "AWS::IAM::Role",
        MappingOf(
            {
                **_IDENTITY,
                "AssumeRolePolicyDocument": _DOCUMENT,
                "Description": _TEXT,
                "MaxSessionDuration": _TEXT,
                "PermissionsBoundary": _TEXT,
                "RoleName": _SHORT_NAME,
                "Tags": _TAGS,
            }
        ),
        attributes=frozenset({"Arn", "RoleId"}),
        name_property="RoleName",
        arn_kind="role",
    ),
    _policy_of("Role"),
    ResourceType(SAML_PROVIDER, name_property="Name", arn_kind="saml-provider", reference_is_arn=True),
    ResourceType(
        "AWS::IAM::User",
        MappingOf(
            {
                **_IDENTITY,
                "Groups": _TEXTS,
                "LoginProfile": MappingOf({"Password": _TEXT, "PasswordResetRequired": _TEXT}, ("Password",)),
                "PermissionsBoundary": _TEXT,
                "Tags": _TAGS,
                "UserName": _SHORT_NAME,
            }
        ),
        attributes=_ARN,
        name_property="UserName",
        arn_kind="user",
    ),
    _policy_of("User"),
    ResourceType(
        "AWS::IAM::UserToGroupAddition",
        MappingOf({"GroupName": _TEXT, "Users": _TEXTS}, ("GroupName", "Users")),
    ),
    ResourceType(
        "AWS::SSO::PermissionSet",
        MappingOf(
            {
                "CustomerManagedPolicyReferences": ListOf(_CUSTOMER_POLICY),
                "Description": _TEXT,
                "InlinePolicy": _DOCUMENT,
                "InstanceArn": _TEXT,
                "ManagedPolicies": _TEXTS,
                "Name": Text(32),
                "PermissionsBoundary": MappingOf(
                    {"CustomerManagedPolicyReference": _CUSTOMER_POLICY, "ManagedPolicyArn": _TEXT}
                ),
                "RelayStateType": _TEXT,
                "SessionDuration": _TEXT,
                "Tags": _TAGS,
            },
            ("InstanceArn", "Name"),
        ),
        attributes=frozenset({"PermissionSetArn"}),
    ),
)
RESOURCE_TYPES: Mapping[str, ResourceType] = {known.name: known for known in _TYPES}
"""The types of which something is known."""
