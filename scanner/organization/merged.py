"""The reports of all items as one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from scanner.diagnostic import Diagnostic
from scanner.finding import LEVELS
from scanner.report.report import Report
from scanner.rules.rule import Rule

if TYPE_CHECKING:
    from scanner.changes.change import Change

MOST_PRINCIPALS = 500_000
"""Of one report. In JSON each takes about 24 kB while it is written: what ``walls.MEMORY_FOR_MANY`` has room for."""


def merged(reports: Sequence[Report], problems: Iterable[Diagnostic]) -> Report:
    """One report, in the order that one scan would have, with what is wrong with items that have none."""
    found = chain(problems, chain.from_iterable(one.diagnostics for one in reports))
    return Report(
        sum(one.roots for one in reports),
        sum(one.files for one in reports),
        tuple(
            sorted(
                chain.from_iterable(one.principals for one in reports),
                key=lambda one: (one.definition.root, one.definition.address, one.definition.span),
            )
        ),
        tuple(
            sorted(
                chain.from_iterable(one.findings for one in reports),
                key=lambda one: (one.root, one.principal, one.span, one.rule),
            )
        ),
        tuple(sorted(dict.fromkeys(found), key=lambda one: (one.root, one.span, one.message))),
        _rules(reports),
        drift=_drift(reports),
    )


def _drift(reports: Sequence[Report]) -> tuple[Change, ...] | None:
    found = [one.drift for one in reports if one.drift is not None]
    if not found:
        return None
    from scanner.changes.drift import order

    return tuple(sorted(chain.from_iterable(found), key=order))


def _rules(reports: Iterable[Report]) -> tuple[Rule, ...]:
    """The rules that any item followed, by id; of those with one id the one with the worst level speaks."""
    found: dict[str, Rule] = {}
    for rule in chain.from_iterable(one.rules for one in reports):
        known = found.get(rule.id)
        if known is None or LEVELS.index(rule.level) < LEVELS.index(known.level):
            found[rule.id] = rule
    return tuple(found[name] for name in sorted(found))
