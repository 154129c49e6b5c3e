"""The reason of a suppression, which may say until when it counts: in comments, in ``Metadata``, in the configuration.

``until 2027-03-01`` anywhere in it is the last day. What is meant as a day and is not written as one is malformed: a
suppression that somebody wants to end must never go on without a word. Every pattern is matched in linear time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from scanner.lazy_dataclass import dataclass
from scanner.regexes import anywhere, beginning, whole

_UNTIL = anywhere(r"\b(?P<word>until|untill|till|til)(?![^\W\d_])", re.IGNORECASE)
_BETWEEN = beginning(
    r"[\s:=_\"'`\u2018-\u201f\u00ab\u00bb(\[<*\u2013\u2014-]{0,9}(?:the\s{1,9})?[\"'`\u2018-\u201f\u00ab\u00bb]?",
    re.IGNORECASE,
)
_DAY = whole(r"\d{4}-\d\d-\d\d(?![\w/-]|\.\d)")
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_FIRST_WORD = beginning(r"\d{1,4}([-/.])\d{1,2}\1\d{2,4}(?!\w)")
"""Looks like a date directly behind the word; anywhere else it may be a version."""
_LOOKS_LIKE_A_DATE = anywhere(
    r"(?<![\w#.-])(?:"
    r"\d{1,9}([-/])\d{1,2}\1\d{1,9}|\d\d\.\d\d\.\d\d(?:\d\d)?|\d{1,2}\.\d{1,2}\.\d{4}"
    r"|(?:Q[1-4][-/ ]?|\d{1,2}[-/.])?(?:19|20)\d\d(?!\d)(?:[-/.][QWH]?\d{1,2}|[QWH]\d{1,2}){0,3}|20\d{6}"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?\.?\s{{1,3}}(?:of\s{{1,3}})?{_MONTH}|{_MONTH}\s{{1,3}}\d{{1,2}}(?:st|nd|rd|th)?"
    r")(?!\w)",
    re.IGNORECASE,
)
_NEAR = beginning(r"\s*(?:\S{1,40}\s+){0,5}\S{0,40}")
"""A few words."""
_WORD = anywhere(r"\w")


class MalformedError(Exception):
    """It does not count. The message is a clause that says why."""


@dataclass(frozen=True, slots=True)
class _Until:
    """The word in a reason, with what belongs to it."""

    start: int
    end: int
    day: str | None
    """As it has to be written, whether or not there is such a day."""
    instead: str | None
    """What is meant as a day and is not written as one."""
    is_last: bool
    """Whether nothing follows."""


def expiry(reason: str) -> date | None:
    """The last day on which a suppression with this reason counts, the first of several; None for always.

    Raises ``MalformedError`` for what is meant as an expiry and is not one.
    """
    days = []
    for until in _untils(reason):
        if until.instead is not None:
            raise MalformedError(_no_date(until.instead))
        if until.is_last:
            raise MalformedError('nothing stands behind "until"; the date belongs into the same comment')
        if until.day is not None:
            days.append(day(until.day))
    return min(days, default=None)


def is_reason(text: str) -> bool:
    """Whether a text says anything beside an expiry."""
    position, rest = 0, []
    for until in _untils(text):
        if until.day is not None:
            rest.append(text[position : until.start])
            position = until.end
    return _WORD.search("".join((*rest, text[position:]))) is not None


def begins_with_expiry(text: str) -> bool:
    """Whether a text begins with what is meant as an expiry."""
    first = next(_untils(text), None)
    return first is not None and not _WORD.search(text[: first.start]) and bool(first.day or first.instead)


def day(written: str) -> date:
    """The day that a text names. Raises ``MalformedError``."""
    try:
        if _DAY.fullmatch(written):
            return date.fromisoformat(written)
    except ValueError:
        pass
    raise MalformedError(_no_date(written))


def _no_date(written: str) -> str:
    return f'"{written}" is not a date; an expiry is written until YYYY-MM-DD'


def _untils(text: str) -> Iterator[_Until]:
    words = list(_UNTIL.finditer(text))
    ends = [*(word.start() for word in words[1:]), len(text)]
    for word, end in zip(words, ends, strict=False):  # of none there is no end
        begin = _BETWEEN.match(text, word.end(), end).end()  # type: ignore[union-attr] # it matches anything
        found = _DAY.match(text, begin, end)
        is_right = word["word"].lower() == "until"
        if found is not None and is_right:
            yield _Until(word.start(), found.end(), found[0], None, is_last=False)
            continue
        near = _NEAR.match(text, begin, end).end()  # type: ignore[union-attr] # so does this
        first = _FIRST_WORD.match(text, begin, near)
        like = first or _LOOKS_LIKE_A_DATE.search(text, word.end(), near)
        if not is_right:
            instead = f"{word['word']} {like[0]}" if like is not None and like.start() == begin else None
            yield _Until(word.start(), near, None, instead, is_last=False)
        else:
            instead = text[begin : like.end()] if like is not None else None
            is_last = not _WORD.search(text, word.end(), end) and end == len(text)
            yield _Until(word.start(), near, None, instead, is_last=is_last)
