"""The attributes that identities and policies have in templates.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_IAM.html
"""

from __future__ import annotations

from collections.abc import Mapping

ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "AWS::IAM::Group": frozenset({"Arn"}),
    "AWS::IAM::ManagedPolicy": frozenset(
        {
            *("AttachmentCount", "CreateDate", "DefaultVersionId", "IsAttachable", "PermissionsBoundaryUsageCount"),
            *("PolicyArn", "PolicyId", "UpdateDate"),
        }
    ),
    "AWS::IAM::Role": frozenset({"Arn", "RoleId"}),
    "AWS::IAM::User": frozenset({"Arn"}),
    "AWS::SSO::PermissionSet": frozenset({"PermissionSetArn"}),
}
"""What ``Fn::GetAtt`` gives for identities and policies."""


def has_attribute(resource_type: str, name: str) -> bool:
    """Whether a type has an attribute; those of other types are not known, and taken to be there."""
    known = ATTRIBUTES.get(resource_type)
    return known is None or name in known
