"""Three-valued answers: yes, no, or undetermined because of something.

Kleene's strong logic: ``and`` is no as soon as one side is no, ``or`` is yes as soon as one side is yes, whatever
the other side turns out to be. Causes survive only while the answer still depends on them. Two doubts are taken to
be independent, so ``x and not x`` stays undetermined where it could be known to be no: sound, not clever.

A ``Truth`` refuses to be used as a ``bool``: an ``if`` would quietly pick a side.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn

from scanner.cause import Cause
from scanner.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Truth:
    """Use ``YES``, ``NO`` and ``undetermined`` rather than this constructor."""

    known: bool | None
    """True for yes, False for no, None while the causes are unsettled."""
    causes: frozenset[Cause] = frozenset()

    @property
    def is_yes(self) -> bool:
        """Yes, whatever any cause turns out to be."""
        return self.known is True

    @property
    def is_no(self) -> bool:
        """No, whatever any cause turns out to be."""
        return self.known is False

    @property
    def is_undetermined(self) -> bool:
        """Neither, until the causes are settled."""
        return self.known is None

    def __and__(self, other: Truth) -> Truth:
        if self.known is False or other.known is False:
            return NO
        if self.known:
            return other
        if other.known:
            return self
        return Truth(None, self.causes | other.causes)

    def __or__(self, other: Truth) -> Truth:
        if self.known or other.known:
            return YES
        if self.known is False:
            return other
        if other.known is False:
            return self
        return Truth(None, self.causes | other.causes)

    def __invert__(self) -> Truth:
        if self.known is None:
            return self
        return NO if self.known else YES

    def __bool__(self) -> NoReturn:
        raise TypeError("a Truth has three values; ask is_yes, is_no or is_undetermined")


YES = Truth(True)
NO = Truth(False)


def undetermined(*causes: Cause) -> Truth:
    """An answer that depends on at least one cause."""
    if not causes:
        raise ValueError("a doubt needs a cause")
    return Truth(None, frozenset(causes))


def truth(known: bool) -> Truth:
    """A settled answer."""
    return YES if known else NO


def all_of(parts: Iterable[Truth]) -> Truth:
    """Yes if every part is; yes for no parts. Stops at the first no."""
    return _decided(parts, by=False)


def any_of(parts: Iterable[Truth]) -> Truth:
    """Yes if some part is; no for no parts. Stops at the first yes."""
    return _decided(parts, by=True)


def _decided(parts: Iterable[Truth], *, by: bool) -> Truth:
    """What one part decides alone; else the doubts of all, which are joined at the end, however many there are."""
    doubts: list[Truth] = []
    for part in parts:
        if part.known is by:
            return YES if by else NO
        if part.known is None:
            doubts.append(part)
    if not doubts:
        return NO if by else YES
    return doubts[0] if len(doubts) == 1 else Truth(None, frozenset().union(*(doubt.causes for doubt in doubts)))
