"""What the adapters from resource instances to facts have in common: places, lists and blocks, and usual facts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from scanner.facts import Attachment, Exclusive, Fact, Identity, IdentityKind, InlinePolicy, Origin, PolicyUse, Target
from scanner.terraform.aws.resource_type import Adapter
from scanner.terraform.resource_instance import ResourceInstance
from scanner.values import NULL, Value


def origin_of(instance: ResourceInstance) -> Origin:
    """Where the facts of an instance are written."""
    return Origin(instance.label, instance.span, instance.existence, instance.trail, instance.home.account)


def items(value: Value) -> Iterator[Value]:
    """The elements of a list; one unknown for a list that is not known; nothing for null."""
    if isinstance(value.data, tuple):
        yield from (item for item in value.data if not item.is_null and item.text != "")
    elif not value.is_null:
        yield value


def within(block: Value, name: str) -> Value:
    """An argument of a nested block, which may not be there; the block itself when nothing is known of it."""
    if isinstance(block.data, Mapping):
        return block.data.get(name, NULL)
    if block.unknown is not None and block.unknown.candidates:
        found = (within(one, name) if one is not None else NULL for one in block.unknown.candidates)
        arguments = tuple(None if argument.is_null else argument for argument in found)
        return Value(replace(block.unknown, candidates=arguments), block.span)
    return block


def tags(instance: ResourceInstance) -> Value:
    """Own tags over the provider's ``default_tags``; plans and states have both together in ``tags_all``."""
    own, defaults = instance.get("tags"), instance.default_tags
    if not isinstance(defaults.data, Mapping) or not isinstance(own.data, Mapping | None):
        everything = instance.get("tags_all")
        known = isinstance(everything.data, Mapping) and defaults.is_null
        return everything if known else own if defaults.is_null or own.unknown is not None else defaults
    return Value({**defaults.data, **(own.data or {})}, own.span)


Inside = Callable[[ResourceInstance, Origin, Target], Iterator[Fact]]


def identity(
    kind: IdentityKind, *, trust: str | None = None, session: str | None = None, inside: Inside | None = None
) -> Adapter:
    """An identity with its boundary; ``inside`` has what else is written in its block.

    ``trust`` and ``session`` are the arguments with its trust policy and with the duration of its sessions.
    """

    def adapt(instance: ResourceInstance) -> Iterator[Fact]:
        origin = origin_of(instance)
        own = Target(kind, address=origin.address)
        yield Identity(
            kind,
            origin,
            instance.home,
            instance.get("name"),
            instance.get("arn"),
            tags(instance),
            instance.get(trust) if trust is not None else None,
            instance.get(session) if session is not None else None,
        )
        boundary = instance.get("permissions_boundary")
        if not boundary.is_null and boundary.text != "":  # an empty text is how modules say that there is none
            yield Attachment(origin, own, boundary, PolicyUse.BOUNDARY)
        if inside is not None:
            yield from inside(instance, origin, own)

    return adapt


def inline_policy(kind: IdentityKind, reference: str, document: str = "policy") -> Adapter:
    """One document embedded in one identity."""

    def adapt(instance: ResourceInstance) -> Iterator[Fact]:
        target = Target(kind, instance.get(reference))
        yield InlinePolicy(origin_of(instance), target, instance.get("name"), instance.get(document))

    return adapt


def attachment(
    kind: IdentityKind, reference: str, policy: str = "policy_arn", use: PolicyUse = PolicyUse.PERMISSIONS
) -> Adapter:
    """One managed policy attached to one identity."""

    def adapt(instance: ResourceInstance) -> Iterator[Fact]:
        yield Attachment(origin_of(instance), Target(kind, instance.get(reference)), instance.get(policy), use)

    return adapt


def exclusive(kind: IdentityKind, reference: str, listed: str, *, inline: bool = False) -> Adapter:
    """All policies of an identity. Managed ones are attached as well, inline ones are written elsewhere."""

    def adapt(instance: ResourceInstance) -> Iterator[Fact]:
        origin, target = origin_of(instance), Target(kind, instance.get(reference))
        policies = instance.get(listed)
        if not inline:
            yield from (Attachment(origin, target, policy) for policy in items(policies))
        yield Exclusive(origin, target, inline, policies if not policies.is_null else Value(()))

    return adapt
