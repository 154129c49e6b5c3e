"""What is different from what there was, in words: a sentence for all of it, and a line for each principal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from scanner.escape import visible
from scanner.lazy_dataclass import dataclass
from scanner.report.wording import place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scanner.changes.change import Change
    from scanner.changes.standing import Standing
    from scanner.verdicts.sign_in import Client

NOTHING = "This change leaves it as it is who can use `aws login`."
MOST = 50
"""Principals that are listed for people."""
_MOST_REASONS = 5
_SENTENCES = {
    "lost": "This change takes `aws login` away from {}.",
    "weaker": "After this change it is less certain that {} can use `aws login`.",
    "undetermined": "After this change it is not known whether {} can use `aws login`.",
    "gained": "This change lets {} use `aws login`.",
    "stronger": "This change makes it more certain that {} can use `aws login`.",
}
"""By what changes come to, the worst first."""


def headline(changes: Sequence[Change]) -> str:
    """One sentence: whom the change takes ``aws login`` away from, else what is the worst of what it does."""
    from scanner.changes.change import by_principal

    found: dict[str, list[str]] = {}
    for one in by_principal(changes):
        if one.effect is not None:
            found.setdefault(one.effect.value, []).append(_who(one.after))
    for effect, sentence in _SENTENCES.items():
        if effect in found:
            first, *more = found[effect]
            return sentence.format(f"{first} and {len(more):,} more" if more else first)
    return NOTHING


@dataclass(frozen=True, slots=True)
class Difference:
    """What changes for a principal in one way. No text has dangerous characters."""

    label: str
    """``lost``, ``added`` …"""
    who: str
    address: str
    what: str
    """What is lost or gained, with what was and what is; empty where the principal is new or gone."""
    because: tuple[tuple[str, str], ...]
    """Sentences, each with its place."""


def differences(changes: Sequence[Change]) -> tuple[Difference, ...]:
    """All that people want to know, the worst first: both clients at once where they are told the same.

    Who cannot sign in on either side, and is only new or gone, is left out.
    """
    found: dict[tuple[object, ...], list[Change]] = {}
    for one in changes:
        if one.client is not None or _is_of_interest(one):
            key = one.kind, one.subject.root, one.subject.address, one.client is None, one.because
            found.setdefault(key, []).append(one)
    return tuple(_difference(several) for several in found.values())


def _is_of_interest(change: Change) -> bool:
    both = change.before is not None and change.after is not None
    return both or change.subject.console.value != "no"


def _difference(several: Sequence[Change]) -> Difference:
    first = several[0]
    because = tuple((visible(one.text), place(one.span)) for one in first.because[:_MOST_REASONS])
    return Difference(
        first.kind.value,
        _who(first.subject),
        visible(first.subject.address),
        "; ".join(dict.fromkeys(_what(several))),
        because,
    )


def _what(several: Sequence[Change]) -> Iterator[str]:
    for one in several:
        if one.before is None or one.after is None:
            continue
        before, after = ("in the account", "in the code") if one.kind.is_drift else ("before", "now")
        if one.client is None:
            yield f"console access: {one.before.console.value} {before}, {one.after.console.value} {after}"
        else:
            decisions = f"{_said(one.before, one.client)} {before}, {_said(one.after, one.client)} {after}"
            yield f"{_COMMANDS[one.client.value]}: {decisions}"


_COMMANDS = {"localhost": "`aws login`", "remote": "`aws login --remote`"}


def _said(standing: Standing, client: Client) -> str:
    return standing.outcome(client).value.replace("_", " ")


def _who(standing: Standing) -> str:
    return visible(standing.name or standing.address)
