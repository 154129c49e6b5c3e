"""How computed attributes are made: ARNs, names and identifiers of IAM resources.

An ARN has a hole for the account while that is not known, and its symbol is the attribute's address in any case, so
that references to it join.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from scanner import values
from scanner.cause import ACCOUNT_ID
from scanner.facts import Home
from scanner.symbol import Part
from scanner.terraform.aws.after_apply import after_apply, attribute_of
from scanner.terraform.aws.arn_services import service_in_arn
from scanner.terraform.aws.resource_type import Compute, Resource
from scanner.values import Unknown, Value


def of_service(arn: Value, resource_type: str, partition: str) -> Value:
    """An ARN that is not known, with the service in it: a policy for a bucket is one for nothing else."""
    service, unknown = service_in_arn(resource_type), arn.unknown
    if service is None or unknown is None or unknown.symbol is None:
        return arn
    rest = Unknown(unknown.cause, Part(unknown.symbol, " after the service"))
    return replace(arn, data=replace(unknown, pieces=(f"arn:{partition}:{service}:", rest)))


def argument(name: str) -> Compute:
    """What another argument says."""

    def compute(resource: Resource) -> Value:
        value = resource.get(name)
        return value if not value.is_null else after_apply(resource.address, name)

    return compute


def arn(kind: str, name: str = "name") -> Compute:
    """The ARN of a resource of IAM with a path, given the argument that names it."""

    def compute(resource: Resource) -> Value:
        unknown = after_apply(resource.address, "arn").unknown
        own_name = resource.get(name)
        if unknown is None or own_name.is_null:
            return after_apply(resource.address, "arn")
        path = resource.get("path")
        parts = [
            f"arn:{resource.home.partition}:iam::",
            *(values.pieces(account(resource.home)) or ()),
            f":{kind}",
            *(values.pieces(path) or ("/",)),
            *(values.pieces(own_name) or ()),
        ]
        joined = values.joined(parts)
        if joined.unknown is None:
            return joined
        return Value(Unknown(unknown.cause, unknown.symbol, joined.unknown.pieces))

    return compute


def account(home: Home) -> Value:
    """The account that resources are created in: known, or the unknown that everybody means by it."""
    if home.account.id is not None:
        return Value(home.account.id)
    return Value(Unknown(ACCOUNT_ID, home.account.symbol))


def in_region(home: Home, region: Value) -> Home:
    """Where something is whose own ``region`` argument is this, as nearly everything has one in version 6."""
    return home if region.is_null else replace(home, region=region.text)


def name(resource: Resource) -> Value:
    """``name``; with ``name_prefix`` its beginning is known."""
    prefix = resource.get("name_prefix")
    return after_apply(resource.address, "name") if prefix.is_null else _beginning_with(prefix, resource)


def name_or_made_up(resource: Resource) -> Value:
    """The same where the provider makes a name up without it."""
    prefix = resource.get("name_prefix")
    return _beginning_with(prefix if not prefix.is_null else Value("terraform-"), resource)


def _beginning_with(prefix: Value, resource: Resource) -> Value:
    unknown = after_apply(resource.address, "name").unknown
    if unknown is None:
        return after_apply(resource.address, "name")
    suffix = Unknown(unknown.cause, Part(attribute_of(resource.address, "name"), " suffix"))
    joined = values.joined([*(values.pieces(prefix) or ()), suffix])
    return Value(Unknown(unknown.cause, unknown.symbol, joined.unknown.pieces if joined.unknown else ()))


def named(kind: str) -> Mapping[str, Compute]:
    """What the provider computes for an identity."""

    def own_name(resource: Resource) -> Value:
        value = resource.get("name")
        return value if not value.is_null else name(resource)

    return {
        "arn": arn(kind),
        "name": name,
        "id": own_name,
        "path": lambda _: Value("/"),
        "unique_id": lambda resource: identified(kind, after_apply(resource.address, "unique_id")),
    }


def identified(kind: str, unique_id: Value) -> Value:
    """The unique ID of an identity of a kind."""
    unknown = unique_id.unknown
    return unique_id if unknown is None else replace(unique_id, data=replace(unknown, identifies=kind))
