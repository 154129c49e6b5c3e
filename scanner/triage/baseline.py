"""Known findings: those of a baseline are marked, and a baseline is brought up to date.

A finding is known by its rule, its address, and where that is what its root is of. An entry stands for one finding, of
the same root if there are several: two plans of one directory are two environments. Another form of a principal (its
configuration, a plan, a state) is the same finding.

If a whole directory was moved, or a plan has another name, that is another finding, and cannot be told from a new one.
Then an entry stands for a finding that is like it in all but the place, provided that the entry's own place is gone,
and that there is no other such entry and no other such finding. What is taken for a move is said.

An entry is stale when all that it could be about was read, its rule was followed, and it was not found.

Paths of entries are absolute here.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from posixpath import basename

from scanner import file_system
from scanner.diagnostic import Diagnostic, warning
from scanner.finding import Finding
from scanner.lazy_dataclass import dataclass
from scanner.span import Span
from scanner.triage.baseline_file import Entry
from scanner.triage.run import ReadRoot, Run
from scanner.triage.viewpoint import Viewpoint, holder

STALE = "Baseline entry is stale"
MOVED = "Baseline entry taken for moved"
_MOST = 10
"""Warnings of a kind."""
_REMEDY = "Write the baseline again (--write-baseline)."


@dataclass(frozen=True, slots=True)
class Compared:
    """A baseline beside the findings of a scan."""

    findings: tuple[Finding, ...]
    """With those that it has marked."""
    stale: tuple[Entry, ...]
    """What it has and what is not found any more."""
    moved: tuple[tuple[Entry, Entry], ...]
    """Of what is known only because it is taken for moved: before and now."""
    updated: tuple[Entry, ...]
    """The baseline as it is to be: what is found now and not suppressed, and what the scan says nothing about."""

    def warnings(self, view: Viewpoint, *, written: bool) -> tuple[Diagnostic, ...]:
        """What is stale and what was taken for a move, of much only the first; what was written is not stale."""
        stale = [] if written else [warning(STALE, _gone(entry), _place(entry)) for entry in self.stale]
        return (*_first(stale), *_first(list(_said(self.moved, view, written=written))))


def _gone(entry: Entry) -> str:
    return f'{entry.principal} has no finding of "{entry.rule}" any more. {_REMEDY}'


def _said(moved: Iterable[tuple[Entry, Entry]], view: Viewpoint, *, written: bool) -> Iterator[Diagnostic]:
    """A warning for each place that was left for another."""
    ways: dict[tuple[str, str], list[Entry]] = {}
    for before, now in moved:
        way = (before.root, now.root) if before.source == now.source else (before.source, now.source)
        ways.setdefault(way, []).append(before)
    for (gone, here), entries in ways.items():
        number = "A finding" if len(entries) == 1 else f"{len(entries)} findings"
        is_known, it = ("is", "It counts") if len(entries) == 1 else ("are", "They count")
        known = f"the baseline has of {view.shown(gone)}, which is gone"
        remedy = "" if written else f" {_REMEDY}"
        detail = f"{number} in {view.shown(here)} {is_known} taken for what {known}. {it} as known.{remedy}"
        yield warning(MOVED, detail, _place(entries[0]))


def _first(found: list[Diagnostic]) -> list[Diagnostic]:
    """All, or so many that the last can say how many more there are."""
    if len(found) <= _MOST:
        return found
    shown, more = found[: _MOST - 1], found[_MOST - 1 :]
    what = "are not found any more" if more[0].summary == STALE else "are taken for moved"
    return [*shown, replace(more[0], detail=f"{len(more)} more of its entries {what}. {_REMEDY}")]


def _place(entry: Entry) -> Span:
    return entry.span or Span.whole_file(entry.path)


@dataclass(frozen=True, slots=True)
class _Found:
    """A finding as an entry; several that no entry can tell apart are one."""

    entry: Entry
    also: tuple[Entry, ...]
    """Those for other roots of the same form that it was found in: each may be scanned without the others."""
    roots: frozenset[str]
    """The plans and states that it was found in, and an empty one for a configuration or a template."""
    top: Path | None
    """Of the repository that its source is in."""


_Pairs = dict[Entry, _Found]
"""What entries stand for."""


def compare(findings: Sequence[Finding], entries: Iterable[Entry], run: Run, top: Path | None) -> Compared:
    """What of the findings a baseline has. The order of either does not matter.

    ``top`` is that of the repository that holds the baseline: an entry without a source is about something in it.
    """
    known = sorted(set(entries), key=lambda entry: entry.sort_key)
    now = [_found(finding, run) for finding in findings]
    different = sorted(dict.fromkeys(now), key=lambda one: one.entry.sort_key)
    same = _same(known, different, top)
    taken = set(same.values())
    moved = _moved([entry for entry in known if entry not in same], [one for one in different if one not in taken])
    has = taken | set(moved.values())
    marked = tuple(
        replace(finding, baselined=True) if finding.suppressed is None and one in has else finding
        for finding, one in zip(findings, now, strict=True)
    )
    again = {(one.entry.rule, one.entry.principal, one.entry.source) for one in different}
    unmatched = [entry for entry in known if entry not in same and entry not in moved]
    stale = tuple(entry for entry in unmatched if _was_looked_for(entry, run, again))
    left = [entry for entry in unmatched if entry not in set(stale)]
    kept = {one for finding, one in zip(findings, now, strict=True) if finding.suppressed is None}
    return Compared(
        marked,
        stale,
        tuple((entry, one.entry) for entry, one in moved.items() if one in kept),
        (*left, *(entry for one in different if one in kept for entry in (one.entry, *one.also))),
    )


def _found(finding: Finding, run: Run) -> _Found:
    of = run.roots.get(finding.root) or ReadRoot(run.location(finding.root), "", "", is_whole=True)
    path = run.location(finding.span.path)
    others = [run.roots[root] for root in finding.also_in if root in run.roots]
    entry = Entry(
        finding.fingerprint, finding.rule, finding.principal, finding.subject, path, of.source, of.file, of.form
    )
    return _Found(
        entry,
        tuple(replace(entry, root=other.file) for other in others if other.file and other.form == of.form),
        frozenset((of.file, *(other.file for other in others))),
        holder(Path(of.source), run.workspace),
    )


def _same(known: Sequence[Entry], found: Sequence[_Found], top: Path | None) -> _Pairs:
    """What stands at its own place: in the same root, else in another form of it."""
    by_place: dict[tuple[str, ...], list[_Found]] = {}
    for one in found:
        by_place.setdefault((one.entry.rule, one.entry.principal, one.entry.source), []).append(one)
        if one.top is not None and one.top == top:
            by_place.setdefault((one.entry.fingerprint,), []).append(one)
    pairs: _Pairs = {}
    taken: set[_Found] = set()
    for is_meant in (_is_root, _is_also_in, _is_other_form):
        for entry in known:
            place = (entry.rule, entry.principal, entry.source) if entry.source else (entry.fingerprint,)
            free = [one for one in by_place.get(place, ()) if one not in taken and is_meant(entry, one)]
            if entry not in pairs and free:
                pairs[entry] = free[0]
                taken.add(free[0])
    for entry in known:
        for one in by_place.get((entry.rule, entry.principal, entry.source), ()):
            if entry.root in one.roots:
                pairs.setdefault(entry, one)  # it was written before its roots were scanned together
    return pairs


def _is_root(entry: Entry, found: _Found) -> bool:
    return entry.root == found.entry.root


def _is_also_in(entry: Entry, found: _Found) -> bool:
    return entry.root in found.roots


def _is_other_form(entry: Entry, found: _Found) -> bool:
    return entry.form != found.entry.form


def _moved(known: Sequence[Entry], found: Sequence[_Found]) -> _Pairs:
    """What stands at another place: a plan with another name, or all of a directory elsewhere."""
    plans = _alike([one for one in known if one.root and _is_gone(one.root)], found, _of_a_plan)
    taken = set(plans.values())
    gone = [one for one in known if one not in plans and one.source and _is_gone(one.source)]
    return plans | _alike(gone, [one for one in found if one not in taken], _of_a_directory)


def _alike(gone: Iterable[Entry], found: Iterable[_Found], likeness: Callable[[Entry], tuple[str, ...]]) -> _Pairs:
    before: dict[tuple[str, ...], list[Entry]] = {}
    after: dict[tuple[str, ...], list[_Found]] = {}
    for entry in gone:
        before.setdefault(likeness(entry), []).append(entry)
    for one in found:
        after.setdefault(likeness(one.entry), []).append(one)
    return {
        entries[0]: after[like][0]
        for like, entries in before.items()
        if len(entries) == 1 and len(after.get(like, ())) == 1
    }


def _of_a_plan(entry: Entry) -> tuple[str, ...]:
    return entry.rule, entry.principal, entry.name, entry.source, entry.form


def _of_a_directory(entry: Entry) -> tuple[str, ...]:
    return entry.rule, entry.principal, entry.name, basename(entry.path), entry.form, basename(entry.root)


def _is_gone(location: str) -> bool:
    return not file_system.is_there(location)


def _was_looked_for(entry: Entry, run: Run, again: Container[tuple[str, str, str]]) -> bool:
    """Whether the scan would have found it: its root was read as a whole or as part of another, or is none any more.

    ``again`` has what was found, but not in its root.
    """
    if entry.rule not in run.followed or not entry.source:
        return False
    of = [root for root in run.roots.values() if root.source == entry.source]
    own = [root for root in of if root.file == entry.root]
    if own:
        return all(root.is_whole for root in own)
    if entry.root:
        return not run.has_errors and run.covers(Path(entry.root))
    if of:
        return all(root.is_whole for root in of) and (entry.rule, entry.principal, entry.source) not in again
    return not run.has_errors and (entry.source in run.parts or run.covers(Path(entry.source)))
