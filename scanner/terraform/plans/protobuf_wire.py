"""Protocol buffers without a schema: the fields of a message by number.

A plan file has a dozen fields that we need, and this is all that it takes to read them. The library would bring code
that is generated from somebody else's schema, and a version that has to fit what else is installed.

https://protobuf.dev/programming-guides/encoding/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scanner.budget import spend

Fields = Mapping[int, Sequence[int | memoryview]]
"""What each field of a message holds, in order: numbers, or bytes for texts, byte strings and messages inside."""

_NUMBER, _LENGTH_AND_BYTES = 0, 2
_FIXED = {1: 8, 5: 4}
"""Kinds of fields."""
_MAX_VARINT_BITS = 64
_STEPS = 4
"""Of a field, which is an object in memory, and may be two bytes in the file."""
_AT_ONCE = 4096
"""A power of two: fields of one message that are charged together."""


class WireError(Exception):
    """The bytes are not a message."""


def fields(message: memoryview) -> Fields:
    """The fields of a message. Nothing is copied. Raises ``WireError``."""
    try:
        return _fields(message)
    except IndexError:
        raise WireError("it ends in the middle of a number") from None


def _fields(message: memoryview) -> Fields:
    """A plan has a hundred thousand fields, nearly all with numbers of one byte, which are read here without a call."""
    found: dict[int, list[int | memoryview]] = {}
    position = count = 0
    end = len(message)
    while position < end:
        count += 1
        if not count & (_AT_ONCE - 1):
            spend(_AT_ONCE * _STEPS)
        tag = message[position]
        position += 1
        if tag >= 0x80:
            tag, position = _varint(message, position - 1)
        value: int | memoryview
        kind = tag & 7
        if kind == _NUMBER:
            value = message[position]
            position += 1
            if value >= 0x80:
                value, position = _varint(message, position - 1)
        else:
            if kind == _LENGTH_AND_BYTES:
                length = message[position]
                position += 1
                if length >= 0x80:
                    length, position = _varint(message, position - 1)
            elif kind in _FIXED:
                length = _FIXED[kind]
            else:
                raise WireError(f"there is no wire type {kind}")
            stop = position + length
            if stop > end:
                raise WireError("it ends in the middle of a field")
            value = message[position:stop]
            position = stop
        number = tag >> 3
        if number in found:
            found[number].append(value)
        else:
            found[number] = [value]
    return found


def number(message: Fields, field: int) -> int:
    """A number; 0 when it is not there, as the format has it. Raises ``WireError`` for anything else."""
    value = message[field][-1] if field in message else 0
    if not isinstance(value, int):
        raise WireError(f"field {field} is not a number")
    return value


def parts(message: Fields, field: int) -> list[memoryview]:
    """All that a repeated field holds, as bytes. Raises ``WireError`` for numbers."""
    found: list[memoryview] = []
    for value in message.get(field, ()):
        if not isinstance(value, memoryview):
            raise WireError(f"field {field} is a number")
        found.append(value)
    return found


def text(message: Fields, field: int) -> str:
    """A text; empty when it is not there. Raises ``WireError``."""
    found = parts(message, field)
    try:
        return str(found[-1], "utf-8") if found else ""
    except UnicodeDecodeError as problem:
        raise WireError(f"field {field} is not UTF-8") from problem


def _varint(message: memoryview, position: int) -> tuple[int, int]:
    """Raises ``IndexError`` where the message ends in the middle of it."""
    value = 0
    for shift in range(0, _MAX_VARINT_BITS + 6, 7):
        byte = message[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & (2**_MAX_VARINT_BITS - 1), position
    raise WireError("a number has more than 64 bits")
