"""Trouble in the input that is alike is counted, not repeated.

Sixty thousand blocks may have the same mistake. Whoever mends the first hundred knows what to do about the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from scanner.diagnostic import Diagnostic, Severity
from scanner.regexes import anywhere

MOST_ALIKE = 100
"""Of one root: so many of a kind are told."""
MOST = 1_000
"""Of one root: so many of all kinds."""

_DIFFERS = anywhere(r'"[^"]*+"|\d++')


def counted(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """At most so many of each root and kind, by place, and one more for those that are left out."""
    of_roots: dict[str, list[Diagnostic]] = {}
    for one in diagnostics:
        of_roots.setdefault(one.root, []).append(one)
    return tuple(one for found in of_roots.values() for one in _of_root(found))


def _of_root(found: list[Diagnostic]) -> list[Diagnostic]:
    if len(found) <= MOST_ALIKE:
        return found
    kinds: dict[tuple[Severity, str, str], list[Diagnostic]] = {}
    for one in sorted(found, key=_order):
        kinds.setdefault((one.severity, one.summary, _DIFFERS.sub("…", one.detail)), []).append(one)
    told = [one for alike in kinds.values() for one in _first(alike, MOST_ALIKE, "more like this one")]
    errors_first = sorted(told, key=lambda one: (one.severity is not Severity.ERROR, *_order(one)))
    return list(_first(errors_first, MOST, "more of other kinds"))


def _first(found: list[Diagnostic], most: int, what: str) -> Iterator[Diagnostic]:
    yield from found[:most]
    rest = found[most:]
    if len(rest) == 1:
        yield from rest
    elif rest:
        yield replace(rest[0], detail=f"{rest[0].detail} There are {len(rest) - 1:,} {what}, which are not listed.")


def _order(one: Diagnostic) -> tuple[object, ...]:
    return one.span, one.message
