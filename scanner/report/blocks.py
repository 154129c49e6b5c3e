"""Findings by the block of source that they are about.

A block with ``for_each`` or ``count``, or one in a module that is called often, makes many principals, and a rule has
the same to say about each. People want to read it once.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from scanner.finding import Finding, RelatedLocation
from scanner.lazy_dataclass import dataclass

_MOST_NAMES = 3


@dataclass(frozen=True, slots=True)
class Block:
    """Findings of one rule at one place that differ in nothing but the principal."""

    findings: tuple[Finding, ...]
    """At least one."""

    @property
    def first(self) -> Finding:
        """One that stands for all: what they have in common can be read off it."""
        return self.findings[0]

    @property
    def message(self) -> str:
        """What is wrong, with the names of those that it is about; not more than a few."""
        if len(self.findings) == 1:
            return self.first.message
        names = tuple(dict.fromkeys(found.subject for found in self.findings))
        return _enumerated(names).join(self.first.around)

    @property
    def principals(self) -> tuple[str, ...]:
        """Their addresses."""
        return tuple(dict.fromkeys(found.principal for found in self.findings))

    @property
    def related(self) -> tuple[RelatedLocation, ...]:
        """Everything that belongs to any of them."""
        return tuple(dict.fromkeys(chain.from_iterable(found.related for found in self.findings)))


def blocks(findings: Iterable[Finding]) -> list[Block]:
    """The findings, together where they say the same of one block, in the order of the first of each."""
    found: dict[object, list[Finding]] = {}
    for finding in findings:
        said = finding.around or finding.message
        key = finding.rule, finding.level, finding.span, said, finding.help, finding.suppressed, finding.baselined
        found.setdefault(key, []).append(finding)
    return [Block(tuple(each)) for each in found.values()]


def _enumerated(names: tuple[str, ...]) -> str:
    if len(names) == 1:
        return names[0]
    if len(names) <= _MOST_NAMES:
        return f"{', '.join(names[:-1])} and {names[-1]}"
    return f"{', '.join(names[: _MOST_NAMES - 1])} and {len(names) - _MOST_NAMES + 1:,} more"
