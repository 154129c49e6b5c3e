"""Standings before and after a change, compared: who loses ``aws login``, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from scanner.changes.because import Sides, reasons_for, told_apart
from scanner.changes.change import Change, ChangeKind, Compared
from scanner.changes.forms import one_of_each
from scanner.changes.matching import KnownOfRoots, Matched
from scanner.changes.standing import ABLE, DENIED, Standing
from scanner.iam.evaluate import Outcome
from scanner.lazy_dataclass import dataclass
from scanner.verdicts.console import Access
from scanner.verdicts.sign_in import Client

Home = tuple[str, str]
"""A root, and the address of a principal in it."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that is different."""

    principals: Mapping[Home, Compared]
    """Everybody who is there now and was compared, changed or not."""
    changes: tuple[Change, ...]
    """The worst first, those that several forms of a principal show once."""


def compare(before: Sequence[Standing], after: Sequence[Standing], known: KnownOfRoots) -> Comparison:
    """What is different after a change. The order of neither side counts."""
    matched = Matched(sorted(before, key=_order), sorted(after, key=_order), known)
    compared = [Compared(old, new, tuple(_changes(old, new))) for old, new in matched.pairs()]
    found = [change for one in compared for change in one.changes]
    found += [Change(ChangeKind.REMOVED, None, one, None) for one in matched.gone()]
    principals = {(one.after.root, one.after.address): one for one in compared}
    return Comparison(principals, tuple(one_of_each(sorted(found, key=_order_of_change))))


def _order(one: Standing) -> tuple[str, str, str, str]:
    return one.root, one.address, one.kind, one.name or ""


def _order_of_change(change: Change) -> tuple[object, ...]:
    number = tuple(ChangeKind).index(change.kind)
    client = "" if change.client is None else change.client.value
    return number, *_order(change.subject), client


def _changes(before: Standing | None, after: Standing) -> Iterator[Change]:
    if before is None:
        yield Change(ChangeKind.ADDED, None, None, after)
        return
    of_console = _console(before.console, after.console)
    if of_console is not None:
        yield Change(of_console, None, before, after, told_apart(before, after, lambda one: one.ways, _BOTH_TIMES))
    if Access.NO in (before.console, after.console):
        return  # who cannot sign in on one side has lost or gained that, whatever policies say
    for client in Client:
        kind = _decision(before, after, client)
        if kind is not None:
            yield Change(kind, client, before, after, told_apart(before, after, reasons_for(client), _BOTH_TIMES))


_IN = (Access.YES, Access.POSSIBLE)


def _console(before: Access, after: Access) -> ChangeKind | None:
    """What changes about console access, where what is not known is between having it and not having it."""
    ranks = _rank_of(before), _rank_of(after)
    if ranks[0] == ranks[1]:
        return None
    if Access.UNKNOWN not in (before, after):
        return ChangeKind.CONSOLE_LOST if after is Access.NO else ChangeKind.CONSOLE_GAINED
    if before in _IN:
        return ChangeKind.UNDETERMINED
    return ChangeKind.WEAKER if ranks[0] > ranks[1] else ChangeKind.STRONGER


def _rank_of(access: Access) -> int:
    return 2 if access in _IN else 1 if access is Access.UNKNOWN else 0


def _decision(before: Standing, after: Standing, client: Client) -> ChangeKind | None:
    """What changes for a client. Whether somebody loses anything whose console is not known, is not known either."""
    old, new = before.outcome(client), after.outcome(client)
    if old in ABLE and new in DENIED:
        return ChangeKind.LOST if before.console in _IN else ChangeKind.WEAKER
    if old in DENIED and new in ABLE:
        return ChangeKind.GAINED if after.console in _IN else ChangeKind.STRONGER
    if old in ABLE and new is Outcome.UNKNOWN:
        return ChangeKind.UNDETERMINED
    ranks = _RANKS[old], _RANKS[new]
    if ranks[0] == ranks[1]:
        return None
    return ChangeKind.WEAKER if ranks[0] > ranks[1] else ChangeKind.STRONGER


_RANKS = {
    Outcome.EXPLICIT_DENY: 0,
    Outcome.IMPLICIT_DENY: 0,
    Outcome.UNKNOWN: 1,
    Outcome.CONDITIONAL: 2,
    Outcome.ALLOWED: 3,
}


_BOTH_TIMES = Sides("no longer", "now", are_times=True)
