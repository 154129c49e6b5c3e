"""Data sources whose answers follow from the code. All others are read from the account, which code cannot know."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from scanner import values
from scanner.cause import Cause, CauseKind
from scanner.facts import Home
from scanner.iam import managed
from scanner.partition import url_suffix
from scanner.symbol import Attribute
from scanner.terraform import policy_document, policy_text
from scanner.terraform.address import ResourceAddress
from scanner.terraform.computed import account, of_service
from scanner.values import NULL, Unknown, Value


@dataclass(frozen=True, slots=True)
class DataSource:
    """One data source, as its attributes are asked for."""

    address: ResourceAddress
    arguments: Mapping[str, Value]
    """What is not set is null."""
    home: Home
    region: str | None
    """The region that the user gives."""
    render: Callable[[Value, Mapping[str, Value]], Value]
    """Evaluates a template text."""


def attribute(source: DataSource, name: str) -> Value:
    """An attribute that the block does not set; unknown, with its address as symbol, unless the code decides it."""
    read = _SOURCES.get(source.address.type)
    value = read(source, name) if read is not None else None
    if value is not None:
        return value
    found = read_at_plan(str(source.address), name)
    return of_service(found, source.address.type, source.home.partition) if name == "arn" else found


def read_at_plan(address: str, name: str) -> Value:
    """What only the account can tell."""
    symbol = Attribute(address, name)
    return Value(Unknown(Cause(CauseKind.UNRESOLVED_REFERENCE, f"{symbol} is read from the account"), symbol))


def _policy_document(source: DataSource, name: str) -> Value | None:
    if name in ("json", "minified_json"):
        return policy_text.rendered(policy_document.document(source.arguments), indented=name == "json")
    return NULL if name != "id" else None


def _caller_identity(source: DataSource, name: str) -> Value | None:
    return account(source.home) if name in ("account_id", "id") else None


def _partition(source: DataSource, name: str) -> Value | None:
    match name:
        case "partition" | "id":
            return Value(source.home.partition)
        case "dns_suffix":
            return Value(url_suffix(source.home.partition))
        case "reverse_dns_prefix":
            return Value(".".join(reversed((url_suffix(source.home.partition) or "").split("."))))
    return None


def _region(source: DataSource, name: str) -> Value | None:
    if name not in ("name", "id", "region"):
        return None
    known = source.home.region or source.region
    if known is not None:
        return Value(known)
    cause = Cause(CauseKind.MISSING_INPUT, "the region of the provider is not known")
    return Value(Unknown(cause, values.REGION))


def _policy(source: DataSource, name: str) -> Value | None:
    """``data.aws_iam_policy`` names a policy by ARN or by name; those that AWS manages are known."""
    arn = source.arguments["arn"]
    if arn.text is not None:
        found = managed.document(arn.text)
    elif source.arguments["name"].text is not None and source.arguments["path_prefix"].is_null:
        found = managed.document_by_name(source.arguments["name"].text, source.home.partition)
    else:
        return arn if name in ("arn", "id") and not arn.is_null else None
    if found is None:
        return arn if name in ("arn", "id") and not arn.is_null else None
    return {
        "arn": Value(found.arn),
        "id": Value(found.arn),
        "name": Value(found.name),
        "policy": Value(found.text),
    }.get(name)


def _named(argument: str) -> Callable[[DataSource, str], Value | None]:
    """Data sources that look an identity up by its name: the name is what was asked for."""
    return lambda source, name: source.arguments[argument] if name == "id" else None


def _template_file(source: DataSource, name: str) -> Value | None:
    """The data source that was there before ``templatefile``."""
    variables = source.arguments["vars"].data
    if isinstance(variables, tuple) and len(variables) == 1:
        variables = variables[0].data  # written as a block, as Terraform 0.11 had it
    if name != "rendered" or isinstance(variables, Unknown):
        return None
    return source.render(source.arguments["template"], variables if isinstance(variables, Mapping) else {})


_SOURCES: Mapping[str, Callable[[DataSource, str], Value | None]] = {
    "aws_iam_policy_document": _policy_document,
    "aws_caller_identity": _caller_identity,
    "aws_partition": _partition,
    "aws_region": _region,
    "aws_iam_policy": _policy,
    "template_file": _template_file,
    "aws_iam_role": _named("name"),
    "aws_iam_user": _named("user_name"),
}
