"""Outcomes and tasks as bytes, for other processes and for later scans.

Only frozen dataclasses and enumerations that are listed here are written and made, with their own constructors; no
other code is named by the bytes or called for them. What one part shares with another is written once and shared again.

    bytes  = checksum body          (BLAKE2b of the body, with the format as its key)
    body   = MessagePack of [whether all texts are well-formed Unicode, row…, value]
    row    = [number of the type, value of each field…]; an enumeration: [number, name]; a path: [number, text];
             the document of an AWS managed policy, of which every scanner has a copy: [number, ARN]
    value  = null, a boolean, a text, a number where the field holds numbers only;
             otherwise a number is the object of that row, a list a tuple, {"s": […]} a frozen set,
             {"m": [key, value, …]} a mapping; bytes are a text with surrogates

The format is part of the checksum: the types with the names of their fields. Bytes that were made by another version of
the scanner, that are cut off or changed are refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import Field, fields
from enum import Enum
from functools import cache
from hashlib import blake2b
from operator import attrgetter
from pathlib import Path, PurePath
from typing import Any, TypeVar

import msgspec

from scanner import calls, cause, controls, diagnostic, path_sections, root, span, symbol, truth
from scanner.iam import automaton, condition, evaluate, policy, principal, principal_element, variables
from scanner.iam.managed_document import ManagedDocument, managed_document
from scanner.joining import names
from scanner.looks import Notes
from scanner.principals import definition
from scanner.verdicts import assessed_principal, console, question, sign_in
from scanner.work import outcome

T = TypeVar("T")

_CHECKSUM = 16
RECORDS: tuple[type, ...] = (
    span.Span,
    cause.Cause,
    truth.Truth,
    diagnostic.Diagnostic,
    symbol.Account,
    symbol.Named,
    symbol.Block,
    symbol.Attribute,
    symbol.PolicyPath,
    symbol.IdentityCenterPath,
    symbol.PermissionSetArn,
    symbol.AppliedBy,
    symbol.Part,
    symbol.Call,
    symbol.Repetition,
    automaton.Hole,
    variables.Variable,
    condition.Condition,
    policy.Patterns,
    principal_element.PrincipalPattern,
    principal_element.Principals,
    policy.Statement,
    policy.PolicyDocument,
    principal.AttachedPolicy,
    principal.Principal,
    evaluate.StatementMatch,
    evaluate.Decision,
    definition.GroupMembership,
    definition.Bringer,
    definition.PrincipalDefinition,
    console.ConsoleAccess,
    sign_in.Permission,
    sign_in.AwsLogin,
    assessed_principal.AssessedPrincipal,
    names.Name,
    names.RootNames,
    outcome.Outcome,
    root.Assumption,
    root.ValuesFile,
    root.Inputs,
    root.ScanRoot,
    controls.AccountControls,
    path_sections.PathSection,
    question.Question,
    question.Questions,
    outcome.Task,
    outcome.Terms,
    calls.Calls,
)
WORDS: tuple[type[Enum], ...] = (
    cause.CauseKind,
    diagnostic.Severity,
    symbol.Setting,
    symbol.NameKind,
    symbol.Aspect,
    automaton.Wildcard,
    condition.Quantifier,
    principal.PrincipalKind,
    principal.PolicyType,
    principal.How,
    evaluate.Outcome,
    console.Access,
    console.Via,
    sign_in.Client,
    root.RootKind,
    names.NameKind,
)
_SCALARS = frozenset({"str", "int", "bool", "None"})
"""Types, as they are written, of fields that stand in a row as they are."""
_AS_IT_IS = (str, bool)

Write = Callable[[object], object]
Read = Callable[[object], Any]


class CodecError(ValueError):
    """These bytes are not what this version writes."""


def encode(value: object) -> bytes:
    """A value of the listed types as bytes. Raises ``CodecError`` for any other, and for what has no place in them."""
    rows: list[object] = []
    written: dict[int, tuple[int, object]] = {}  # with the object, whose identity would otherwise be another's
    plans = _plans()

    def write(one: Any) -> object:
        if one is None:
            return None
        kind = type(one)
        if kind is tuple:
            return [write(item) for item in one] if one else one
        if kind in _AS_IT_IS:
            return one
        known = written.get(id(one))
        if known is not None:
            return known[0]
        plan = plans.get(kind)
        if plan is not None:
            number, parts, others = plan
            row: list[object] = [number, *parts(one)]
            for place in others:
                row[place] = write(row[place])
        elif kind is ManagedDocument:
            row = [_MANAGED, one.managed]
        elif kind is frozenset:
            return {"s": [write(item) for item in one]}
        elif isinstance(one, Mapping):
            return {"m": [write(part) for pair in one.items() for part in pair]}
        elif kind in _NUMBERS:
            row = [_NUMBERS[kind], one.name]
        elif isinstance(one, PurePath):
            row = [_PATH, str(one)]
        else:
            raise CodecError(f"{kind.__name__} has no place in the codec")
        written[id(one)] = len(rows), one
        rows.append(row)
        return len(rows) - 1

    rows.append(write(value))
    try:
        body = _packed(rows)
    except (OverflowError, RecursionError) as problem:  # a number that nobody means, a nesting that nobody writes
        raise CodecError(str(problem)) from problem
    return checksum(body) + body


def sealed(parts: Sequence[bytes]) -> bytes:
    """Several bytes as one, which can be told from any others."""
    body = msgspec.msgpack.encode(parts)
    return checksum(body) + body


def unsealed(data: bytes) -> list[bytes]:
    """The bytes that ``sealed`` was given. Raises ``CodecError``."""
    body = data[_CHECKSUM:]
    if data[:_CHECKSUM] != checksum(body):
        raise CodecError("these bytes were made by another version, or changed")
    return _PARTS.decode(body)


def pack(entries: Sequence[tuple[str, int, bytes]]) -> bytes:
    """Bytes with a name and a number each, as one."""
    body = msgspec.msgpack.encode(entries)
    return checksum(body) + body


def unpack(data: bytes) -> list[tuple[str, int, bytes]]:
    """What ``pack`` was given. Raises ``CodecError``."""
    body = data[_CHECKSUM:]
    if data[:_CHECKSUM] != checksum(body):
        raise CodecError("these bytes were made by another version, or changed")
    return _ENTRIES.decode(body)


_ENTRIES = msgspec.msgpack.Decoder(list[tuple[str, int, bytes]])
_PARTS = msgspec.msgpack.Decoder(list[bytes])
_NOTES = msgspec.msgpack.Decoder(list[tuple[str, str, int, str, str]])


def encode_notes(notes: Notes) -> bytes:
    """What was looked at, with the answers. Raises ``CodecError`` for a path that is not well-formed Unicode."""
    marks = notes.marks
    try:
        return msgspec.msgpack.encode([(*one, answer, marks.get(one, "")) for one, answer in notes.answers.items()])
    except UnicodeEncodeError as problem:
        raise CodecError("a path is not well-formed") from problem


def decode_notes(data: bytes) -> list[tuple[str, str, int, str, str]]:
    """Looks with their answers and marks. Raises ``CodecError``."""
    try:
        return _NOTES.decode(data)
    except msgspec.DecodeError as problem:
        raise CodecError("these are no notes") from problem


def _packed(rows: list[object]) -> bytes:
    try:
        return msgspec.msgpack.encode([True, *rows])
    except UnicodeEncodeError:
        return msgspec.msgpack.encode([False, *(_without_surrogates(row) for row in rows)])


def _without_surrogates(found: Any) -> object:
    """The same with bytes in place of texts that are not well-formed."""
    match found:
        case str() if not found.isascii():
            written = found.encode("utf-8", "surrogatepass")
            return found if _is_well_formed(written) else written
        case list():
            return [_without_surrogates(part) for part in found]
        case dict():
            return {key: _without_surrogates(part) for key, part in found.items()}
    return found


def _is_well_formed(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def _with_surrogates(found: Any) -> object:
    match found:
        case bytes():
            return found.decode("utf-8", "surrogatepass")
        case list():
            return [_with_surrogates(part) for part in found]
        case dict():
            return {key: _with_surrogates(part) for key, part in found.items()}
    return found


def decode(data: bytes, kind: type[T]) -> T:
    """The value of a type that bytes were made of. Raises ``CodecError``."""
    body = data[_CHECKSUM:]
    if data[:_CHECKSUM] != checksum(body):
        raise CodecError("these bytes were made by another version, or changed")
    try:
        is_plain, *rows = msgspec.msgpack.decode(body)
        found = _decoded(rows if is_plain else [_with_surrogates(row) for row in rows])
    except (msgspec.DecodeError, LookupError, TypeError, ValueError, AttributeError) as problem:
        raise CodecError("these bytes have another form") from problem
    if not isinstance(found, kind):
        raise CodecError(f"this is no {kind.__name__}")
    return found


def _decoded(rows: list[Any]) -> object:
    made: list[object] = []
    makers = _makers()

    def read(one: Any) -> Any:
        kind = type(one)
        if kind is int:
            return made[one]
        if kind is list:
            return tuple([read(item) for item in one]) if one else ()
        if kind is dict:
            if "s" in one:
                return frozenset([read(item) for item in one["s"]])
            parts = [read(item) for item in one["m"]]
            return dict(zip(parts[::2], parts[1::2], strict=True))
        return one

    last = rows.pop()
    for row in rows:
        make, others = makers[row[0]]
        for place in others:
            value = row[place]
            if value is not None:
                row[place] = made[value] if type(value) is int else read(value)
        made.append(make(*row[1:]))
    return read(last)


@cache
def _plans() -> dict[type, tuple[int, Callable[[Any], tuple[object, ...]], tuple[int, ...]]]:
    """For each record its number, what gives its parts, and the places in its rows of what is no scalar."""
    found = ((number, kind, *_fields(kind)) for number, kind in enumerate(RECORDS))
    return {kind: (number, _parts(names), others) for number, kind, names, others in found}


def _parts(names: tuple[str, ...]) -> Callable[[Any], tuple[object, ...]]:
    get = attrgetter(*names)
    return get if len(names) > 1 else lambda one: (get(one),)


_NUMBERS = {kind: len(RECORDS) + number for number, kind in enumerate(WORDS)}
_PATH = len(RECORDS) + len(WORDS)
_MANAGED = _PATH + 1


def _fields(kind: type) -> tuple[tuple[str, ...], tuple[int, ...]]:
    found: tuple[Field[Any], ...] = fields(kind)
    others = (place for place, one in enumerate(found, 1) if not _is_scalar(one))
    return tuple(one.name for one in found), tuple(others)


def _is_scalar(one: Field[Any]) -> bool:
    return set(str(one.type).replace("|", " ").split()) <= _SCALARS


@cache
def _makers() -> list[tuple[Callable[..., object], tuple[int, ...]]]:
    """For each number what makes an object of a row, and the places in it of what is no scalar."""
    found: list[tuple[Callable[..., object], tuple[int, ...]]] = [
        (kind, others) for kind, (_, _, others) in _plans().items()
    ]
    found += [(kind.__getitem__, ()) for kind in WORDS]
    return [*found, (Path, ()), (managed_document, ())]


@cache
def _format() -> bytes:
    """What tells the format of one version from that of another: a digest."""
    lines = [f"{kind.__module__}.{kind.__name__} {_fields(kind)}" for kind in RECORDS]
    lines += [f"{kind.__module__}.{kind.__name__} {[*kind.__members__]}" for kind in WORDS]
    return blake2b("\n".join(lines).encode(), digest_size=32).digest()


def checksum(body: bytes) -> bytes:
    """What stands before a body that this version has written."""
    return blake2b(body, digest_size=_CHECKSUM, key=_format()).digest()
