"""Protocol buffers without a schema: the fields of a message by number.

A plan file has a dozen fields that we need, and this is all that it takes to read them. The library would bring code
that is generated from somebody else's schema, and a version that has to fit what else is installed.

https://protobuf.dev/programming-guides/encoding/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Fields = Mapping[int, Sequence[int | memoryview]]
"""What each field of a message holds, in order: numbers, or bytes for texts, byte strings and messages inside."""

_MAX_VARINT_BITS = 64
MAX_FIELDS = 1_000_000
"""Of one message. Every one is an object in memory, and may be two bytes in the file."""


class WireError(Exception):
    """The bytes are not a message."""


def fields(message: memoryview) -> Fields:
    """The fields of a message. Nothing is copied. Raises ``WireError``."""
    found: dict[int, list[int | memoryview]] = {}
    position = count = 0
    while position < len(message):
        count += 1
        if count > MAX_FIELDS:
            raise WireError(f"it has more than {MAX_FIELDS} fields")
        tag, position = _varint(message, position)
        value: int | memoryview
        match tag & 7:
            case 0:
                value, position = _varint(message, position)
            case 1:
                value, position = _bytes(message, position, 8)
            case 2:
                length, position = _varint(message, position)
                value, position = _bytes(message, position, length)
            case 5:
                value, position = _bytes(message, position, 4)
            case kind:
                raise WireError(f"there is no wire type {kind}")
        found.setdefault(tag >> 3, []).append(value)
    return found


def number(message: Fields, field: int) -> int:
    """A number; 0 when it is not there, as the format has it. Raises ``WireError`` for anything else."""
    value = message[field][-1] if field in message else 0
    if not isinstance(value, int):
        raise WireError(f"field {field} is not a number")
    return value


def parts(message: Fields, field: int) -> list[memoryview]:
    """All that a repeated field holds, as bytes. Raises ``WireError`` for numbers."""
    found = [value for value in message.get(field, ()) if isinstance(value, memoryview)]
    if len(found) != len(message.get(field, ())):
        raise WireError(f"field {field} is a number")
    return found


def text(message: Fields, field: int) -> str:
    """A text; empty when it is not there. Raises ``WireError``."""
    found = parts(message, field)
    try:
        return str(found[-1], "utf-8") if found else ""
    except UnicodeDecodeError as problem:
        raise WireError(f"field {field} is not UTF-8") from problem


def _varint(message: memoryview, position: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, _MAX_VARINT_BITS + 6, 7):
        if position >= len(message):
            raise WireError("it ends in the middle of a number")
        byte = message[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & (2**_MAX_VARINT_BITS - 1), position
    raise WireError("a number has more than 64 bits")


def _bytes(message: memoryview, position: int, length: int) -> tuple[memoryview, int]:
    if length > len(message) - position:
        raise WireError("it ends in the middle of a field")
    return message[position : position + length], position + length
