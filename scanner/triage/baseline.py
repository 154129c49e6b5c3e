"""Known findings: those of a baseline are marked, and a baseline is brought up to date.

A finding is known by its fingerprint, which has no lines and no form: rule, address, and what the root is of. If a
whole directory was moved, that is another one. Then an entry stands for a finding with the same rule, address, name and
file name, provided that the entry's own place is gone, and that there is no other entry and no other finding like
these. An entry whose place is still there never hides a finding of another place.

An entry is stale when all that it could be about was read, its rule was followed, and it was not found.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from posixpath import basename

from scanner.diagnostic import Diagnostic, warning
from scanner.finding import Finding
from scanner.repository import top_of_repository
from scanner.span import Span
from scanner.triage.baseline_file import Entry
from scanner.triage.run import Run

STALE = "Baseline entry is stale"
_MOST_STALE = 10


@dataclass(frozen=True, slots=True)
class Compared:
    """A baseline beside the findings of a scan."""

    findings: tuple[Finding, ...]
    """With those that it has marked."""
    stale: tuple[Entry, ...]
    """What it has and what is not found any more."""
    updated: tuple[Entry, ...]
    """The baseline as it is to be: what is found now and not suppressed, and what the scan says nothing about."""

    def warnings(self) -> tuple[Diagnostic, ...]:
        """What is stale, of much only the first."""
        shown = self.stale if len(self.stale) <= _MOST_STALE else self.stale[: _MOST_STALE - 1]
        found = [
            warning(STALE, f'{entry.principal} has no finding of "{entry.rule}" any more. {_REMEDY}', _place(entry))
            for entry in shown
        ]
        more = self.stale[len(shown) :]
        if more:
            detail = f"{len(more)} more of its entries are not found any more. {_REMEDY}"
            found.append(warning(STALE, detail, _place(more[0])))
        return tuple(found)


_REMEDY = "Write the baseline again (--write-baseline)."


def _place(entry: Entry) -> Span:
    return entry.span or Span.whole_file(entry.path)


def compare(findings: Sequence[Finding], entries: Iterable[Entry], run: Run) -> Compared:
    """What of the findings a baseline has. The order of either does not matter."""
    known = {entry.fingerprint: entry for entry in sorted(entries, key=lambda entry: entry.sort_key)}
    now = {finding.fingerprint: _entry(finding, run) for finding in findings}
    moved = _moved(
        [entry for fingerprint, entry in known.items() if fingerprint not in now],
        [entry for fingerprint, entry in now.items() if fingerprint not in known],
        run,
    )
    has = known.keys() | moved.keys()
    marked = tuple(
        replace(finding, baselined=True) if finding.suppressed is None and finding.fingerprint in has else finding
        for finding in findings
    )
    gone_to = set(moved.values())
    unmatched = [entry for entry in known.values() if entry.fingerprint not in now and entry not in gone_to]
    stale = tuple(entry for entry in unmatched if _was_looked_for(entry, run))
    left = [entry for entry in unmatched if entry not in set(stale)]
    kept = {one.fingerprint for one in findings if one.suppressed is None}
    return Compared(marked, stale, (*left, *(now[fingerprint] for fingerprint in sorted(kept))))


def _entry(finding: Finding, run: Run) -> Entry:
    source = finding.source or finding.root
    path = run.in_repository(finding.span.path)
    return Entry(finding.fingerprint, finding.rule, finding.principal, finding.subject, path, source)


def _moved(entries: Sequence[Entry], found: Sequence[Entry], run: Run) -> dict[str, Entry]:
    """By fingerprints of findings, the entries that are about them at an earlier place."""
    before, after = _by_likeness(entries), _by_likeness(found)
    moved: dict[str, Entry] = {}
    for likeness, (entry, *others) in before.items():
        is_one = not others and len(after.get(likeness, ())) == 1
        if is_one and entry.source and _is_gone(entry.source, run):
            moved[after[likeness][0].fingerprint] = entry
    return moved


def _by_likeness(entries: Iterable[Entry]) -> dict[tuple[str, ...], list[Entry]]:
    found: dict[tuple[str, ...], list[Entry]] = {}
    for entry in entries:
        likeness = entry.rule, entry.principal, entry.name, basename(entry.path)
        found.setdefault(likeness, []).append(entry)
    return found


def _location(source: str, run: Run) -> Path:
    return (top_of_repository(run.directory, run.workspace) or run.directory) / source


def _is_gone(source: str, run: Run) -> bool:
    return not os.path.lexists(_location(source, run))


def _was_looked_for(entry: Entry, run: Run) -> bool:
    """Whether the scan would have found it: its root was read as a whole, as part of another, or is gone."""
    if entry.rule not in run.followed or not entry.source:
        return False
    if entry.source in run.sources:
        return run.sources[entry.source]
    if run.has_errors:
        return False
    return entry.source in run.parts or (_is_gone(entry.source, run) and run.covers(_location(entry.source, run)))
