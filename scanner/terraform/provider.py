"""Provider configurations: in which account, partition and region a resource is created, and with which tags.

A resource has the configuration that its ``provider`` argument names, or the default one. A child module has those of
its caller under the names that the call's ``providers`` argument gives them; the default one it inherits.
https://developer.hashicorp.com/terraform/language/modules/develop/providers
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from scanner.facts import Home
from scanner.root import Inputs
from scanner.terraform.language import nodes
from scanner.terraform.language.scope import Namespace, Scope
from scanner.terraform.module import Module
from scanner.terraform.resources import block_entries
from scanner.values import NULL, Value

DEFAULT = "aws"
"""The name of the configuration that everything has which names no other."""


@dataclass(frozen=True, slots=True)
class Provider:
    """The account, partition and region that resources are created in, and the tags that all of them get."""

    home: Home = Home()  # noqa: RUF009 # frozen
    default_tags: Value = NULL


def named_provider(body: nodes.Body) -> str:
    """The name of the configuration that a resource asks for: ``aws`` or ``aws.alias``."""
    attribute = body.attributes.get("provider")
    return _reference(attribute.value) or DEFAULT if attribute is not None else DEFAULT


def passed_providers(call: nodes.Body) -> Mapping[str, str]:
    """What a module call passes: the caller's name by the name in the called module."""
    attribute = call.attributes.get("providers")
    if attribute is None or not isinstance(attribute.value, nodes.ObjectNode):
        return {}
    pairs = ((_reference(inner), _reference(outer)) for inner, outer in attribute.value.items)
    return {inner: outer for inner, outer in pairs if inner is not None and outer is not None}


def _reference(node: nodes.Node) -> str | None:
    match node:
        case nodes.Name(name=name) | nodes.Literal(value=str(name)):
            return name
        case nodes.GetAttribute(target=nodes.Name(name=name), name=alias):
            return f"{name}.{alias}"
        case nodes.Index(target=target):  # OpenTofu: one instance of a configuration with for_each
            return _reference(target)
    return None


def provider_block(module: Module, name: str) -> nodes.Block | None:
    """The block that declares a configuration in a module."""
    local, _, alias = name.partition(".")
    for block in module.providers:
        parsed = module.parsed(block) if block.labels == (local,) else None
        if parsed is not None and _alias(parsed.body) == alias:
            return parsed
    return None


def _alias(body: nodes.Body) -> str:
    attribute = body.attributes.get("alias")
    return (_reference(attribute.value) or "") if attribute is not None else ""


def read_provider(block: nodes.Block, scope: Scope, inputs: Inputs) -> Provider:
    """What a provider block says. What the default one does not say is what the user says.

    The user's account is that of the default configuration; another one that names its account is in that one.
    """
    entries = block_entries(block.body, scope)
    region = entries["region"].text
    account = _account(entries)
    if inputs.account is not None and (account is None or "alias" not in block.body.attributes):
        account = inputs.account
    if "for_each" in block.body.attributes:
        account = region = None  # it stands for several configurations, and no account is that of all of them
    home = Home(partition_of(region or inputs.region), account, region)
    return Provider(home, _default_tags(entries))


def unconfigured(inputs: Inputs) -> Provider:
    """Where no block says anything: what the user says."""
    return Provider(Home(partition_of(inputs.region), inputs.account))


def _account(entries: Namespace) -> str | None:
    """The only allowed account, or the account of the role that the provider assumes."""
    allowed = entries["allowed_account_ids"].data
    if isinstance(allowed, tuple) and len(allowed) == 1:
        return allowed[0].text
    return next((arn.split(":")[4] for arn in _assumed(entries) if arn.count(":") >= 5), None)


def _assumed(entries: Namespace) -> Iterator[str]:
    """The role that the provider ends up as: the last of a chain."""
    for name in ("assume_role", "assume_role_with_web_identity"):
        blocks = entries[name].data
        if isinstance(blocks, tuple) and blocks and isinstance(blocks[-1].data, Mapping):
            arn = blocks[-1].data.get("role_arn", NULL).text
            if arn is not None and arn.split(":")[4:5] != [""]:
                yield arn


def _default_tags(entries: Namespace) -> Value:
    blocks = entries["default_tags"].data
    if isinstance(blocks, tuple) and blocks and isinstance(blocks[0].data, Mapping):
        tags: Value = blocks[0].data["tags"]
        return tags
    return NULL


def partition_of(region: str | None) -> str:
    """The partition of a region; ``aws`` when the region is not known.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
    """
    prefixes = (prefix for prefix in _PARTITIONS if region is not None and region.startswith(prefix))
    return _PARTITIONS.get(next(prefixes, ""), "aws")


_PARTITIONS = {
    "cn-": "aws-cn",
    "us-gov-": "aws-us-gov",
    "eusc-": "aws-eusc",
    "us-iso-": "aws-iso",
    "us-isob-": "aws-iso-b",
    "eu-isoe-": "aws-iso-e",
    "us-isof-": "aws-iso-f",
}
