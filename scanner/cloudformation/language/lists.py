"""The intrinsic functions about lists: ``Fn::Split``, ``Fn::Select``, ``Fn::Length``, ``Fn::Cidr`` and ``Fn::GetAZs``.

An element of a list of which nothing is known, not even a symbol or a piece, may turn out not to be there
(``AWS::NoValue``), or to be several. Positions after it are then unknown, and so is the number of elements.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import ip_network
from itertools import islice
from typing import TYPE_CHECKING

from scanner.budget import spend
from scanner.cause import Cause, CauseKind
from scanner.cloudformation.language.arguments import arguments, first_unknown, malformed, may_vanish
from scanner.cloudformation.language.text import text_pieces
from scanner.cloudformation.template.scalars import as_text
from scanner.regexes import whole
from scanner.symbol import Named, NameKind, Part, Symbol
from scanner.values import ACCOUNT, PARTITION, REGION, Unknown, Value, joined, unknown

if TYPE_CHECKING:
    from scanner.cloudformation.language.names import Names
    from scanner.span import Span

_ALPHABETS: Mapping[Symbol, re.Pattern[str]] = {
    ACCOUNT: whole("[0-9]*"),
    PARTITION: whole("[a-z-]*"),
    REGION: whole("[a-z0-9-]*"),
    Named(NameKind.VALUE, "AWS::StackName"): whole("[A-Za-z0-9-]*"),
}
"""What unknown texts are made of. A delimiter that is not cannot stand in them."""
_NUMBER = whole("[0-9]{1,6}")
_MAX_BLOCKS = 256
_STEPS = 3
"""Of an element that is made."""


def split(argument: Value, span: Span | None, _: Names) -> Value:
    """``Fn::Split``. An unknown piece in which the delimiter may stand gives an unknown number of elements."""
    parts = arguments(argument)
    delimiter = parts[0].text if len(parts) == 2 else None
    pieces = text_pieces(parts[1]) if len(parts) == 2 else None
    if delimiter is None or delimiter == "" or pieces is None:
        return first_unknown(parts, span) or malformed("Fn::Split without a delimiter and a string", span)
    if len(pieces) == 1 and isinstance(pieces[0], Unknown) and not _excludes(pieces[0], delimiter):
        return unknown(pieces[0].cause, span=span)
    elements: list[list[str | Unknown]] = [[]]
    for piece in pieces:
        if isinstance(piece, Unknown):
            elements[-1].append(piece)
            continue
        first, *others = piece.split(delimiter)
        spend(_STEPS * len(others))
        elements[-1].append(first)
        elements.extend([other] for other in others)
    return Value(tuple(_element(element, delimiter, span) for element in elements), span)


def _element(parts: list[str | Unknown], delimiter: str, span: Span | None) -> Value:
    splitting = [part for part in parts if isinstance(part, Unknown) and not _excludes(part, delimiter)]
    return unknown(splitting[0].cause, span=span) if splitting else joined(parts, span)


def _excludes(hole: Unknown, delimiter: str) -> bool:
    """Whether the delimiter can stand neither in what is not known nor across its border."""
    alphabet = _ALPHABETS.get(hole.symbol) if hole.symbol is not None else None
    return alphabet is not None and not any(alphabet.fullmatch(character) for character in delimiter)


def select(argument: Value, span: Span | None, _: Names) -> Value:
    """``Fn::Select``. Of a list of which only the symbol is known, the element has a symbol too."""
    parts = arguments(argument)
    index = as_text(parts[0].data) if len(parts) == 2 else None
    if index is None or not _NUMBER.fullmatch(index):
        return first_unknown(parts, span) or malformed("Fn::Select without an index and a list", span)
    place, elements = int(index), parts[1].data
    if isinstance(elements, Unknown):
        symbol = Part(elements.symbol, f"[{place}]") if elements.symbol is not None else None
        return unknown(elements.cause, symbol, span)
    if not isinstance(elements, tuple):
        return malformed("Fn::Select without an index and a list", span)
    spend(min(place, len(elements)))
    doubt = first_unknown((element for element in elements[: place + 1] if may_vanish(element)), span)
    if doubt is not None:
        return doubt
    return (
        elements[place]
        if place < len(elements)
        else malformed(f"the element {place} of Fn::Select, which does not exist", span)
    )


def length(argument: Value, span: Span | None, _: Names) -> Value:
    """``Fn::Length``."""
    if not isinstance(argument.data, tuple):
        return first_unknown((argument,), span) or malformed("the argument of Fn::Length, which is not a list", span)
    spend(len(argument.data))
    doubt = first_unknown((element for element in argument.data if may_vanish(element)), span)
    return doubt or Value(len(argument.data), span)


def cidr(argument: Value, span: Span | None, _: Names) -> Value:
    """``Fn::Cidr``: the first blocks of a network. The last argument counts the bits that are left for hosts."""
    parts = arguments(argument)
    doubt = first_unknown(parts, span)
    if doubt is not None:
        return doubt
    texts = [as_text(part.data) for part in parts]
    if len(texts) == 2:
        detail = "Fn::Cidr without a number of bits, whose default is not documented"
        return unknown(Cause(CauseKind.UNSUPPORTED, detail, span), span=span)
    if len(texts) != 3 or None in texts or not all(_NUMBER.fullmatch(text or "") for text in texts[1:]):
        return malformed("Fn::Cidr without a block, a count and a number of bits", span)
    spend(_MAX_BLOCKS)
    block, count, bits = texts[0] or "", int(texts[1] or ""), int(texts[2] or "")
    try:
        network = ip_network(block, strict=False)
        blocks = tuple(
            map(str, islice(network.subnets(new_prefix=network.max_prefixlen - bits), min(count, _MAX_BLOCKS)))
        )
    except ValueError:
        return malformed(f'Fn::Cidr, which cannot divide "{block}" into blocks of {bits} bits', span)
    if not 0 < count <= _MAX_BLOCKS or len(blocks) < count:
        return malformed(f'Fn::Cidr, which cannot make {count} blocks of "{block}"', span)
    return Value(tuple(Value(text, span) for text in blocks), span)


def availability_zones(_: Value, span: Span | None, __: Names) -> Value:
    """``Fn::GetAZs``: each account has zones of its own."""
    return unknown(Cause(CauseKind.KNOWN_AFTER_APPLY, "the availability zones of the account", span), span=span)
