"""What a comment says that begins with ``scan:ignore``: which rules, why, and until when.

    scan:ignore[RULE, RULE @ "key"] REASON until 2027-03-01

There is one way to write it, so that a search finds all of them. What is nearly one is malformed, and never silently
nothing. All patterns are matched in linear time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

MARK = "scan:ignore"

_NEARLY = re.compile(r"scan:[ \t]{0,3}ignore(?![\w-])", re.IGNORECASE)
_ITEM = re.compile(
    r'[ \t]*+(?P<rule>[\w.*-]++)[ \t]*+(?:@[ \t]*+(?P<key>"(?:[^"\\]|\\.)*+"|\d++)[ \t]*+)?(?P<end>[,\]])'
)
_SEPARATOR = re.compile(r"[\s:\u2013\u2014-]*+")
_UNTIL = re.compile(r"\buntil[ \t:=]{1,8}(\S{1,40})", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_NEARLY_A_DATE = re.compile(r"\d{4}-\d\d-\d\d|20\d\d(?:\d{4})?(?!\d)|\d{1,2}([-/.])\d{1,2}\1\d{2,4}")
_WORD = re.compile(r"\w")
_BEHIND_A_DATE = ".,;:!?)]}'\""


class DirectiveError(Exception):
    """It does not count. The message is a clause that says why."""


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


def read_directive(text: str) -> Directive | None:
    """The directive that a comment is, given without its marks; None for any other comment. Raises ``DirectiveError``.

    A reason that is missing is an empty one, so that it can be said for which rules.
    """
    begin = _NEARLY.match(text)
    if begin is None:
        return None
    if begin[0] != MARK or not text.startswith("[", begin.end()):
        raise DirectiveError(f"it is written {MARK}[RULE] REASON")
    rules: list[Named] = []
    position = begin.end() + 1
    while True:
        item = _ITEM.match(text, position)
        if item is None:
            raise DirectiveError(
                "the brackets hold ids of rules with commas between them, each with an instance key behind it if "
                'only one instance is meant: [RULE], [RULE, RULE], [RULE @ "key"]'
            )
        rules.append(Named(item["rule"], item["key"]))
        position = item.end()
        if item["end"] == "]":
            break
    reason = text[_SEPARATOR.match(text, position).end() :].rstrip()  # type: ignore[union-attr] # it matches anything
    return Directive(tuple(dict.fromkeys(rules)), reason if is_reason(reason) else "", expiry(reason))


def is_reason(text: str) -> bool:
    """Whether a text says anything beside an expiry."""
    return _WORD.search(_UNTIL.sub(lambda found: "" if _is_date(found) else found[0], text)) is not None


def expiry(text: str) -> date | None:
    """The last day on which a directive with this reason counts, the first of several; None for always.

    Raises ``DirectiveError`` for what is meant as a date and is not one.
    """
    found = (day(match[1].rstrip(_BEHIND_A_DATE)) for match in _UNTIL.finditer(text) if _is_date(match))
    return min(found, default=None)


def _is_date(until: re.Match[str]) -> bool:
    """Whether what is behind the word is meant as a date; it may be any word."""
    return _NEARLY_A_DATE.match(until[1]) is not None


def day(written: str) -> date:
    """The day that a text names. Raises ``DirectiveError``."""
    try:
        if _DATE.fullmatch(written):
            return date.fromisoformat(written)
    except ValueError:
        pass
    raise DirectiveError(f'"{written}" is not a date; dates are written YYYY-MM-DD')
