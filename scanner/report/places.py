"""What one rule says at one line, as one.

Services that keep findings from scan to scan (code scanning, review comments) tell them apart by rule, file and line.
Of several at one line they keep one, so that one has to speak for all of them: the instances of a block, or everybody
in a plan that is a single line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from scanner.finding import Finding, RelatedLocation
from scanner.lazy_dataclass import dataclass
from scanner.report.blocks import Block, blocks
from scanner.report.wording import counted, worst_first

MOST_MESSAGES = 10
MOST_PRINCIPALS = 10


@dataclass(frozen=True, slots=True)
class Place:
    """Findings of one rule that begin at one line of one file."""

    blocks: tuple[Block, ...]
    """At least one; together are those that say the same."""

    @property
    def first(self) -> Finding:
        """One of the worst."""
        return self.blocks[0].first

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All of them."""
        return tuple(chain.from_iterable(block.findings for block in self.blocks))

    @property
    def related(self) -> tuple[RelatedLocation, ...]:
        """Everything that belongs to any of them."""
        return tuple(dict.fromkeys(chain.from_iterable(block.related for block in self.blocks)))


def places(findings: Iterable[Finding]) -> list[Place]:
    """The findings by place, the worst first; in which order they come does not matter."""
    found: dict[tuple[str, str, int], list[Finding]] = {}
    for finding in worst_first(findings):
        found.setdefault((finding.rule, finding.span.path, finding.span.line), []).append(finding)
    return [Place(tuple(blocks(each))) for each in found.values()]


def paragraphs(place: Place, escape: Callable[[str], str]) -> Iterator[str]:
    """What is wrong, for whom, and what to do. ``escape`` makes the words of the scanned code harmless."""
    shown = place.blocks[:MOST_MESSAGES]
    has_one_remedy = len({block.first.help for block in shown}) == 1
    if len(place.blocks) > 1:
        yield f"{escape(place.first.title or place.first.rule)}: {counted(len(place.findings), 'principal')}."
    for block in shown:
        yield sentence(escape(block.message))
        yield f"Who: {_principals(block, place, escape)}"
        if not has_one_remedy:
            yield f"Fix: {escape(_line(block.first.help))}"
    if len(place.blocks) > len(shown):
        rest = sum(len(block.findings) for block in place.blocks[MOST_MESSAGES:])
        yield f"And {counted(rest, 'more principal')}, for other reasons."
    if has_one_remedy:
        yield f"Fix: {escape(_line(place.first.help))}"


def sentence(text: str) -> str:
    """A message of a rule with a full stop, which it does without in other formats."""
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def _principals(block: Block, place: Place, escape: Callable[[str], str]) -> str:
    are_of_one_root = len({finding.root for finding in place.findings}) == 1
    named = list(
        dict.fromkeys(
            found.principal if are_of_one_root else f"{found.principal} ({found.root})" for found in block.findings
        )
    )
    listed = ", ".join(map(escape, named[:MOST_PRINCIPALS]))
    return f"{listed} and {len(named) - MOST_PRINCIPALS:,} more" if len(named) > MOST_PRINCIPALS else listed


def _line(text: str) -> str:
    return " ".join(text.split())
