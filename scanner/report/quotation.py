"""A line of source as a terminal can show it, with carets below the part that is meant."""

from __future__ import annotations

from unicodedata import east_asian_width

from scanner.escape import visible
from scanner.excerpt import Excerpt

_MARGIN = 8
"""Columns in front of the line: its number, and a bar."""
_WIDEST = 120
_MORE = "…"


def quoted(excerpt: Excerpt, width: int | None) -> tuple[str, str]:
    """The line and the carets, as wide at most as the terminal; a long line is cut around the part that is meant."""
    room = (width or _WIDEST) - _MARGIN
    before, meant, after = (
        _shown(part)
        for part in (
            excerpt.text[: excerpt.start],
            excerpt.text[excerpt.start : excerpt.end],
            excerpt.text[excerpt.end :],
        )
    )
    if _columns(before) + min(_columns(meant), room // 2) > room:
        before = _MORE + before[-(room // 4) :]
    meant, after = _cut(meant, after, room - _columns(before))
    return f"{before}{meant}{after}", " " * _columns(before) + "^" * max(_columns(meant.removesuffix(_MORE)), 1)


def _shown(text: str) -> str:
    return visible(text.replace("\t", "    "))


def _cut(meant: str, after: str, room: int) -> tuple[str, str]:
    if _columns(meant) > room:
        return meant[: max(room - 1, 1)] + _MORE, ""
    left = room - _columns(meant)
    return meant, after if _columns(after) <= left else after[: max(left - 1, 0)] + _MORE


def _columns(text: str) -> int:
    return len(text) + sum(east_asian_width(letter) in "WF" for letter in text if letter > "\u0fff")
