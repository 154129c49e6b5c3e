"""What comments say with ``scan:ignore``: which rules, why, and until when.

    scan:ignore[RULE, RULE @ "key"] REASON until 2027-03-01

It may stand anywhere in a comment, among other words and more than once; a reason ends where the next one begins.
There is one way to write it, so that a search finds all of them. What is nearly one is malformed, and never silently
nothing. All patterns are matched in linear time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from scanner.lazy_dataclass import dataclass
from scanner.regexes import anywhere, beginning, whole
from scanner.triage.reason import MalformedError, expiry, is_reason

MARK = "scan:ignore"

_NEARLY = anywhere(r"(?<![\w`\"'-])scan[ \t:_-]{0,4}ignore[\w-]{0,20}[ \t]{0,3}\[", re.IGNORECASE)
_BARE = beginning(r"scan[ \t]{0,3}[:_-][ \t]{0,3}ignore(?![\w-])", re.IGNORECASE)
"""Without a bracket, which is prose unless a comment begins with it."""
_NEARLY_THE_KEY = whole(r"scan[ \t:_-]{0,4}ignore[\w-]{0,20}", re.IGNORECASE)
_ITEM = beginning(
    r'[ \t]*+(?P<rule>[\w.*-]++)[ \t]*+(?:@[ \t]*+(?P<key>"(?:[^"\\]|\\.)*+"|\d++)[ \t]*+)?(?P<end>[,\]])'
)
_SEPARATOR = beginning(r"[\s:\u2013\u2014-]*+")
_BLANKS = beginning(r"\s*+")


@dataclass(frozen=True, slots=True)
class Named:
    """A rule that is to be ignored, and for which instance."""

    rule: str
    key: str | None = None
    """As addresses have it: ``"a"`` with its quotation marks, or ``0``; None for all instances."""


@dataclass(frozen=True, slots=True)
class Directive:
    """What a comment says. It has at least one rule; a reason may be missing."""

    rules: tuple[Named, ...]
    reason: str
    until: date | None


def directives_in(comment: str) -> Iterator[tuple[int, int]]:
    """Where each directive in a comment begins, and what is nearly one, and where its reason ends.

    The comment is given without its marks; line breaks in it are blanks.
    """
    begin = _BLANKS.match(comment).end()  # type: ignore[union-attr] # it matches anything
    starts = [found.start() for found in _NEARLY.finditer(comment)]
    if _BARE.match(comment, begin) and starts[:1] != [begin]:
        starts.insert(0, begin)
    for start, end in zip(starts, [*starts[1:], len(comment)], strict=False):  # of none there is no end
        yield start, start + len(comment[start:end].rstrip())


def read_directive(text: str) -> Directive:
    """The directive that a text is, from its mark to the end of its reason. Raises ``MalformedError``.

    A reason that is missing is an empty one, so that it can be said for which rules.
    """
    if not text.startswith(f"{MARK}["):
        raise MalformedError(f"it is written {MARK}[RULE] REASON")
    rules: list[Named] = []
    position = len(MARK) + 1
    while True:
        item = _ITEM.match(text, position)
        if item is None:
            raise MalformedError(
                "the brackets hold ids of rules with commas between them, each with an instance key behind it if "
                'only one instance is meant: [RULE], [RULE, RULE], [RULE @ "key"]'
            )
        rules.append(Named(item["rule"], item["key"]))
        position = item.end()
        if item["end"] == "]":
            break
    reason = " ".join(text[_SEPARATOR.match(text, position).end() :].split())  # type: ignore[union-attr] # it matches anything
    return Directive(tuple(dict.fromkeys(rules)), reason if is_reason(reason) else "", expiry(reason))


def is_nearly_the_mark(key: str) -> bool:
    """Whether a key is meant as the mark and is not written as it."""
    return key != MARK and _NEARLY_THE_KEY.fullmatch(key.strip()) is not None
