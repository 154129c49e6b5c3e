"""Choosing among fixes: from findings to what changes each file.

Each finding brings one fix, the first that is wanted. A fix is taken as a whole or left out as a whole: one that does
not go together with the fix of an earlier finding waits for the next run, which sees the changed files.
"""

from __future__ import annotations

from bisect import bisect, insort
from collections.abc import Callable, Iterable
from dataclasses import field
from pathlib import Path

from scanner.finding import Finding
from scanner.fix import Applicability, Edit, Fix
from scanner.fixes.applied.changeable import Changeable, UnchangeableError
from scanner.fixes.text.source import Source
from scanner.lazy_dataclass import dataclass

Find = Callable[[str], Changeable]
"""The file that a path of the report means. Raises ``UnchangeableError``."""

OVERLAPS = "it overlaps with another fix; run again when that is applied"
_OUT_OF_RANGE = "it is for another text than that of the file; run again"
_NOTHING = "it changes nothing"
_NOT_UTF_8 = "its text is not UTF-8"


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one file."""

    source: Source
    place: Path
    """The absolute path without links."""
    edits: tuple[Edit, ...]
    """Sorted, no two overlap."""

    @property
    def before(self) -> bytes:
        """What is in the file."""
        return self.source.encoded(self.source.text)

    @property
    def after(self) -> bytes:
        """What is to be in it."""
        return self.source.encoded(self.source.changed(self.edits))


@dataclass(frozen=True, slots=True)
class Settled:
    """A finding whose fix is part of the patch."""

    finding: Finding
    places: frozenset[Path]
    """The files that the fix changes."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A finding whose fix is not part of the patch."""

    finding: Finding
    fix: Fix
    reason: str
    """A clause about the fix, or about its file, which it names."""


@dataclass(frozen=True, slots=True)
class Patch:
    """What changes each file, and what becomes of each finding that has a fix."""

    changes: tuple[Change, ...]
    """By path."""
    settled: tuple[Settled, ...]
    left_out: tuple[LeftOut, ...]
    unsafe: tuple[Finding, ...]
    """Findings for which there are only fixes that are unsafe, where those are not wanted."""
    by_hand: tuple[tuple[Finding, Fix], ...]
    """Findings for which there are only fixes that nobody applies but a person."""


def patch(findings: Iterable[Finding], find: Find, *, unsafe: bool) -> Patch:
    """The patch for findings, an earlier one before a later one. What cannot be changed is left out, with its reason.

    Findings without fixes are in none of its parts.
    """
    wanted = {Applicability.SAFE, *((Applicability.UNSAFE,) if unsafe else ())}
    making = _Making(find)
    settled: list[Settled] = []
    left_out: list[LeftOut] = []
    not_wanted: list[Finding] = []
    by_hand: list[tuple[Finding, Fix]] = []
    for finding in findings:
        fix = next((one for one in finding.fixes if one.edits and one.applicability in wanted), None)
        if fix is not None:
            try:
                settled.append(Settled(finding, making.take(fix)))
            except UnchangeableError as problem:
                left_out.append(LeftOut(finding, fix, str(problem)))
        elif any(one.edits and one.applicability is Applicability.UNSAFE for one in finding.fixes):
            not_wanted.append(finding)
        elif finding.fixes:
            by_hand.append((finding, finding.fixes[0]))
    return Patch(making.changes(), tuple(settled), tuple(left_out), tuple(not_wanted), tuple(by_hand))


@dataclass(slots=True)
class _File:
    """The edits of one file that are taken."""

    found: Changeable
    ranges: list[tuple[int, int]] = field(default_factory=list)
    """Of offsets; sorted."""
    texts: dict[tuple[int, int], str] = field(default_factory=dict)
    """What takes the place of each."""

    def goes_with(self, at: tuple[int, int], text: str) -> bool:
        """Whether an edit and those that are taken can be made together, in one way only."""
        if at in self.texts:
            return self.texts[at] == text
        index = bisect(self.ranges, at)
        is_behind = index == 0 or self.ranges[index - 1][1] <= at[0]
        return is_behind and (index == len(self.ranges) or self.ranges[index][0] >= at[1])


@dataclass(slots=True)
class _Making:
    find: Find
    _named: dict[str, _File | str] = field(default_factory=dict)
    _files: dict[Path, _File] = field(default_factory=dict)

    def take(self, fix: Fix) -> frozenset[Path]:
        """Take a fix and give the files that it changes. Raises ``UnchangeableError``, and nothing is taken then."""
        placed = [self._placed(edit) for edit in fix.edits]
        if all(file.found.source.text[slice(*at)] == text for file, at, text in placed):
            raise UnchangeableError(_NOTHING)
        taken: list[tuple[_File, tuple[int, int]]] = []
        for file, at, text in placed:
            if not file.goes_with(at, text):
                for other, range_ in taken:
                    other.ranges.remove(range_)
                    del other.texts[range_]
                raise UnchangeableError(OVERLAPS)
            if at not in file.texts:
                insort(file.ranges, at)
                file.texts[at] = text
                taken.append((file, at))
        return frozenset(file.found.place for file, _, _ in placed)

    def changes(self) -> tuple[Change, ...]:
        """What all that is taken comes to."""
        made = (
            Change(file.found.source, file.found.place, tuple(_edits(file)))
            for file in self._files.values()
            if file.ranges
        )
        return tuple(sorted(made, key=lambda change: change.source.path))

    def _placed(self, edit: Edit) -> tuple[_File, tuple[int, int], str]:
        file = self._file(edit.span.path)
        source = file.found.source
        start, end = source.range(edit.span)
        again = source.lines.span(start, end)
        place = edit.span.line, edit.span.column, edit.span.end_line, edit.span.end_column
        if (again.line, again.column, again.end_line, again.end_column) != place or start > end:
            raise UnchangeableError(f"{edit.span.path}: {_OUT_OF_RANGE}")
        try:
            edit.text.encode()
        except UnicodeEncodeError as problem:  # half a character, which JSON can name
            raise UnchangeableError(_NOT_UTF_8) from problem
        return file, (start, end), edit.text

    def _file(self, path: str) -> _File:
        if path not in self._named:
            self._named[path] = self._looked_for(path)
        found = self._named[path]
        if isinstance(found, str):
            raise UnchangeableError(found)
        return found

    def _looked_for(self, path: str) -> _File | str:
        """It, or why it is not changed."""
        try:
            found = self.find(path)
        except UnchangeableError as problem:
            return f"{path}: {problem}"
        return self._files.setdefault(found.place, _File(found))  # it may have two names


def _edits(file: _File) -> Iterable[Edit]:
    for at in file.ranges:
        yield Edit(file.found.source.lines.span(*at), file.texts[at])
