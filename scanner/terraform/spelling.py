"""What python-hcl2's grammar lacks, spelled so that it reads it, without moving anything.

Its grammar has no ``~`` in interpolations, no ``core::`` before a function's name and no operator directly before
another one (``!!x``). Each of these is replaced by blanks and remembered by its offset, so that the tree's positions
hold for the original text, and what was taken out can be put back where the tree is turned into nodes. Blanks that fall
into a text are no harm: texts are taken from the original.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_CORE = re.compile(r"\bcore::(?=[^\W\d])")
_OPENING = re.compile(r"\$\{(~)")
_CLOSING = re.compile(r"(~)\}")
_OPERATORS = re.compile(r"[!-](?:\s*[!-](?!=))+")
_MAY_BE_NEEDED = re.compile(r"core::|~|[!-]\s*[!-]")


@dataclass(frozen=True, slots=True)
class Spelling:
    """A text as the parser reads it, and what it does not see."""

    text: str
    original: str
    markers: frozenset[int] = frozenset()
    """Offsets of ``~``."""
    operators: Mapping[int, str] = field(default_factory=dict)
    """By the offset of a sign that is left: the operators before it, outermost first."""


def respell(text: str) -> Spelling:
    """The text as the parser can read it, of the same length."""
    if _MAY_BE_NEEDED.search(text) is None:
        return Spelling(text, text)
    changed = list(text)
    for found in _CORE.finditer(text):
        changed[found.start() : found.end()] = " " * len(found[0])
    markers = {found.start(1) for pattern in (_OPENING, _CLOSING) for found in pattern.finditer(text)}
    for offset in markers:
        changed[offset] = " "
    operators: dict[int, str] = {}
    for found in _OPERATORS.finditer(text):
        signs = [found.start() + place for place, sign in enumerate(found[0]) if sign in "!-"]
        if found.start() and (text[found.start() - 1].isalnum() or text[found.start() - 1] == "_"):
            continue  # a name may have dashes in it
        if _ends_operand(text, found.start()):
            signs = signs[1:]  # the first one is no sign but the operator between two operands
        if len(signs) > 1:
            operators[signs[-1]] = "".join(text[sign] for sign in signs[:-1])
            for sign in signs[:-1]:
                changed[sign] = " "
    return Spelling("".join(changed), text, frozenset(markers), operators)


def _ends_operand(text: str, offset: int) -> bool:
    before = text[:offset].rstrip()
    return before[-1:].isalnum() or before[-1:] in {'"', ")", "]", "}", "_"}
