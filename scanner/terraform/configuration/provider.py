"""Provider configurations: in which account, partition and region a resource is created, and with which tags.

A resource has the configuration that its ``provider`` argument names, or the default one. A child module has those of
its caller under the names that the call's ``providers`` argument gives them; the default one it inherits. OpenTofu
makes one configuration for each key of a block's ``for_each``.
https://developer.hashicorp.com/terraform/language/modules/develop/providers
https://opentofu.org/docs/language/providers/configuration/#for_each-multiple-instances-of-a-provider-configuration
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from scanner.facts import Account, Home
from scanner.lazy_dataclass import dataclass
from scanner.partition import partition_of
from scanner.root import Inputs
from scanner.terraform.configuration.block_entries import block_entries
from scanner.terraform.configuration.module import Module
from scanner.terraform.configuration.provider_account import ACCOUNT_ARGUMENTS, DEFAULT, account_digest
from scanner.terraform.language import nodes
from scanner.terraform.language.expressions import evaluate_or_refuse
from scanner.terraform.language.scope import Scope
from scanner.values import NULL, Unknown, Value

CLOUD_CONTROL = "awscc"
"""The same of the provider that has CloudFormation's types."""


@dataclass(frozen=True, slots=True)
class Provider:
    """The account, partition and region that resources are created in, and the tags that all of them get."""

    home: Home = Home()  # frozen
    default_tags: Value = NULL


@dataclass(frozen=True, slots=True)
class Reference:
    """A configuration as a module names it."""

    name: str = DEFAULT
    """``aws`` or ``aws.alias``"""
    key: nodes.Node | None = None
    """Of which instance of a configuration with ``for_each``."""


def named_provider(body: nodes.Body, resource_type: str) -> Reference:
    """The configuration that a resource asks for."""
    attribute = body.attributes.get("provider")
    default = Reference(CLOUD_CONTROL if resource_type.startswith(f"{CLOUD_CONTROL}_") else DEFAULT)
    return _reference(attribute.value) or default if attribute is not None else default


def passed_providers(call: nodes.Body) -> Mapping[str, Reference]:
    """What a module call passes: the caller's configuration by the name in the called module."""
    attribute = call.attributes.get("providers")
    if attribute is None or not isinstance(attribute.value, nodes.ObjectNode):
        return {}
    pairs = ((_reference(inner), _reference(outer)) for inner, outer in attribute.value.items)
    return {inner.name: outer for inner, outer in pairs if inner is not None and outer is not None}


def _reference(node: nodes.Node) -> Reference | None:
    match node:
        case nodes.Name(name=name) | nodes.Literal(value=str(name)):
            return Reference(name)
        case nodes.GetAttribute(target=nodes.Name(name=name), name=alias):
            return Reference(f"{name}.{alias}")
        case nodes.Index(target=target, key=key):
            found = _reference(target)
            return Reference(found.name, key) if found is not None else None
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
    found = _reference(attribute.value) if attribute is not None else None
    return found.name if found is not None else ""


def read_provider(block: nodes.Block, scope: Scope, inputs: Inputs, name: str, key: Value | None) -> Provider:
    """What a provider block says, or one instance of it. What the default one does not say is what the user says."""
    shown, inner = name, scope
    if "for_each" in block.body.attributes:
        collection = evaluate_or_refuse(block.body.attributes["for_each"].value, scope)
        chosen = key if key is not None else NULL
        inner = scope.bind({"each": Value({"key": chosen, "value": _element(collection, chosen)})})
        shown = f"{name}[{written_key_of(chosen)}]"
    entries = block_entries(block.body, inner)
    written, is_default = entries["region"], _alias(block.body) == ""
    region = written.text
    account = _account_id(entries)
    if account is None and is_default:
        account = inputs.account
    says = account_digest((argument, entries[argument]) for argument in ACCOUNT_ARGUMENTS)
    partition = partition_of(region or inputs.region)
    if region is None and (is_default or written.is_null):
        region = inputs.region
    home = Home(partition, Account(account, shown, says), region)
    return Provider(home, _default_tags(entries))


def _element(collection: Value, key: Value) -> Value:
    """What ``each.value`` is under a key: of a set the key itself."""
    match collection.data:
        case Mapping() as entries if key.text is not None:
            found: Value = entries.get(key.text, NULL)
            return found
        case Mapping() if key.unknown is not None:
            return Value(Unknown(key.unknown.cause))
        case Unknown() as unknown:
            return Value(Unknown(unknown.cause))
    return key


def written_key_of(key: Value) -> str:
    """The key of an instance of a configuration, or what stands for it."""
    return key.text if key.text is not None else f"{key.unknown.symbol if key.unknown is not None else None}"


def with_account_of(provider: Provider, default: Provider) -> Provider:
    """A configuration that says the same about its account as the default one is in the account of that."""
    own, other = provider.home.account, default.home.account
    if own.id is not None or own.says != other.says:
        return provider
    return replace(provider, home=replace(provider.home, account=replace(own, id=other.id, is_supposed=True)))


def unconfigured(inputs: Inputs) -> Provider:
    """Where no block says anything: what the user says."""
    return Provider(Home(partition_of(inputs.region), Account(inputs.account), inputs.region))


def not_passed(inputs: Inputs, name: str) -> Provider:
    """A configuration that the caller of a module has to give: nothing is known of its account and region."""
    return Provider(Home(partition_of(inputs.region), Account(None, name, account_digest([("", Value(name))]))))


def _account_id(entries: Mapping[str, Value]) -> str | None:
    """The only allowed account, or the account of the role that the provider assumes."""
    allowed = entries["allowed_account_ids"].data
    if isinstance(allowed, tuple) and len(allowed) == 1:
        return allowed[0].text
    return next((arn.split(":")[4] for arn in _assumed(entries) if arn.count(":") >= 5), None)


def _assumed(entries: Mapping[str, Value]) -> Iterator[str]:
    """The role that the provider ends up as: the last of a chain."""
    for name in ("assume_role", "assume_role_with_web_identity"):
        blocks = entries[name].data
        if isinstance(blocks, tuple) and blocks and isinstance(blocks[-1].data, Mapping):
            arn = blocks[-1].data.get("role_arn", NULL).text
            if arn is not None and arn.split(":")[4:5] != [""]:
                yield arn


def _default_tags(entries: Mapping[str, Value]) -> Value:
    blocks = entries["default_tags"].data
    if isinstance(blocks, tuple) and blocks and isinstance(blocks[0].data, Mapping):
        tags: Value = blocks[0].data["tags"]
        return tags
    return NULL
