"""JSON as formats write it: exactly what the scanned code says, and nothing that a terminal or a CI log acts on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from scanner.regexes import anywhere

_BEYOND_ASCII = anywhere(r"[^\n -~]")
_NUMBER = anywhere(r"[0-9]+")
_DELETE = b"\x7f"
_OLD_COMMAND = anywhere(r"##(?=\w*\[)")
"""``##[`` and its like, which ``scanner.escape`` tells about; in JSON it can only stand in a string."""


def encoded_with_shared(document: dict[str, Any], key: str, shared: Sequence[list[Any]]) -> str:
    """The same of a document in which something stands once and is meant many times.

    Where an object that is an element of a list at the top has a number under the key, the shared list of that number
    is meant.
    """
    inside = [_indented(encoded({key: part})[len("{\n") : -len("\n}\n")]) for part in shared]
    # No line of JSON can begin so but that of the key: in strings a line break is written \\n.
    begins = f'\n{_DEEPER}  "{key}": '
    parts = (piece for part in _parts(document) for piece in _filled(part, begins, inside))
    return "".join(("{\n", *parts, "\n}\n"))


def _filled(text: str, begins: str, inside: Sequence[str]) -> Iterator[str]:
    """The text, with lines in place of each number that stands behind such a beginning."""
    first, *others = text.split(begins)
    yield first
    for other in others:
        number = _NUMBER.match(other)
        if number is None:
            yield begins + other
        else:
            yield f"\n{inside[int(number[0])]}"
            yield other[number.end() :]


_TOGETHER = 1_000
"""Elements of a list at the top that are written at once: what is made on the way is larger than what comes out."""


def _parts(document: dict[str, Any]) -> Iterator[str]:
    """What stands between the first and the last line, in pieces."""
    separator = ""
    for key, found in document.items():
        if not isinstance(found, list) or len(found) <= _TOGETHER:
            yield separator + encoded({key: found})[len("{\n") : -len("\n}\n")]
        else:
            for start in range(0, len(found), _TOGETHER):
                text = encoded({key: found[start : start + _TOGETHER]})[len("{\n") : -len("\n  ]\n}\n")]
                yield separator + (text if start == 0 else text.partition("\n")[2])
                separator = ",\n"
            yield "\n  ]"
        separator = ",\n"


def _indented(text: str) -> str:
    return _DEEPER + text.replace("\n", f"\n{_DEEPER}")


_DEEPER = " " * 4
"""How much further in an element of a list at the top stands than the top itself."""


def encoded(document: dict[str, Any]) -> str:
    r"""Indented JSON and a newline.

    What people would not see, or a log would take for a command, is written as ``\u202e`` and the like, which readers
    of JSON turn back. Lone surrogates (bytes of a path that are not UTF-8), which no JSON text may hold, become the
    six characters themselves.
    """
    try:
        written = msgspec.json.encode(document)
    except UnicodeEncodeError:
        written = msgspec.json.encode(_without_surrogates(document))
    text = msgspec.json.format(written, indent=2).decode()
    if not written.isascii() or _DELETE in written:  # JSON has no other control characters as they are
        text = _BEYOND_ASCII.sub(lambda found: found[0] if found[0].isprintable() else _code(found[0]), text)
    return (_OLD_COMMAND.sub(r"#\\u0023", text) if "##" in text else text) + "\n"


def _without_surrogates(value: Any) -> Any:  # any JSON value
    match value:
        case str():
            return value.encode("utf-8", "backslashreplace").decode()
        case list():
            return [_without_surrogates(item) for item in value]
        case dict():
            return {key: _without_surrogates(item) for key, item in value.items()}
        case _:
            return value


def _code(letter: str) -> str:
    units = letter.encode("utf-16-be").hex()
    return "".join(f"\\u{units[start : start + 4]}" for start in range(0, len(units), 4))
