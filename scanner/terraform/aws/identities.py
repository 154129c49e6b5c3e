"""Users, roles and groups.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/iam_user
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.facts import Attachment, Fact, IdentityKind, InlinePolicy, Origin, Target
from scanner.terraform.aws import attributes
from scanner.terraform.aws.resource_facts import identity, items, within
from scanner.terraform.aws.resource_type import Named, ResourceType, nested
from scanner.terraform.language.types import NUMBER
from scanner.terraform.resource_instance import ResourceInstance


def _inside_role(instance: ResourceInstance, origin: Origin, own: Target) -> Iterator[Fact]:
    for policy in items(instance.get("managed_policy_arns")):
        yield Attachment(origin, own, policy)
    for block in items(instance.get("inline_policy")):
        name, document = within(block, "name"), within(block, "policy")
        none = document.text == "" and (name.is_null or name.text == "")  # what the provider stores of an empty block
        if not document.is_null and not none:
            yield InlinePolicy(origin, own, name, document, may_be_none=block.unknown is not None)


IDENTITIES = (
    ResourceType(
        "aws_iam_user",
        identity(IdentityKind.USER),
        computed=attributes.named("user"),
        names={"name": Named.USER, "id": Named.USER},
        is_definition=True,
    ),
    ResourceType(
        "aws_iam_role",
        identity(IdentityKind.ROLE, trust="assume_role_policy", session="max_session_duration", inside=_inside_role),
        blocks={"inline_policy": nested(is_argument_too=True)},
        arguments={"max_session_duration": NUMBER},
        computed=attributes.named("role"),
        names={"name": Named.ROLE, "id": Named.ROLE, "arn": Named.ROLE_ARN},
        is_definition=True,
    ),
    ResourceType(
        "aws_iam_group",
        identity(IdentityKind.GROUP),
        computed=attributes.named("group"),
        names={"name": Named.GROUP, "id": Named.GROUP},
        is_definition=True,
    ),
    ResourceType(
        "aws_iam_saml_provider",
        computed={"arn": attributes.arn("saml-provider"), "id": attributes.arn("saml-provider")},
    ),
)
