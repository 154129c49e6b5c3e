"""Findings that somebody has asked to leave alone: in the code beside them, or in the configuration.

A suppression counts for the findings that it names and changes nothing else. One that does not count, or that has
nothing to do, is a warning at its place: without a reason, past its day, of a rule that there is not, of no finding.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field, replace
from datetime import date
from os.path import normpath
from pathlib import Path
from posixpath import basename

from scanner import file_system
from scanner.diagnostic import Diagnostic, warning
from scanner.finding import Finding, Suppression
from scanner.globs import PathGlob
from scanner.lazy_dataclass import dataclass
from scanner.rules.places import OPEN
from scanner.span import Span
from scanner.suppress_entry import SuppressEntry
from scanner.terraform.configuration.files import is_override
from scanner.triage.address_globs import matches_address
from scanner.triage.comments import ignores_in
from scanner.triage.ignore import Ignore
from scanner.triage.program_comments import SUFFIXES as PROGRAMS
from scanner.triage.reason import is_reason
from scanner.triage.run import Run


def suppress(
    findings: Iterable[Finding], entries: Sequence[SuppressEntry], run: Run
) -> tuple[tuple[Finding, ...], tuple[Diagnostic, ...]]:
    """The findings, with those that are suppressed marked, in their order, and what is wrong with suppressions."""
    problems: list[Diagnostic] = []
    ignores: list[Ignore] = []
    for path, boundary in run.files.items():
        if path in run.silent:
            continue
        found, wrong = ignores_in(run.directory / path, path, (boundary,))
        ignores += found
        problems += wrong
    said = _Code([one for one in ignores if _counts(one.reason, one.until, run.today)])
    listed = _List([one for one in entries if _counts(one.reason, one.until, run.today)], run)
    marked: list[Finding] = []
    for finding in findings:
        by_code, by_list = said.suppression(finding), listed.suppression(finding)
        marked.append(replace(finding, suppressed=by_code or by_list))
    for ignore in ignores:
        problems += _wrong(ignore.rule, ignore.reason, ignore.until, ignore.span, run)
    problems += said.unused(run)
    for entry in entries:
        problems += _wrong(entry.rule, entry.reason, entry.until, entry.span, run)
    problems += listed.unused()
    return tuple(marked), tuple(dict.fromkeys(problems))


def _counts(reason: str, until: date | None, today: date) -> bool:
    return is_reason(reason) and (until is None or today <= until)


def _wrong(rule: str | None, reason: str, until: date | None, span: Span, run: Run) -> Iterator[Diagnostic]:
    """Why a suppression does not count, or would not although the rule was followed."""
    what = "What it names" if rule is None else f'"{rule}"'
    if rule is not None and rule not in run.followed and rule not in (known := run.known_rules()):
        from difflib import get_close_matches

        close = get_close_matches(rule, sorted(known), 1)
        hint = f' Did you mean "{close[0]}"?' if close else " --list-rules shows them all."
        if rule == "*":
            hint = " Name the rules one by one, so that those to come are not hidden."
        yield warning("Suppression of unknown rule", f'There is no rule "{rule}".{hint}', span)
    elif not is_reason(reason):
        detail = f"{what} is not suppressed without one. Say why, behind the bracket or as the reason of the entry."
        yield warning("Suppression without a reason", detail, span)
    elif until is not None and until < run.today:
        detail = f"{what} was suppressed until {until.isoformat()}. Remove it, or give it another day."
        yield warning("Suppression has expired", detail, span)


@dataclass(slots=True)
class _Code:
    """Suppressions in the code."""

    ignores: Sequence[Ignore]
    used: set[int] = field(default_factory=set)
    """Numbers of those that have, or may have, something to do."""
    _lines: dict[tuple[str, str], list[tuple[int, int]]] = field(default_factory=dict)
    """By path and rule: lines and the numbers of what may be found by them, in order."""
    _at: dict[tuple[Span, str], dict[str | None, list[int]]] = field(default_factory=dict)
    """By place and rule: the numbers of what is there by instance key."""

    def __post_init__(self) -> None:
        for number, ignore in enumerate(self.ignores):
            lines = self._lines.setdefault((ignore.span.path, ignore.rule), [])
            lines.extend((line, number) for line in ignore.lines)
        for lines in self._lines.values():
            lines.sort()

    def suppression(self, finding: Finding) -> Suppression | None:
        """The first one that a finding has; all that it has are noted as used."""
        found: list[int] = []
        for place in finding.places:
            at = self._there(place.span, finding.rule)
            if place.key == OPEN:
                for key, numbers in at.items():
                    if key is not None:
                        self.used.update(numbers)  # which instances there are is not known
            for key in {None, place.key}:
                found += at.get(key, ())[:1]
                self.used.update(at.get(key, ()))
        return min((self.ignores[number].suppression for number in found), key=lambda one: one.span, default=None)

    def _there(self, place: Span, rule: str) -> dict[str | None, list[int]]:
        known = self._at.get((place, rule))
        if known is None:
            known = self._at[place, rule] = {}
            lines = self._lines.get((place.path, rule), [])
            begin, end = bisect_left(lines, (place.line, -1)), bisect_left(lines, (place.last_line + 1, -1))
            for number in dict.fromkeys(number for _, number in lines[begin:end]):
                if self.ignores[number].is_at(place):
                    known.setdefault(self.ignores[number].key, []).append(number)
        return known

    def unused(self, run: Run) -> Iterator[Diagnostic]:
        """What suppresses nothing although its rule was followed and all that it could be about was read."""
        for number, ignore in enumerate(self.ignores):
            if number in self.used or ignore.rule not in run.followed or ignore.span.path in run.incomplete:
                continue
            path = ignore.span.path
            if run.is_shared(path) and not path.endswith(PROGRAMS) and not run.covers_everything:
                continue
            which = f" for the instance {ignore.key}" if ignore.key is not None else ""
            detail = f'Nothing that it belongs to has a finding of "{ignore.rule}"{which}.'
            detail += f" {_OVERRIDDEN if is_override(basename(path)) else 'Remove it.'}"
            yield warning(UNUSED, detail, ignore.span)


UNUSED = "Suppression not used"
_OVERRIDDEN = "It has no effect in an override file: write it at the block that is overridden."


@dataclass(slots=True)
class _List:
    """Suppressions in the configuration."""

    entries: Sequence[SuppressEntry]
    run: Run
    used: set[int] = field(default_factory=set)

    def suppression(self, finding: Finding) -> Suppression | None:
        """The first one that a finding has; all that it has are noted as used."""
        found = [number for number, entry in enumerate(self.entries) if self._names(entry, finding)]
        self.used.update(found)
        if not found:
            return None
        entry = self.entries[found[0]]
        return Suppression(entry.reason, entry.until, entry.span)

    def _names(self, entry: SuppressEntry, finding: Finding) -> bool:
        if entry.rule is not None and entry.rule != finding.rule:
            return False
        if entry.address is not None and not matches_address(entry.address, finding.principal):
            return False
        return entry.path is None or self._is_in(entry, entry.path, finding.span.path)

    def _is_in(self, entry: SuppressEntry, pattern: str, path: str) -> bool:
        """Whether a pattern of the configuration file, which is written for where that is, matches a file."""
        directory = self.run.directory
        base = entry.base or Path(normpath(directory / entry.span.path)).parent
        return PathGlob(pattern, base).matches(Path(normpath(directory / path)), directory, is_directory=False)

    def unused(self) -> Iterator[Diagnostic]:
        """What suppresses nothing although all that the configuration file is for was read."""
        for number, entry in enumerate(self.entries):
            followed = entry.rule is None or entry.rule in self.run.followed
            if number in self.used or not followed or self.run.has_errors:
                continue
            if self.run.covers(file_system.real(self.run.directory / entry.span.path).parent):
                yield warning(UNUSED, "No finding is one that it names. Remove it.", entry.span)
