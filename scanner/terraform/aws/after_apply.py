"""What only the provider knows, once it has created a resource."""

from __future__ import annotations

from scanner.cause import Cause, CauseKind
from scanner.span import Span
from scanner.symbol import Attribute
from scanner.terraform.address import ResourceAddress
from scanner.terraform.aws.vocabulary import ACCOUNT_IDS, IDENTIFIERS
from scanner.values import Unknown, Value


def attribute_of(address: ResourceAddress, name: str) -> Attribute:
    """The symbol of an attribute, which says where the attribute is certainly a text."""
    return Attribute(str(address), name, is_text=name in IDENTIFIERS and address.type.startswith("aws_"))


def after_apply(address: ResourceAddress, attribute: str, span: Span | None = None) -> Value:
    """What the provider computes when the resource is created."""
    symbol = attribute_of(address, attribute)
    cause = Cause(CauseKind.KNOWN_AFTER_APPLY, f"{symbol}, which is known after apply", span)
    return Value(Unknown(cause, symbol, is_account_id=(address.type, attribute) in ACCOUNT_IDS), span)
