"""What ``Ref`` and ``Fn::GetAtt`` give for a resource before there is a stack.

Names that the template fixes are known, and so are the ARNs made of them, but for partition and account. Everything
else is unknown under the symbol ``LOGICAL_ID.Ref`` or ``LOGICAL_ID.ATTRIBUTE``, so that it still joins; in a nested
stack the logical ID has that of the stack and ``/`` before it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from scanner.cause import Cause, CauseKind
from scanner.cloudformation.language.intrinsics import evaluate
from scanner.cloudformation.language.text import text_pieces
from scanner.cloudformation.resource_types import MANAGED_POLICY, OIDC_PROVIDER, SAML_PROVIDER, resource_type
from scanner.cloudformation.stacks.cross_region import READER, read_by
from scanner.cloudformation.stacks.resource_arns import service_in_arn
from scanner.symbol import Attribute, Part
from scanner.values import Unknown, Value, joined, unknown

if TYPE_CHECKING:
    from scanner.cloudformation.language.names import Names
    from scanner.cloudformation.template.sections import Resource

NESTED_STACKS = frozenset({"AWS::CloudFormation::Stack", "AWS::Serverless::Application"})
"""Types of resources that are stacks of their own."""

_KEPT = 16
"""Characters of a logical ID that are in every generated name. They have 64 to 128, 13 of which are random."""


def reference(resource: Resource, names: Names) -> Value:
    """The name of a user, group or role, the ARN of a managed policy or identity provider."""
    known = resource_type(resource.type)
    if known.reference_is_arn:
        return names.attribute(resource.logical_id, "Arn", None)
    if known.name_property is not None:
        return name_of(resource, names)
    return _of_service(resource, "Ref", names)


def attribute(resource: Resource, name: str, names: Names) -> Value:
    """An attribute: the ARN of an identity or policy as far as it is known, otherwise unknown."""
    if resource.type == MANAGED_POLICY and name == "PolicyArn":
        return names.attribute(resource.logical_id, "Arn", None)
    kind = resource_type(resource.type).arn_kind
    if name == "Arn" and kind is not None:
        return _arn(resource, kind, names)
    if name == "Arn" and resource.type == OIDC_PROVIDER:
        return _provider_arn(resource, names)
    if resource.type in NESTED_STACKS and name.startswith("Outputs."):
        return names.nested_output(resource, name.removeprefix("Outputs."))
    if resource.type == READER:
        return read_by(resource, name, names) or _after_deployment(resource, name, names)
    return _of_service(resource, name, names)


def _of_service(resource: Resource, name: str, names: Names) -> Value:
    """What is known after deployment only; of an ARN the service, so that a policy for a bucket is one for no other."""
    found = _after_deployment(resource, name, names)
    service = service_in_arn(resource.type, name)
    if service is None or found.unknown is None:
        return found
    rest = replace(found.unknown, symbol=Part(Attribute(names.symbol(resource.logical_id), name), " after the service"))
    return _with_symbol(joined(("arn:", names.partition, f":{service}:", rest)), resource, name, names)


def name_of(resource: Resource, names: Names) -> Value:
    """The name that the template gives, else an unknown that stands for the generated one.

    Its symbol is ``LOGICAL_ID.Ref``; where ``Ref`` gives an ARN, ``LOGICAL_ID.Name``.
    """
    known = resource_type(resource.type)
    symbol = "Name" if known.reference_is_arn else "Ref"
    written = resource.get(known.name_property) if known.name_property is not None else None
    found = evaluate(written, names) if written is not None else None
    if found is None or found.is_null:
        return _generated_name(resource, symbol, names)
    parts = text_pieces(found)
    if parts is None:
        cause = Cause(CauseKind.MALFORMED, f'the name of "{resource.logical_id}", which is not a string', found.span)
        return unknown(cause, Attribute(names.symbol(resource.logical_id), symbol), found.span)
    return _with_symbol(Value(found.data if found.unknown else joined(parts).data, found.span), resource, symbol, names)


def _generated_name(resource: Resource, symbol: str, names: Names) -> Value:
    """``STACK-LOGICAL_ID-RANDOM``, in which what is long is cut off at its end: nobody writes such a name down.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-name.html
    """
    whole = _after_deployment(resource, symbol, names)
    if whole.unknown is None:
        return whole
    own = Attribute(names.symbol(resource.logical_id), symbol)
    before, after = (replace(whole.unknown, symbol=Part(own, end)) for end in (" start", " end"))
    parts = (before, f"-{resource.logical_id[:_KEPT]}", after)
    return _with_symbol(joined(parts, resource.span), resource, symbol, names)


def _arn(resource: Resource, kind: str, names: Names) -> Value:
    reference_is_arn = resource_type(resource.type).reference_is_arn
    name = name_of(resource, names) if reference_is_arn else names.reference(resource.logical_id, None)
    written = resource.get("Path") if resource.type != SAML_PROVIDER else None
    path = evaluate(written, names) if written is not None else None
    path_parts: tuple[str | Unknown, ...] = ("/",)
    if path is not None and not path.is_null:
        path_parts = text_pieces(path) or ("/",)
    parts = ("arn:", names.partition, ":iam::", names.account, f":{kind}", *path_parts, *(text_pieces(name) or ()))
    return _with_symbol(joined(parts, resource.span), resource, "Arn", names)


def _provider_arn(resource: Resource, names: Names) -> Value:
    written = resource.get("Url")
    url = evaluate(written, names) if written is not None else None
    if url is not None and url.text is not None:
        host: str | Unknown = url.text.removeprefix("https://")
    else:
        cause = Cause(
            CauseKind.KNOWN_AFTER_APPLY,
            f'the URL of "{resource.logical_id}", which is known when the stack is deployed',
            resource.span,
        )
        host = Unknown(cause, Attribute(names.symbol(resource.logical_id), "Url"))
    parts = ("arn:", names.partition, ":iam::", names.account, ":oidc-provider/", host)
    return _with_symbol(joined(parts, resource.span), resource, "Arn", names)


def _after_deployment(resource: Resource, what: str, names: Names) -> Value:
    symbol = Attribute(names.symbol(resource.logical_id), what)
    cause = Cause(CauseKind.KNOWN_AFTER_APPLY, f"{symbol}, which is known when the stack is deployed", resource.span)
    return unknown(cause, symbol, resource.span)


def _with_symbol(value: Value, resource: Resource, what: str, names: Names) -> Value:
    """A symbol for an unknown that has none yet: two references to one parameter, say, must stay equal."""
    if value.unknown is None or value.unknown.symbol is not None:
        return value
    return replace(value, data=replace(value.unknown, symbol=Attribute(names.symbol(resource.logical_id), what)))
