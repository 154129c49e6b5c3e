"""Users, roles and groups.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/iam_user
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.facts import Attachment, Exclusive, Fact, IdentityKind, InlinePolicy, Origin, Target
from scanner.terraform.aws import attributes
from scanner.terraform.aws.resource_facts import identity, items, within
from scanner.terraform.aws.resource_type import Named, ResourceType, nested
from scanner.terraform.language.types import NUMBER
from scanner.terraform.resource_instance import ResourceInstance
from scanner.values import Value


def _inside_role(instance: ResourceInstance, origin: Origin, own: Target) -> Iterator[Fact]:
    policies, blocks = instance.get("managed_policy_arns"), instance.get("inline_policy")
    for policy in items(policies):
        yield Attachment(origin, own, policy)
    for block in items(blocks):
        name, document = within(block, "name"), within(block, "policy")
        none = document.text == "" and (name.is_null or name.text == "")  # what the provider stores of an empty block
        if not document.is_null and not none:
            yield InlinePolicy(origin, own, name, document, may_be_none=block.unknown is not None)
    if _says_all(instance, "managed_policy_arns"):
        yield Exclusive(origin, own, False, policies)
    if blocks.data != () and _says_all(instance, "inline_policy"):  # without a block nothing is said
        names = Value(tuple(within(block, "name") for block in items(blocks))) if blocks.unknown is None else blocks
        yield Exclusive(origin, own, True, names)


def _says_all(instance: ResourceInstance, argument: str) -> bool:
    """Whether what a role is found to have is taken away where an argument of it does not say so.

    https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/iam_role#managed_policy_arns-1
    """
    is_written = not instance.get(argument).is_null and not instance.is_filled_in(argument)
    return is_written and not instance.is_ignored(argument)


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
