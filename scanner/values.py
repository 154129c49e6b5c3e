"""Evaluated values, known or not, each with the place it came from.

A front-end evaluates its language to these; the IAM evaluator reads policy documents from them. What cannot be
known is an ``Unknown`` with a cause, never ``None`` and never an empty list. An unknown usually has a symbol, a
canonical name for what it would be, so that two references to the same unknown still compare as equal, and a text
that is known in part keeps its known pieces around the holes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from decimal import Decimal
from typing import TypeAlias

from scanner.cause import Cause
from scanner.lazy_dataclass import dataclass
from scanner.span import Span
from scanner.symbol import Account, Attribute, Setting, Symbol
from scanner.truth import NO, YES, Truth, truth, undetermined

ACCOUNT = Account()
"""Symbol of the account that the code is applied in, where it is applied in one."""
REGION = Setting.REGION
PARTITION = Setting.PARTITION


MAX_PIECES = 1000
"""A text in more pieces than this is not known at all: nobody writes one, and matching takes time for each."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """What cannot be known, and why."""

    cause: Cause
    symbol: Symbol | None = None
    """What it is. Equal symbols stand for equal values."""
    pieces: tuple[str | Unknown, ...] = ()
    """For a text that is known in part: literal text around holes, without empty or adjacent literals.
    Empty when nothing is known about the text, or when it is not a text."""
    candidates: tuple[Value | None, ...] = field(default=(), compare=False)
    """What it can turn out to be, where that is one of few; None for nothing at all. Empty when it can be anything."""
    is_account_id: bool = field(default=False, compare=False)
    """Where a principal is expected, only the ID of an account has the required form."""
    identifies: str = field(default="", compare=False)
    """Of which kind of identity it is the unique ID: ``user``, ``role``, ``group``."""
    is_set: bool = field(default=False, compare=False)
    """Whatever its elements are, it is a set of them."""

    @property
    def parts(self) -> tuple[Value, ...]:
        """What is known inside, where it is a collection of which something is."""
        return ()


Data: TypeAlias = "bool | int | Decimal | str | tuple[Value, ...] | Mapping[str, Value] | Unknown | None"


@dataclass(frozen=True, slots=True)
class Value:
    """A value and its origin. Only ``data`` takes part in equality."""

    data: Data
    span: Span | None = field(default=None, compare=False)
    """The expression that made it."""
    trail: tuple[Span, ...] = field(default=(), compare=False)
    """Places it passed through afterwards (module arguments, locals), the latest last."""
    source: Attribute | None = field(default=None, compare=False)
    """The attribute of a resource that it was read from and passed on as it is, so that it names that resource."""
    encodes: Value | None = field(default=None, compare=False)
    """For JSON text made by an encoder in the code: the value it encodes, which still has its own spans and
    tells known parts from unknown ones."""

    @property
    def unknown(self) -> Unknown | None:
        """The unknown that this is, or None when something definite is there (perhaps with unknown parts)."""
        return self.data if isinstance(self.data, Unknown) else None

    @property
    def text(self) -> str | None:
        """The text that this is, or None when it is not a string or not wholly known."""
        return self.data if isinstance(self.data, str) else None

    @property
    def entries(self) -> Mapping[str, Value]:
        """What a mapping has by key; nothing for anything else."""
        return self.data if isinstance(self.data, Mapping) else {}

    @property
    def elements(self) -> tuple[Value, ...]:
        """The elements of a list; the value itself for anything else, as if it stood in a list."""
        return self.data if isinstance(self.data, tuple) else (self,)

    @property
    def is_null(self) -> bool:
        """True for null, which in Terraform means: as if it had not been written."""
        return self.data is None

    def at(self, span: Span | None) -> Value:
        """The same value, said to come from ``span``."""
        return Value(self.data, span, self.trail, self.source, self.encodes)

    def read_from(self, source: Attribute) -> Value:
        """The same value, which was read from an attribute of a resource."""
        if type(self) is Value:  # much faster
            return Value(self.data, self.span, self.trail, source, self.encodes)
        return replace(self, source=source)

    def passed(self, span: Span) -> Value:
        """The same value after it went through the expression at ``span``."""
        return replace(self, trail=(*self.trail, span))


NULL = Value(None)


def unknown(cause: Cause, symbol: Symbol | None = None, span: Span | None = None) -> Value:
    """A value of which nothing is known but its cause and perhaps its symbol."""
    return Value(Unknown(cause, symbol), span if span is not None else cause.span)


def of(data: object, span: Span | None = None) -> Value:
    """Plain Python data (as JSON readers make it) as a value; every part gets the same span.

    Floats become decimals. Raises TypeError for anything JSON could not hold.
    """
    if type(data) is str:  # as most parts of a document
        return Value(data, span)
    match data:
        case Value():
            return data
        case None | bool() | int() | Decimal() | str():
            return Value(data, span)
        case float():
            return Value(Decimal(repr(data)), span)
        case list() | tuple():
            return Value(tuple(of(item, span) for item in data), span)
        case dict():
            return Value({str(key): of(item, span) for key, item in data.items()}, span)
    raise TypeError(f"no value for {type(data).__name__}")


def pieces(value: Value) -> tuple[str | Unknown, ...] | None:
    """A text as literal pieces and holes; an unknown of which nothing is known is one hole. None if not a string."""
    match value.data:
        case str(text):
            return (text,) if text else ()
        case Unknown(pieces=known) if known:
            return known
        case Unknown() as hole:
            return (hole,)
    return None


def joined(parts: Iterable[str | Unknown], span: Span | None = None) -> Value:
    """One text from literal pieces and holes; known when there is no hole."""
    flat: list[str | Unknown] = []
    literal: list[str] = []
    for part in parts:
        for piece in part.pieces if isinstance(part, Unknown) and part.pieces else (part,):
            if isinstance(piece, str):
                literal.append(piece)
                continue
            if any(literal):
                flat.append("".join(literal))
            literal.clear()
            flat.append(piece)
    if not flat:
        return Value("".join(literal), span)
    if any(literal):
        flat.append("".join(literal))
    hole = next(piece for piece in flat if isinstance(piece, Unknown))
    if len(flat) == 1:
        return Value(hole, span)
    if len(flat) > MAX_PIECES:
        return Value(Unknown(hole.cause), span)
    return Value(Unknown(hole.cause, None, tuple(flat)), span)


def holes(value: Value) -> tuple[Unknown, ...]:
    """Every unknown inside a value, in order: itself, the holes of its text, and those of its parts."""
    match value.data:
        case Unknown(pieces=()) as hole:
            return (hole,)
        case Unknown(pieces=parts):
            return tuple(part for part in parts if isinstance(part, Unknown))
        case tuple() as items:
            return tuple(hole for item in items for hole in holes(item))
        case Mapping() as entries:
            return tuple(hole for item in entries.values() for hole in holes(item))
    return ()


def same_text(left: Value, right: Value) -> Truth:
    """Whether two texts are equal; undetermined, with the causes, while a hole could make them so.

    Anything that is not a string is equal to nothing.
    """
    a, b = pieces(left), pieces(right)
    if a is None or b is None:
        return NO
    if left.unknown is not None and right.unknown is not None:
        symbol = left.unknown.symbol
        if symbol is not None and symbol == right.unknown.symbol:
            return YES
    if _same_pieces(a, b):
        return YES
    if all(isinstance(piece, str) for piece in (*a, *b)):
        return truth(a == b)
    if not could_be_equal(a, b):
        return NO
    return undetermined(*(piece.cause for piece in (*a, *b) if isinstance(piece, Unknown)))


def _same_pieces(a: tuple[str | Unknown, ...], b: tuple[str | Unknown, ...]) -> bool:
    if len(a) != len(b):
        return False
    for x, y in zip(a, b, strict=True):
        if isinstance(x, Unknown) and isinstance(y, Unknown):
            if x.symbol is None or x.symbol != y.symbol:
                return False
        elif x != y:
            return False
    return True


def could_be_equal(a: tuple[str | Unknown, ...], b: tuple[str | Unknown, ...]) -> bool:
    """False only if no filling of the holes makes the two texts equal. May answer True too often, never too seldom."""
    if not any(isinstance(piece, Unknown) for piece in a):
        return _fits("".join(str(piece) for piece in a), b)
    if not any(isinstance(piece, Unknown) for piece in b):
        return _fits("".join(str(piece) for piece in b), a)
    prefixes = [piece[0] if piece and isinstance(piece[0], str) else "" for piece in (a, b)]
    suffixes = [piece[-1] if piece and isinstance(piece[-1], str) else "" for piece in (a, b)]
    return all(x.startswith(y) or y.startswith(x) for x, y in [prefixes]) and all(
        x.endswith(y) or y.endswith(x) for x, y in [suffixes]
    )


def _fits(text: str, parts: tuple[str | Unknown, ...]) -> bool:
    """Whether the text has the literal pieces in order, anchored where no hole stands."""
    position = 0
    for number, part in enumerate(parts):
        if isinstance(part, Unknown):
            continue
        anchored_start = number == 0
        anchored_end = number == len(parts) - 1
        if anchored_start and not text.startswith(part):
            return False
        if anchored_end:
            start = len(text) - len(part)
            return start >= position and text.endswith(part) and (not anchored_start or text == part)
        found = 0 if anchored_start else text.find(part, position)
        if found == -1:
            return False
        position = found + len(part)
    return True if parts else text == ""
