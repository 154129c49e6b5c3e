"""JSON that AWS sends as types, each entry of a list with its place.

Entries are made types one by one, so that one which is not as it must be costs itself only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar
from urllib.parse import unquote

import msgspec
from msgspec import Raw

from scanner.budget import spend
from scanner.span import Span

Entry = TypeVar("Entry")
Said = TypeVar("Said")
_BYTES = 5
"""A power of two: so many bytes are a step."""


class DetailsError(Exception):
    """Something is not what AWS sends. The message is a clause about it."""


def placed(
    path: str, data: bytes, found: Iterable[Raw], kind: type[Entry]
) -> Iterator[tuple[Entry | DetailsError, Span]]:
    """The entries of a list in a file, in their order, each with its place.

    In the place of one that is not as it must be there is what is wrong with it.
    """
    position, line = 0, 1
    for raw in found:
        text = bytes(raw)
        start = data.find(text, position)
        line += data.count(b"\n", position, start)
        end_line = line + text.count(b"\n")
        column = start - data.rfind(b"\n", 0, start)
        end = start + len(text)
        span = Span(path, line, column, end_line, end - data.rfind(b"\n", 0, end))
        position, line = end, end_line
        try:
            yield decoded(text, kind), span
        except DetailsError as problem:
            yield problem, span


def read_each(
    path: str, data: bytes, found: Iterable[Raw], kind: type[Entry], read: Callable[[Entry, Span], Said]
) -> Iterator[tuple[Said | DetailsError, Span]]:
    """What is read of each entry of a list in a file, with its place.

    In the place of one that is not right there is what is wrong with it, be it said by ``read``.
    """
    for entry, span in placed(path, data, found, kind):
        if isinstance(entry, DetailsError):
            yield entry, span
            continue
        try:
            yield read(entry, span), span
        except DetailsError as problem:
            yield problem, span


def whole(text: str, kind: type[Entry]) -> tuple[Entry, bytes]:
    """A file as a type, and its bytes. Raises ``DetailsError``."""
    data = text.encode()
    spend(len(data) >> _BYTES)
    return decoded(data, kind), data


def decoded(text: bytes, kind: type[Entry]) -> Entry:
    """JSON as a type. Raises ``DetailsError``."""
    try:
        return msgspec.json.decode(text, type=kind)
    except msgspec.ValidationError as problem:
        raise DetailsError(f"it is not what AWS sends: {problem}") from problem
    except (msgspec.DecodeError, UnicodeError) as problem:
        raise DetailsError(f"it is not valid JSON: {problem}") from problem
    except RecursionError as problem:
        raise DetailsError("it is nested too deeply") from problem


def document(found: object) -> object:
    """A policy document as it was sent, without the escapes of the API."""
    return unquote(found) if isinstance(found, str) and found.lstrip()[:1] == "%" else found
